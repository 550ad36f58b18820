//! The keys of `workspace.toml`, by the pages of the original wizard.

/// A key and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The table it stands in; empty for the top of the file.
    pub table: &'static str,
    /// The key.
    pub name: &'static str,
    /// What becomes of its value.
    pub reads: Reads,
    /// What it is for, in a few words.
    pub meaning: &'static str,
    /// What it can be, in TOML: where there is a default, that.
    pub example: &'static str,
}

/// What becomes of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The package's own: name, version, image, level, trim.
    Package,
    /// The setting of this name gets it as it is.
    Setting(&'static str),
    /// The setting of this name gets what stands beside the word; nothing if that is empty.
    Word(&'static str, &'static [(&'static str, &'static str)]),
    /// The mask, which is used because it is there.
    Mask,
    /// Addresses to redirect.
    Addresses,
    /// A file with such addresses.
    Import,
    /// A `.reg` file with settings.
    RegFile,
}

const MODES: &[(&str, &str)] =
    &[("unattended", "Unattended"), ("silent", "Silent"), ("attended", "Attended")];
const STARTS: &[(&str, &str)] = &[("logon", "1"), ("first-use", "0"), ("user", "")];
const NETWORKS: &[(&str, &str)] = &[("shared", "NAT"), ("bridged", "Bridged")];

/// All keys but those of `[settings]`, which are the names of settings.
pub static KEYS: &[Key] = &[
    key("", "name", Reads::Package, "the name that users see", r#""Office XP""#),
    key("", "version", Reads::Package, "MAJOR.MINOR.BUILD; a higher one replaces a lower one", r#""1.0.0""#),
    key("", "image", Reads::Package, "the disk: a VHD or a raw image", r#""office.vhd""#),
    key("", "settings-file", Reads::RegFile, "a .reg file with further settings", r#""settings.reg""#),
    key("pack", "level", Reads::Package, "Zstandard level, 1 to 22", "3"),
    key("pack", "trim", Reads::Package, "leave out what the disk's volumes call free", "false"),
    key(
        "first-time-setup",
        "mode",
        Reads::Word(r"Fts\Mode", MODES),
        "unattended, silent or attended",
        r#""unattended""#,
    ),
    key(
        "first-time-setup",
        "shared",
        Reads::Setting(r"VM\MultiUserEnabled"),
        "one workspace for all users of a computer",
        "false",
    ),
    key(
        "first-time-setup",
        "administrator",
        Reads::Setting(r"Fts\AddUserToAdminGroupEnabled"),
        "make the user an administrator of the guest",
        "false",
    ),
    key(
        "messages",
        "start",
        Reads::Setting(r"Fts\StartDialogMsg"),
        "shown before first time setup",
        r#""MED-V is about to set up your applications.""#,
    ),
    key(
        "messages",
        "retry",
        Reads::Setting(r"Fts\RetryDialogMsg"),
        "shown before it is tried again",
        r#""Setting up did not work. It will be tried again.""#,
    ),
    key(
        "messages",
        "failure",
        Reads::Setting(r"Fts\FailureDialogMsg"),
        "shown when it has failed",
        r#""Setting up did not work. Please call the help desk.""#,
    ),
    key(
        "messages",
        "help-link",
        Reads::Setting(r"Fts\DialogUrl"),
        "where these messages lead",
        r#""https://help.contoso.com/medv""#,
    ),
    key(
        "computer-name",
        "mask",
        Reads::Mask,
        "what guests are named after; without it, the answer file names them",
        r#""MEDV*""#,
    ),
    key(
        "copy-from-host",
        "regional-settings",
        Reads::Setting(r"Fts\SetRegionalSettingsEnabled"),
        "language, formats and keyboard",
        "false",
    ),
    key(
        "copy-from-host",
        "user-data",
        Reads::Setting(r"Fts\SetUserDataEnabled"),
        "user and organisation",
        "false",
    ),
    key(
        "copy-from-host",
        "domain",
        Reads::Setting(r"Fts\SetJoinDomainEnabled"),
        "the domain to join",
        "false",
    ),
    key(
        "copy-from-host",
        "organizational-unit",
        Reads::Setting(r"Fts\SetMachineObjectOUEnabled"),
        "the unit to join it in",
        "false",
    ),
    key(
        "start",
        "when",
        Reads::Word(r"UserExperience\LogonStartEnabled", STARTS),
        "logon, first-use, or user for the user's choice",
        r#""logon""#,
    ),
    key(
        "network",
        "mode",
        Reads::Word(r"VM\NetworkingMode", NETWORKS),
        "shared (the host's address) or bridged",
        r#""shared""#,
    ),
    key(
        "credentials",
        "store",
        Reads::Setting(r"UserExperience\CredentialCacheEnabled"),
        "let users store their password",
        "false",
    ),
    key(
        "web-redirection",
        "addresses",
        Reads::Addresses,
        "addresses to open in the guest's browser",
        r#"["http://*.contoso.com", "https://www.contoso.com/webapps/*"]"#,
    ),
    key(
        "web-redirection",
        "import",
        Reads::Import,
        "a UTF-8 file of such addresses, one a line",
        r#""addresses.txt""#,
    ),
];

const fn key(
    table: &'static str,
    name: &'static str,
    reads: Reads,
    meaning: &'static str,
    example: &'static str,
) -> Key {
    Key { table, name, reads, meaning, example }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_leads_to_a_setting_that_exists() {
        for key in KEYS {
            if let Reads::Setting(name) | Reads::Word(name, _) = key.reads {
                assert!(medv_settings::find(name).is_ok(), "{} {}: {name}", key.table, key.name);
            }
        }
    }
}
