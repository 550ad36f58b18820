//! What the user sees of a workspace.

use super::{ANY, Group, Kind, Preset, Setting, minutes, seconds};

pub(super) const SETTINGS: &[Setting] = &[
    row(
        "AppPublishingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("AppPub"),
        "whether the guest's applications are in the host's menu",
    ),
    row(
        "AudioSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Audio"),
        "whether the guest can use the host's loudspeakers and microphone",
    ),
    row(
        "ClipboardSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Clipboard"),
        "whether host and guest have one clipboard",
    ),
    row(
        "CredentialCacheEnabled",
        Kind::Switch,
        Preset::Number(0),
        Some("Cred"),
        "whether the user may have the password for the guest kept; it can then be read by whoever can act as the user",
    ),
    row(
        "DialogTimeout",
        seconds(ANY),
        Preset::Number(300),
        Some("DialogTime"),
        "how long a dialog that can be put off stays open",
    ),
    row(
        "HideVmTimeout",
        minutes(ANY),
        Preset::Number(30),
        Some("HideTime"),
        "how long the window of the virtual machine stays hidden while a logon takes long",
    ),
    row(
        "LogonStartEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Logon"),
        "whether the virtual machine starts when the user logs on, rather than with the first of its applications",
    ),
    row(
        "PrinterSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Print"),
        "whether the guest can use the host's printers",
    ),
    row(
        "RebootAbsoluteDelayTimeout",
        minutes(ANY),
        Preset::Number(1440),
        Some("Reboot"),
        "how long a user may put off a restart of the guest",
    ),
    row(
        "RedirectUrls",
        Kind::RedirectAddresses,
        Preset::Lines(&[]),
        Some("Urls"),
        "the addresses that open in the guest's browser when the host's is sent to them",
    ),
    row(
        "ShowExit",
        Kind::Switch,
        Preset::Number(1),
        Some("ShowExit"),
        "whether the menu in the notification area has an entry that ends the host agent",
    ),
    row(
        "SmartCardLogonEnabled",
        Kind::Switch,
        Preset::Number(0),
        Some("SmartCardLogon"),
        "whether a smart card can log on to the guest; passwords are not kept then",
    ),
    row(
        "SmartCardSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("SmartCard"),
        "whether the guest can use the host's smart card readers",
    ),
    row(
        "USBDeviceSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("USB"),
        "whether the guest can use the host's USB devices",
    ),
];

const fn row(
    name: &'static str,
    kind: Kind,
    preset: Preset,
    alias: Option<&'static str>,
    meaning: &'static str,
) -> Setting {
    Setting { group: Group::UserExperience, name, kind, preset, alias, meaning }
}
