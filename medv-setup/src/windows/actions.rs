//! The actions of the `.msi`: what they are told, put together with what there is.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::session::Session;
use super::{file_system, registry, security};
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
    work.run(session)
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
    let files = DiskFiles::from_data(&data)?;
    let taken_back = files.take_back();
    files.remove_unfinished()?;
    taken_back.map(drop)
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

/// Deferred: who may do what in which folder. What fails is a warning.
///
/// # Errors
/// If the `.msi` does not tell where.
pub fn prepare_folders(session: &Session) -> Result<()> {
    let data = told(session);
    let shared = data.folder("Shared")?;
    let lock = shared.join("MedvLock");
    for (folder, rights) in [
        (data.folder("Folder")?, security::USERS_READ),
        (shared.join("AllUsers"), security::USERS_WRITE),
        (lock.clone(), security::USERS_WRITE),
        (shared.join("Monitoring"), security::USERS_ADD),
    ] {
        if let Err(failure) = prepare(&folder, rights) {
            session.warn(&format!("event 14012: {failure}; give users their rights in this folder by hand"));
        }
    }
    let lock = lock.join("medv.lock");
    if let Err(error) = fs::OpenOptions::new().append(true).create(true).open(&lock) {
        let failure = Failure::io("cannot create", &lock, &error);
        session.warn(&format!("event 14013: {failure}; create an empty file of this name"));
    }
    Ok(())
}

fn prepare(folder: &Path, rights: &str) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| Failure::io("cannot create", folder, &error))?;
    security::set(folder, rights).map_err(|error| Failure::io("cannot set the rights", folder, &error))
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
