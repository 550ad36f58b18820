//! The host agent's installer, and a workspace's package.

use std::fs;
use std::path::Path;

use medv_packager::msi::{Component, ComponentKind, component};
use medv_setup::overlay;
use medv_tests::command;
use medv_tests::images::mixed;
use medv_tests::windows_machine::WindowsMachine;

/// What the host agent consists of.
pub(crate) const HOST_AGENT: [&str; 6] = [
    "medv.exe",
    "medv-host.exe",
    "guest/linux/medv-guest",
    "guest/linux/ftscompletion",
    "guest/windows/medv-guest.exe",
    "guest/windows/ftscompletion.exe",
];

/// Writes the host agent's installer.
pub(crate) fn host_agent(machine: &WindowsMachine, path: &Path) {
    let read = |name: &str| fs::read(machine.program(name)).unwrap();
    let contents = HOST_AGENT.map(read);
    let files: Vec<_> = HOST_AGENT.into_iter().zip(contents.iter().map(Vec::as_slice)).collect();
    let version = "0.1.0".parse().unwrap();
    let msi = component(&Component { kind: ComponentKind::HostAgent, version, files: &files }).unwrap();
    fs::write(path, overlay::append(&read("setup.exe"), &msi).unwrap()).unwrap();
}

/// Builds the package of a workspace called Office in the folder `package` of `folder`.
pub(crate) fn workspace(machine: &WindowsMachine, folder: &Path) {
    fs::create_dir(folder.join("programs")).unwrap();
    for name in ["setup.exe", "uninstall.exe", "medv-actions.dll"] {
        fs::copy(machine.program(name), folder.join("programs").join(name)).unwrap();
    }
    fs::write(folder.join("disk.img"), mixed(5, 2 << 20)).unwrap();
    let definition = "name = \"Office\"\nversion = \"1.0.0\"\nimage = \"disk.img\"\n[first-time-setup]\nmode = \"silent\"\n\
                      [computer-name]\nmask = \"XP-%username%[4]*\"\n[settings]\nFtsMaxRetryCount = 5\nFtsSetRegionalSettingsEnabled = true\n";
    fs::write(folder.join("workspace.toml"), definition).unwrap();
    let built = command::run(
        folder,
        ["workspace", "build", "--programs", "programs", "-o", "package", "--progress", "none"],
    );
    assert_eq!(built.code, Some(0), "{}", built.stderr);
}
