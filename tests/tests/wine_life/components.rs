//! The components of medv on a machine: which files must be there.

use std::collections::BTreeSet;
use std::fs;

use medv_packager::msi::ComponentKind;
use medv_tests::windows_machine::WindowsMachine;

/// Where components are.
pub(crate) const FOLDER: &str = "Program Files/Microsoft Enterprise Desktop Virtualization";

/// The files of a component, below [`FOLDER`].
fn files(kind: ComponentKind) -> &'static [&'static str] {
    match kind {
        ComponentKind::HostAgent => &["medv.exe", "medv-host.exe"],
        ComponentKind::WorkspacePackager => &[
            "medv.exe",
            "programs/setup.exe",
            "programs/uninstall.exe",
            "programs/medv-actions.dll",
            "WindowsPowerShell/Modules/microsoft.medv/microsoft.medv.psm1",
        ],
    }
}

/// The files of these components are there, and no others of ours.
pub(crate) fn assert_there(machine: &WindowsMachine, kinds: &[ComponentKind]) {
    let below = format!("{FOLDER}/");
    let found: BTreeSet<String> = machine
        .files()
        .into_keys()
        .filter_map(|path| Some(path.strip_prefix(&below)?.to_owned()))
        .filter(|path| machine.path(&below).join(path).is_file())
        .collect();
    let expected = kinds.iter().flat_map(|kind| files(*kind)).map(|path| (*path).to_owned()).collect();
    assert_eq!(found, expected);
}

/// All that a component has brought is lost.
pub(crate) fn lose(machine: &WindowsMachine, kind: ComponentKind) {
    for path in files(kind) {
        fs::remove_file(machine.path(FOLDER).join(path)).unwrap();
    }
}
