//! Hears when what is installed or set on this machine changes, without looking again and again.

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// An installer changes many things, one after the other: one look is enough for all of them.
const PAUSE: Duration = Duration::from_millis(500);

/// Calls `changed` after changes, in a thread of its own, until it answers `false`.
///
/// # Errors
/// If the system has no watches to give.
pub fn begin(root: &Path, changed: impl Fn() -> bool + Send + 'static) -> io::Result<()> {
    let mut watch = Watch::new(root)?;
    thread::spawn(move || {
        while watch.wait().is_ok() {
            thread::sleep(PAUSE);
            if !changed() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(windows)]
use crate::windows::registry_watch::Watch;

#[cfg(unix)]
use linux::Watch;

#[cfg(unix)]
mod linux {
    use std::io;
    use std::path::{Path, PathBuf};

    use medv_packager::install::Machine;

    use crate::changes::Changes;

    /// The folders of the workspace's record and of the machine's settings.
    pub(super) struct Watch {
        folders: Vec<PathBuf>,
        changes: Changes,
    }

    impl Watch {
        pub(super) fn new(root: &Path) -> io::Result<Self> {
            let machine = Machine::this(Some(root));
            let files = [machine.record(), machine.settings()];
            let folders = files.iter().filter_map(|file| file.parent()).map(Path::to_owned).collect();
            let watch = Self { folders, changes: Changes::new()? };
            watch.add()?;
            Ok(watch)
        }

        /// A folder that is not there is watched for through the one above it.
        fn add(&self) -> io::Result<()> {
            self.folders.iter().try_for_each(|folder| {
                let there = folder.ancestors().find(|folder| folder.is_dir());
                self.changes.add(there.unwrap_or(Path::new("/")))
            })
        }

        /// Waits for a change, and forgets which one it was.
        pub(super) fn wait(&mut self) -> io::Result<()> {
            self.changes.wait()?;
            // Folders may be new.
            self.add()
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_record_that_comes_and_goes_is_heard_of_also_in_a_folder_that_is_new() {
        let root = tempfile::tempdir().unwrap();
        let (tell, changes) = channel();
        begin(root.path(), move || tell.send(()).is_ok()).unwrap();
        let folder = root.path().join("var/lib/medv");
        fs::create_dir_all(&folder).unwrap();
        // How many changes an installer makes of it does not matter, but that the last one is heard.
        let heard = || {
            changes.recv_timeout(Duration::from_secs(60)).expect("a change");
            while changes.recv_timeout(PAUSE * 4).is_ok() {}
        };
        heard();
        fs::write(folder.join("workspace.toml"), "").unwrap();
        heard();
        fs::remove_file(folder.join("workspace.toml")).unwrap();
        heard();
    }
}
