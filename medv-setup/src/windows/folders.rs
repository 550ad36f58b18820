//! The folders of a workspace: whose they are, and who may do what in them (spec/workspace-package.md, "Folders").

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use super::session::Session;
use super::{registry, security};
use crate::action_data::ActionData;
use crate::delete_disks::is_layer;
use crate::install_folder::InstallFolder;
use crate::{Failure, Installer, Result};

/// Makes the folders that the disk is written into the administrators'. Users can make folders where these are, before us.
///
/// # Errors
/// If one belongs to a user, or is a link, and that cannot be changed; if the `.msi` does not tell where.
pub(super) fn claim(session: &Session, data: &ActionData) -> Result<()> {
    let folder = InstallFolder::from_data(data)?;
    own(session, &folder.shared)?;
    if folder.is_ours()? {
        own(session, &folder.path)?;
    } else {
        session.warn(&format!(
            "event 14012: {}: found files of somebody else's in it, expected none; the folder's rights stay as they are, and \
             only the disk and uninstall.exe get rights of their own",
            folder.path.display()
        ));
    }
    // An earlier removal may have left files to the next start that now get new content.
    let all_users = folder.shared.join("AllUsers");
    let is_kept =
        |path: &str| folder.is_one_of_ours(Path::new(path)) || is_layer(Path::new(path), &all_users);
    match registry::cancel_deletions(is_kept) {
        Ok(true) => session.log("files that the next start of the computer was to delete stay"),
        Ok(false) => {}
        Err(error) => session.warn(&format!(
            "what the next start of the computer deletes cannot be changed: {error}; restart"
        )),
    }
    for path in folder.distrust(security::is_trusted)? {
        session.warn(&format!("{}: a user's file; deleted, it is not gone on with", path.display()));
    }
    Ok(())
}

/// Administrators write, users read; what is in it inherits that. What is not there yet is made later, and has its rights then.
fn own(session: &Session, folder: &Path) -> Result<()> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let Err(error) = security::set(folder, security::USERS_READ) else {
        return Ok(());
    };
    if security::is_trusted(folder).unwrap_or(false) {
        warn(session, &cannot_set(folder, &error));
        return Ok(());
    }
    Err(Failure::general(format!(
        "{}: belongs to a user, expected administrators or the system, and cannot be taken over: {error}; delete the folder, \
         then try again",
        folder.display()
    )))
}

/// Gives everything its rights, and makes what is missing. What fails is a warning.
///
/// # Errors
/// If the `.msi` does not tell where.
pub(super) fn prepare(session: &Session, data: &ActionData) -> Result<()> {
    let folder = InstallFolder::from_data(data)?;
    let lock = folder.shared.join("MedvLock");
    for (path, rights) in [
        (folder.shared.clone(), security::USERS_READ),
        (folder.shared.join("AllUsers"), security::USERS_WRITE),
        (lock.clone(), security::USERS_WRITE),
        (folder.shared.join("Monitoring"), security::USERS_ADD),
    ] {
        match fs::create_dir_all(&path) {
            Ok(()) => give(session, &path, rights),
            Err(error) => warn(session, &Failure::io("cannot create", &path, &error)),
        }
    }
    for path in folder.kept().iter().filter(|path| path.exists()) {
        give(session, path, security::USERS_READ);
    }
    let lock = lock.join("medv.lock");
    // Users can write to the folder: what has the name already is left alone.
    match OpenOptions::new().write(true).create_new(true).open(&lock) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            let failure = Failure::io("cannot create", &lock, &error);
            session.warn(&format!("event 14013: {failure}; create an empty file of this name"));
        }
        _ => {}
    }
    Ok(())
}

fn give(session: &Session, path: &Path, rights: &str) {
    if let Err(error) = security::set(path, rights) {
        warn(session, &cannot_set(path, &error));
    }
}

fn cannot_set(path: &Path, error: &io::Error) -> Failure {
    Failure::io("cannot set the rights", path, error)
}

fn warn(session: &Session, failure: &Failure) {
    session.warn(&format!("event 14012: {failure}; give users their rights by hand"));
}
