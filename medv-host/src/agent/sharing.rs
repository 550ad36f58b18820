//! The machine that all users of a computer share: one of them has it at a time. And why a user has not got his machine.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use medv_codec::Error;

use super::Agent;
use crate::access;
use crate::event::{Event, Level};

/// Why this user does not get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeptOut {
    /// Another user has it.
    InUse,
    /// The user of this name is none of those who share it.
    #[cfg(unix)]
    NotMember(String),
    /// Its files cannot be used.
    Unusable(String),
}

impl KeptOut {
    fn unusable(path: &Path, error: io::Error) -> Self {
        let error = Error::io("the workspace that all users share cannot be used", error).in_file(path).advice(
            "an administrator can install the workspace again, or delete the file: the machine is then set up anew",
        );
        Self::Unusable(Event::of_error(Level::Error, &error).text)
    }

    /// What is told to who wants something of the workspace.
    pub(super) fn error(&self) -> Error {
        match self {
            Self::InUse => Error::usage("another user of this computer uses the workspace")
                .advice("it is yours when he has logged off: medv-host refresh"),
            #[cfg(unix)]
            Self::NotMember(user) => {
                let group = medv_packager::install::SHARED_GROUP;
                Error::usage(format!("{user} is not in the group {group}, whose members share the workspace"))
                    .advice(format!("as root: usermod -aG {group} {user}; then log on anew"))
            }
            Self::Unusable(why) => Error::usage(why.clone()),
        }
    }

    fn level(&self) -> Level {
        if *self == Self::InUse { Level::Warning } else { Level::Error }
    }
}

impl Agent {
    /// Whether the machine of the workspace is one for all users.
    pub(super) fn has_shared_machine(&self) -> bool {
        self.workspace.as_ref().is_some_and(|workspace| workspace.is_shared)
    }

    /// Takes the shared machine, if it is not this user's already. If he does not get it, he is told why, once.
    pub(super) fn take_shared_machine(&mut self, workspace: &str) -> bool {
        let taken = match self.shared_lock.take() {
            Some(lock) => Ok(lock),
            None => self.lock_shared_machine(workspace),
        };
        match taken {
            Ok(lock) => self.shared_lock = Some(lock),
            Err(why) => self.keep_out(why),
        }
        self.shared_lock.is_some()
    }

    /// Whether there is a machine for this user that cannot be used now.
    pub(super) fn is_unusable(&self) -> bool {
        matches!(self.kept_out, Some(KeptOut::Unusable(_)))
    }

    /// This user does not get his machine. He is told why, once.
    pub(super) fn keep_out(&mut self, why: KeptOut) {
        if self.kept_out.as_ref() != Some(&why) {
            self.note(&Event::of_error(why.level(), &why.error()));
            self.tell_kept_out(&why);
        }
        self.kept_out = Some(why);
    }

    fn lock_shared_machine(&self, workspace: &str) -> Result<File, KeptOut> {
        let lock = self.places.shared_lock();
        let file = open(&lock).map_err(|error| match error.kind() {
            #[cfg(unix)]
            io::ErrorKind::PermissionDenied => KeptOut::NotMember(self.parts.user.clone()),
            _ => KeptOut::unusable(&lock, error),
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(KeptOut::InUse),
            Err(TryLockError::Error(error)) => return Err(KeptOut::unusable(&lock, error)),
        }
        // Rather nothing than a new machine in place of one that is there.
        for path in [self.places.progress(workspace, true), self.places.layer(workspace, true)] {
            match open(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(KeptOut::unusable(&path, error));
                }
                _ => {}
            }
        }
        Ok(file)
    }
}

fn open(path: &Path) -> io::Result<File> {
    access::open(path, File::options().read(true).write(true))
}
