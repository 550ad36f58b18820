//! A workspace and components to write, with every kind of setting.

use medv_format::digest::Digest;
use medv_packager::msi::{Component, ComponentKind, Disk, ProductVersion, Programs, Workspace};
use medv_settings::{RegistryEntry, Value};

pub(crate) const NAME: &str = "Büro [日本] {1}";

pub(crate) fn setting(key: &str, name: &str, value: Value) -> RegistryEntry {
    RegistryEntry { key: format!(r"SOFTWARE\Microsoft\Medv\v2\{key}"), name: name.to_owned(), value }
}

pub(crate) fn settings() -> Vec<RegistryEntry> {
    let lines = |lines: &[&str]| Value::Lines(lines.iter().map(|line| (*line).to_owned()).collect());
    let urls: Vec<String> = (0..4000).map(|number| format!("https://app{number}.example.org/*")).collect();
    vec![
        setting("VM", "Name", Value::Text(NAME.into())),
        setting("UserExperience", "AppPublishingEnabled", Value::Number(1)),
        setting("Fts", "UpgradeTimeout", Value::Number(u32::MAX)),
        setting("Fts", "DialogMessage", Value::Text("[ProductName] {is} #1\r\n\"new\"".into())),
        setting("Fts", "DialogUrl", Value::Text("#%TEMP%".into())),
        setting("Fts", "Nothing", Value::Text(String::new())),
        setting("UserExperience", "RedirectUrls", Value::Lines(urls)),
        setting("UserExperience", "One", lines(&["one"])),
        setting("UserExperience", "None", lines(&[])),
    ]
}

pub(crate) fn workspace(settings: &[RegistryEntry]) -> Workspace<'_> {
    Workspace {
        name: NAME,
        version: ProductVersion::new(1, 2, 3),
        publisher: Some("Contoso Ltd."),
        help_link: Some("https://help.example.org/"),
        disk: Disk {
            image: "Windows XP Bürö",
            bytes_on_disk: 5 << 30,
            index_digest: Digest([0x1a; 32]),
            image_digest: Digest([0x2b; 32]),
        },
        settings,
        reg: b"the settings as a .reg",
        programs: Programs { actions: b"a library", uninstall: b"a program" },
    }
}

pub(crate) const FILES: &[(&str, &[u8])] =
    &[("medv.exe", b"medv"), ("programs/setup.exe", b"setup"), (r"programs\uninstall.exe", b"uninstall")];

pub(crate) fn host_agent() -> Component<'static> {
    Component { kind: ComponentKind::HostAgent, version: ProductVersion::new(2, 0, 1), files: FILES }
}

pub(crate) fn packager() -> Component<'static> {
    Component { kind: ComponentKind::WorkspacePackager, ..host_agent() }
}
