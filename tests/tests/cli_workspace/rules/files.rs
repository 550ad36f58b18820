//! Addresses, files that are named, and settings.

use super::{E, Told, W};

const STAR: &str = "`*` can stand for the first part of the host (http://*.contoso.com) and for the end of the path (/webapps/*)";
const FROM_FOLDER: &str = "give the path from the folder of workspace.toml on";

/// What stands in line 3 and below of a definition that is good otherwise.
pub(super) const RULES: &[(&str, &[Told])] = &[
    (
        r#"[web-redirection]
addresses = "http://a.example""#,
        &[(
            E,
            4,
            r#"`addresses` is `"http://a.example"`"#,
            r#"write a list: addresses = ["http://*.contoso.com"]"#,
        )],
    ),
    (
        r#"[web-redirection]
addresses = ["ftp://a.example", "http://*.com", "http://a.example", "http://a.example", "http://a.example/*/b"]"#,
        &[
            (
                E,
                4,
                "`ftp://a.example` cannot be redirected",
                "`ftp` addresses cannot be redirected; http and https ones can",
            ),
            (
                E,
                4,
                "`http://*.com` cannot be redirected",
                "this covers every host of a whole domain of the internet; name a domain below it",
            ),
            (W, 4, "`http://a.example` is in the list twice", "take one of them out"),
            (E, 4, "`http://a.example/*/b` cannot be redirected", STAR),
        ],
    ),
    (
        r#"[web-redirection]
addresses = ["contoso", "http://anna@contoso.com", "http://contoso.com/#top"]"#,
        &[
            (
                E,
                4,
                "`contoso` cannot be redirected",
                "this is not a web address (relative URL without a base); for example https://www.contoso.com/app/*",
            ),
            (
                E,
                4,
                "`http://anna@contoso.com` cannot be redirected",
                "a user name or password has no meaning here; leave it out",
            ),
            (
                E,
                4,
                "`http://contoso.com/#top` cannot be redirected",
                "a place in the page (#) has no meaning here; leave it out",
            ),
        ],
    ),
    ("[web-redirection]\nimport = 3", &[(E, 4, "`import` is `3`", "write the path of a file")]),
    (
        r#"[web-redirection]
import = "none.txt""#,
        &[(E, 4, "none.txt cannot be read: …", FROM_FOLDER)],
    ),
    (
        r#"[web-redirection]
import = "list.txt""#,
        &[
            (
                E,
                4,
                "list.txt:5: `gopher://c` cannot be redirected",
                "`gopher` addresses cannot be redirected; http and https ones can",
            ),
            (W, 4, "list.txt:6: `http://a.example` is in the list twice", "take one of them out"),
        ],
    ),
    (
        r#"[web-redirection]
import = "bom.txt""#,
        &[],
    ),
    (
        r#"[web-redirection]
import = "ansi.txt""#,
        &[(E, 4, "ansi.txt:3: this line is not UTF-8", "save the file as UTF-8")],
    ),
    (
        r#"[web-redirection]
import = "long.txt""#,
        &[(E, 4, "long.txt is too long", "such a file has at most 4194304 bytes")],
    ),
    (
        r#"[web-redirection]
import = ".""#,
        &[(E, 4, ". cannot be read: …", FROM_FOLDER)],
    ),
    (
        r#"[web-redirection]
addresses = ["http://a.example"]
[settings]
RedirectUrls = ["http://b.example"]"#,
        &[(
            E,
            4,
            r"`UserExperience\RedirectUrls` is set twice; the other is in line 6",
            "take one of them out",
        )],
    ),
    (
        r#"[settings]
RedirectUrls = ["http://b.example"]
[web-redirection]
addresses = ["http://a.example"]"#,
        &[(
            E,
            6,
            r"`UserExperience\RedirectUrls` is set twice; the other is in line 4",
            "take one of them out",
        )],
    ),
    (r#"settings-file = "none.reg""#, &[(E, 3, "none.reg cannot be read: …", FROM_FOLDER)]),
    (
        r#"settings-file = "broken.reg""#,
        &[(
            E,
            3,
            "broken.reg:4: found `xyz`, expected 1 to 8 hexadecimal digits",
            "export the settings again",
        )],
    ),
    (
        r#"settings-file = "foreign.reg""#,
        &[(
            W,
            3,
            r"foreign.reg: `SOFTWARE\x\a` is not a setting",
            "it is left out of the package; install it by other means if it is needed",
        )],
    ),
    (
        r#"settings-file = "memory.reg"
[settings]
VmMemory = 512
VmHostMemToGuestMemCalcEnabled = false"#,
        &[(E, 5, r"`VM\Memory` is set twice; the other is in line 3", "take one of them out")],
    ),
    (
        r#"settings-file = "wrong.reg""#,
        &[(E, 3, r"`VM\Memory` is the text `x`", "expected: 128 to 2048 MiB")],
    ),
    ("settings-file = [1]", &[(E, 3, "`settings-file` is `[1]`", "write the path of a file")]),
    ("[settings]\nVmMemry = 512", &[(E, 4, "there is no setting `VmMemry`", r"did you mean `VM\Memory`?")]),
    ("[settings]\nzzz = 512", &[(E, 4, "there is no setting `zzz`", "see `medv settings list`")]),
    (
        r#"[settings]
VmName = "x""#,
        &[(E, 4, "`VmName` is the workspace's name", "set `name` at the top of the file instead")],
    ),
    (
        "[settings]\nVmMemory = 64\nVmHostMemToGuestMemCalcEnabled = false",
        &[(W, 4, r"`VM\Memory` is 64, which is out of range", "expected: 128 to 2048 MiB; 128 is used")],
    ),
    (
        "[settings]\nVmMemory = 512",
        &[(
            W,
            4,
            r"`VM\Memory` is not used: the guest's memory is worked out from the host's",
            "add VmHostMemToGuestMemCalcEnabled = false below [settings]",
        )],
    ),
    (
        r#"[settings]
VmMemory = "much""#,
        &[(E, 4, r"`VM\Memory` is `much`", "expected: 128 to 2048 MiB")],
    ),
    ("[settings]\nVmMemory = {}", &[(E, 4, r"`VM\Memory` is `{}`", "expected: 128 to 2048 MiB")]),
    (
        r#"[settings]
FtsMode = "Loud""#,
        &[(E, 4, r"`Fts\Mode` is `Loud`", "expected: Unattended, Silent or Attended")],
    ),
    (
        "[settings]\nMem = 512\nVmMemory = 512\nVmHostMemToGuestMemCalcEnabled = false",
        &[(E, 5, r"`VM\Memory` is set twice; the other is in line 4", "take one of them out")],
    ),
    (
        r#"[settings]
FtsMode = "Silent"
[first-time-setup]
mode = "attended""#,
        &[(E, 6, r"`Fts\Mode` is set twice; the other is in line 4", "take one of them out")],
    ),
    (
        "[settings]\nHostMemToGuestMem = [1024, 2048]",
        &[(
            E,
            4,
            "the two columns of the memory table have 2 and 5 entries",
            "give HostMemToGuestMem and GuestMemFromHostMem as many entries each",
        )],
    ),
    (
        "[settings]\nHostMemToGuestMem = [1024, 2048]\nGuestMemFromHostMem = [512]",
        &[(
            E,
            5,
            "the two columns of the memory table have 2 and 1 entries",
            "give HostMemToGuestMem and GuestMemFromHostMem as many entries each",
        )],
    ),
    (
        r#"[settings]
FtsComputerNameMask = "XP*""#,
        &[(
            W,
            4,
            "the mask is not used: SetComputerNameEnabled is not set",
            "write it as computer-name.mask",
        )],
    ),
    (
        "[[settings]]\nVmMemory = 512",
        &[(E, 3, "`settings` is not a table", "write [settings] above its keys")],
    ),
    ("[[pack]]\nlevel = 3", &[(E, 3, "`pack` is not a table", "write [pack] above its keys")]),
    ("[pack.level]\nx = 1", &[(E, 3, "`level` is a table", "expected: a number from 1 to 22")]),
    (
        "[[packing]]\nlevel = 3",
        &[(E, 3, "`packing` is not a table of workspace.toml", "did you mean [pack]?")],
    ),
    (
        r#"[messages]
start = ["a", 3]"#,
        &[(E, 4, r#"`Fts\StartDialogMsg` is `["a", 3]`"#, "expected: lines of text, none of them empty")],
    ),
    (
        "[messages]\nstart = true",
        &[(E, 4, r"`Fts\StartDialogMsg` is `true`", "expected: lines of text, none of them empty")],
    ),
    (
        r#"[settings]
GuestMemFromHostMem = [1, 2, 3, 4, "5"]"#,
        &[(
            W,
            4,
            r"`VM\GuestMemFromHostMem` is 1, 2, 3, 4, 5, which is out of range",
            "expected: one or more numbers from 128 to 3712 MiB; 128;128;128;128;128 is used",
        )],
    ),
    ("[settings]\nVmMemory = [512]", &[(E, 4, r"`VM\Memory` is `[512]`", "expected: 128 to 2048 MiB")]),
    (
        "[web-redirection]\naddresses = [3]",
        &[(E, 4, "`addresses` is `[3]`", r#"write a list: addresses = ["http://*.contoso.com"]"#)],
    ),
    (
        r#"[settings]
RedirectUrls = "http://a.example\nhttp://*.com""#,
        &[(
            E,
            4,
            r"`UserExperience\RedirectUrls` is `http://*.com`",
            "expected: http:// or https:// addresses, with * only as in http://*.contoso.com and https://contoso.com/app/*",
        )],
    ),
];
