//! The actions that the `.msi` of a workspace package runs (spec/workspace-package.md, "Actions"). Windows Installer calls
//! each by its name; what it does is in `medv-setup`.
#![cfg(windows)]
#![allow(unsafe_code)]
// As the database names them.
#![allow(non_snake_case)]

use medv_setup::windows::actions;

/// Exports functions that Windows Installer finds by their names. Each is given the session, and answers with a code.
macro_rules! export {
    ($($name:ident => $function:path),+ $(,)?) => {$(
        // SAFETY: no other function of this name is in the library. It takes a number and returns one.
        #[unsafe(no_mangle)]
        extern "system" fn $name(session: u32) -> u32 {
            actions::run(session, stringify!($name), $function)
        }
    )+};
}

export! {
    CheckDisk => actions::check_disk,
    ExpandDisk => actions::expand_disk,
    RollbackDisk => actions::rollback_disk,
    ClaimFolders => actions::claim_folders,
    PrepareFolders => actions::prepare_folders,
    CommitDisk => actions::commit_disk,
    DeleteDisks => actions::delete_disks,
}
