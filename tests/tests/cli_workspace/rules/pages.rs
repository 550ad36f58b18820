//! The keys of the wizard's pages.

use super::{E, Told, W};

const MASK: &str = "expected: letters, digits and ! @ $ ^ & ( ) - _ ' { } . ~, with %hostname% and %username%, each with [n] behind it for its first n characters (1 to 15), # for a digit and * at the end for any characters; at most 15 characters";
const KEYS: &str = "see docs/packaging.md for all keys, `medv settings list` for all settings";

/// What stands in line 3 and below of a definition that is good otherwise.
pub(super) const RULES: &[(&str, &[Told])] = &[
    (
        "not toml",
        &[(
            E,
            3,
            "this is not TOML: key with no value, expected `=`",
            "correct the line; see docs/packaging.md",
        )],
    ),
    ("a = 1\na = 2", &[(E, 4, "this is not TOML: duplicate key", "correct the line; see docs/packaging.md")]),
    (
        "version = 1",
        &[(E, 3, "`version` is `1`", r#"expected: "MAJOR.MINOR.BUILD", up to 255, 255 and 65535"#)],
    ),
    (
        r#"version = "1.2""#,
        &[(E, 3, r#"`version` is `"1.2"`"#, r#"expected: "MAJOR.MINOR.BUILD", up to 255, 255 and 65535"#)],
    ),
    (
        r#"version = "256.0.0""#,
        &[(
            E,
            3,
            r#"`version` is `"256.0.0"`"#,
            r#"expected: "MAJOR.MINOR.BUILD", up to 255, 255 and 65535"#,
        )],
    ),
    (
        r#"version = "1.2.3.4""#,
        &[(
            E,
            3,
            r#"`version` is `"1.2.3.4"`"#,
            r#"expected: "MAJOR.MINOR.BUILD", up to 255, 255 and 65535"#,
        )],
    ),
    (r#"nmae = "x""#, &[(E, 3, "`nmae` is not a key of workspace.toml", "did you mean `name`?")]),
    (
        r#"mode = "silent""#,
        &[(
            E,
            3,
            "`mode` is not a key of workspace.toml",
            "did you mean `first-time-setup.mode` or `network.mode`?",
        )],
    ),
    ("zzzzz = 1", &[(E, 3, "`zzzzz` is not a key of workspace.toml", KEYS)]),
    (
        "VmMemory = 512",
        &[(
            E,
            3,
            "`VmMemory` is not a key of workspace.toml",
            r"`VM\Memory` is a setting: write it below [settings]",
        )],
    ),
    ("pack = 3", &[(E, 3, "`pack` is not a table", "write [pack] above its keys")]),
    ("settings = 3", &[(E, 3, "`settings` is not a table", "write [settings] above its keys")]),
    ("[pack]\nlevel = 0", &[(E, 4, "`level` is `0`", "expected: a number from 1 to 22")]),
    ("[pack]\nlevel = 23", &[(E, 4, "`level` is `23`", "expected: a number from 1 to 22")]),
    (
        r#"[pack]
level = "3""#,
        &[(E, 4, r#"`level` is `"3"`"#, "expected: a number from 1 to 22")],
    ),
    (
        r#"[pack]
trim = "yes""#,
        &[(E, 4, r#"`trim` is `"yes"`"#, "expected: true or false")],
    ),
    (
        "[pack]\ntirm = true",
        &[(E, 4, "`pack.tirm` is not a key of workspace.toml", "did you mean `pack.trim`?")],
    ),
    ("[packing]\nlevel = 3", &[(E, 3, "`packing` is not a table of workspace.toml", "did you mean [pack]?")]),
    (
        r#"[first-time-setup]
mode = "quiet""#,
        &[(
            E,
            4,
            r#"`mode` is `"quiet"`, not one of "unattended", "silent", "attended""#,
            r#"write one of "unattended", "silent", "attended""#,
        )],
    ),
    (
        "[first-time-setup]\nmode = 3",
        &[(
            E,
            4,
            r#"`mode` is `3`, not one of "unattended", "silent", "attended""#,
            r#"write one of "unattended", "silent", "attended""#,
        )],
    ),
    (
        r#"[first-time-setup]
shared = "perhaps""#,
        &[(E, 4, r"`VM\MultiUserEnabled` is `perhaps`", "expected: true (1) or false (0)")],
    ),
    (
        "[first-time-setup]\nshared = 7",
        &[(
            W,
            4,
            r"`VM\MultiUserEnabled` is 7, which is out of range",
            "expected: true (1) or false (0); true is used",
        )],
    ),
    (
        "[first-time-setup]\nadministrator = 1.5",
        &[(E, 4, r"`Fts\AddUserToAdminGroupEnabled` is `1.5`", "expected: true (1) or false (0)")],
    ),
    (
        r#"[first-time-setup]
mask = "XP*""#,
        &[(
            E,
            4,
            "`first-time-setup.mask` is not a key of workspace.toml",
            "did you mean `computer-name.mask`?",
        )],
    ),
    (
        "[messages]\nstart = 3",
        &[(E, 4, r"`Fts\StartDialogMsg` is `3`", "expected: lines of text, none of them empty")],
    ),
    (
        r#"[messages]
help-link = "help.contoso.com""#,
        &[(E, 4, r"`Fts\DialogUrl` is `help.contoso.com`", "expected: an http:// or https:// address")],
    ),
    (
        r#"[first-time-setup]
mode = "silent"
[messages]
start = "x"
retry = "x"
failure = "x"
help-link = "https://help""#,
        &[
            (
                W,
                6,
                r"`Fts\StartDialogMsg` is never seen: first time setup is silent",
                r#"take it out, or set first-time-setup.mode to "unattended""#,
            ),
            (
                W,
                7,
                r"`Fts\RetryDialogMsg` is never seen: first time setup is silent",
                r#"take it out, or set first-time-setup.mode to "unattended""#,
            ),
            (
                W,
                8,
                r"`Fts\FailureDialogMsg` is never seen: first time setup is silent",
                r#"take it out, or set first-time-setup.mode to "unattended""#,
            ),
            (
                W,
                9,
                r"`Fts\DialogUrl` is never seen: first time setup is silent",
                r#"take it out, or set first-time-setup.mode to "unattended""#,
            ),
        ],
    ),
    (
        r#"[computer-name]
mask = "XP%user%""#,
        &[(
            E,
            4,
            r"`Fts\ComputerNameMask` is `XP%user%`: `%` stands only in %hostname% and %username%",
            MASK,
        )],
    ),
    (
        r#"[computer-name]
mask = "SIXTEEN-LETTERS!""#,
        &[(
            E,
            4,
            r"`Fts\ComputerNameMask` is `SIXTEEN-LETTERS!`: 16 characters are fixed, and a computer's name has at most 15",
            MASK,
        )],
    ),
    (
        r#"[computer-name]
mask = "XP*1""#,
        &[(E, 4, r"`Fts\ComputerNameMask` is `XP*1`: `*` can only be the last character of a mask", MASK)],
    ),
    (
        r#"[computer-name]
mask = """#,
        &[(E, 4, r"`Fts\ComputerNameMask` is ``: the mask is empty; for example MEDV*", MASK)],
    ),
    (
        r#"[computer-name]
mask = "XP""#,
        &[(
            W,
            4,
            "`XP` may give two guests the same name",
            "add `*` at the end, `####`, or both %hostname% and %username%",
        )],
    ),
    ("[computer-name]\nmask = 3", &[(E, 4, r"`Fts\ComputerNameMask` is `3`", MASK)]),
    (
        "[copy-from-host]\norganizational-unit = true",
        &[(
            E,
            4,
            "copy-from-host.organizational-unit has no effect without the domain",
            "set copy-from-host.domain = true as well, or take it out",
        )],
    ),
    (
        "[copy-from-host]\ndomain = false\norganizational-unit = true",
        &[(
            E,
            5,
            "copy-from-host.organizational-unit has no effect without the domain",
            "set copy-from-host.domain = true as well, or take it out",
        )],
    ),
    (
        r#"[start]
when = "never""#,
        &[(
            E,
            4,
            r#"`when` is `"never"`, not one of "logon", "first-use", "user""#,
            r#"write one of "logon", "first-use", "user""#,
        )],
    ),
    (
        r#"[network]
mode = "nat""#,
        &[(
            E,
            4,
            r#"`mode` is `"nat"`, not one of "shared", "bridged""#,
            r#"write one of "shared", "bridged""#,
        )],
    ),
    (
        "[credentials]\nstore = true",
        &[(
            W,
            4,
            "users may store their password, which malicious software of theirs can read",
            "leave credentials.store out if that is too great a risk",
        )],
    ),
    (
        "[credentials]\nstore = []",
        &[(E, 4, r"`UserExperience\CredentialCacheEnabled` is `[]`", "expected: true (1) or false (0)")],
    ),
];
