//! The actions of the `.msi`: what they are told, put together with what there is.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::session::Session;
use super::{file_system, folders, registry};
use crate::action_data::ActionData;
use crate::check_disk::CheckDisk;
use crate::delete_disks::DeleteDisks;
use crate::disk_files::DiskFiles;
use crate::expand_disk::ExpandDisk;
use crate::{Failure, Installer, Result, codes, patience};

/// Runs an action and answers with a code that Windows Installer understands.
pub fn run(session: u32, name: &'static str, action: fn(&Session) -> Result<()>) -> u32 {
    let session = Session::new(session, name);
    // A panic must not cross into Windows Installer.
    let done = catch_unwind(AssertUnwindSafe(|| action(&session)))
        .unwrap_or_else(|_| Err(Failure::general("the action has failed for a reason it does not know")));
    match done {
        Ok(()) => codes::SUCCESS,
        Err(Failure { code: codes::USER_EXIT, message }) => {
            session.log(&message);
            codes::USER_EXIT
        }
        Err(Failure { message, .. }) => {
            session.fail(&message);
            // The only other code that Windows Installer knows from an action.
            codes::FAILURE
        }
    }
}

/// What a deferred action is told.
fn told(session: &Session) -> ActionData {
    ActionData::parse(&session.property("CustomActionData"))
}

/// `true` if the disk that stands there is the one, and nothing is to be done about it.
fn is_same(data: &ActionData) -> bool {
    data.get("DiskFound") == Some("same")
}

/// Immediate: may the disk be installed?
///
/// # Errors
/// If not.
pub fn check_disk(session: &Session) -> Result<()> {
    let data = ActionData::parse(&session.property("CheckDisk"));
    let found = CheckDisk::from_data(&data)?.run(file_system::space)?;
    session.log(&format!("disk found: {}", found.name()));
    session.set_property("DiskFound", found.name());
    Ok(())
}

/// Deferred: the disk.
///
/// # Errors
/// See [`ExpandDisk::run`].
pub fn expand_disk(session: &Session) -> Result<()> {
    let data = told(session);
    let work = ExpandDisk::from_data(&data)?;
    if is_same(&data) {
        work.take_back(session)?;
        session.log("the disk is there already");
        return Ok(());
    }
    // Who rolls back does it again, which does no harm.
    work.run(session).inspect_err(|_| _ = undo(session, &work.files))
}

/// Rollback: as if nothing had been.
///
/// # Errors
/// I/O.
pub fn rollback_disk(session: &Session) -> Result<()> {
    let data = told(session);
    if is_same(&data) {
        return Ok(());
    }
    undo(session, &DiskFiles::from_data(&data)?)
}

/// What had the disk's name has it again, and nothing is left of what is unfinished.
fn undo(session: &Session, files: &DiskFiles) -> Result<()> {
    let taken_back = patience::until_done(|| files.take_back().map(drop), |_| true);
    if let Err(failure) = patience::until_done(|| files.remove_unfinished(), |_| true) {
        session.warn(&format!("{failure}; it is deleted at the next start of the computer"));
        for left in &files.unfinished() {
            file_system::delete_at_restart(left);
        }
    }
    taken_back
}

/// Commit: what was replaced is not needed any more.
///
/// # Errors
/// If the `.msi` does not tell where.
pub fn commit_disk(session: &Session) -> Result<()> {
    let files = DiskFiles::from_data(&told(session))?;
    if let Err(failure) = patience::until_done(|| files.commit(), |_| true) {
        session.warn(&format!("{failure}; it is deleted at the next start of the computer"));
        for left in [&files.undo, &files.replaced] {
            file_system::delete_at_restart(left);
        }
    }
    Ok(())
}

/// Deferred: the folders for the disk are the administrators'.
///
/// # Errors
/// If one is a user's, and cannot be taken over.
pub fn claim_folders(session: &Session) -> Result<()> {
    folders::claim(session, &told(session))
}

/// Deferred: who may do what in which folder. What fails is a warning.
///
/// # Errors
/// If the `.msi` does not tell where.
pub fn prepare_folders(session: &Session) -> Result<()> {
    folders::prepare(session, &told(session))
}

/// Commit of a removal: the disks too.
///
/// # Errors
/// If the `.msi` does not tell where.
pub fn delete_disks(session: &Session) -> Result<()> {
    let data = told(session);
    let files = DiskFiles::from_data(&data)?;
    let all_users = data.folder("Shared")?.join("AllUsers");
    DeleteDisks { files, all_users, profiles: registry::profiles() }
        .run(session, &file_system::delete_at_restart);
    Ok(())
}
