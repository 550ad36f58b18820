//! What the user sees of a workspace.

use super::{ANY, Group, Kind, Preset, Setting, minutes, seconds};

pub(super) const SETTINGS: &[Setting] = &[
    Group::UserExperience.row(
        "AppPublishingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("AppPub"),
        "whether the guest's applications are in the host's menu",
    ),
    Group::UserExperience.row(
        "AudioSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Audio"),
        "whether the guest can use the host's loudspeakers and microphone",
    ),
    Group::UserExperience.row(
        "ClipboardSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Clipboard"),
        "whether host and guest have one clipboard",
    ),
    Group::UserExperience.row(
        "CredentialCacheEnabled",
        Kind::Switch,
        Preset::Number(0),
        Some("Cred"),
        "whether the user may have the password for the guest kept; it can then be read by whoever can act as the user",
    ),
    Group::UserExperience.row(
        "DialogTimeout",
        seconds(ANY),
        Preset::Number(300),
        Some("DialogTime"),
        "how long a dialog that can be put off stays open",
    ),
    Group::UserExperience.row(
        "HideVmTimeout",
        minutes(ANY),
        Preset::Number(30),
        Some("HideTime"),
        "how long the window of the virtual machine stays hidden while a logon takes long; no effect: `TaskTimeout` ends such a logon, and the screen is shown when it is asked for",
    ),
    Group::UserExperience.row(
        "LogonStartEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Logon"),
        "whether the virtual machine starts when the user logs on, rather than with the first of its applications",
    ),
    Group::UserExperience.row(
        "PrinterSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("Print"),
        "whether the guest can use the host's printers",
    ),
    Group::UserExperience.row(
        "RebootAbsoluteDelayTimeout",
        minutes(ANY),
        Preset::Number(1440),
        Some("Reboot"),
        "how long a user may put off a restart of the guest",
    ),
    Group::UserExperience.row(
        "RedirectUrls",
        Kind::RedirectAddresses,
        Preset::Lines(&[]),
        Some("Urls"),
        "the addresses that open in the guest's browser when the host's is sent to them",
    ),
    Group::UserExperience.row(
        "ShowExit",
        Kind::Switch,
        Preset::Number(1),
        Some("ShowExit"),
        "whether the menu in the notification area has an entry that ends the host agent",
    ),
    Group::UserExperience.row(
        "SmartCardLogonEnabled",
        Kind::Switch,
        Preset::Number(0),
        Some("SmartCardLogon"),
        "whether a smart card can log on to the guest; passwords are not kept then",
    ),
    Group::UserExperience.row(
        "SmartCardSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("SmartCard"),
        "whether the guest can use the host's smart card readers; no effect: machines cannot share them",
    ),
    Group::UserExperience.row(
        "USBDeviceSharingEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("USB"),
        "whether the guest can use the host's USB devices; no effect: machines cannot share them",
    ),
];
