//! Tells the agent when menu entries change, or something that says that a restart is wanted: by inotify, so that a guest
//! in which nothing happens costs nothing.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};

use super::apps;
use crate::Places;
use crate::agent::Event;

/// Package managers write many files one after the other: one look is enough for all of them.
const PAUSE: Duration = Duration::from_millis(300);

/// Watches in a thread of its own.
pub(crate) fn begin(places: &Places, events: Sender<Event>) {
    let places = places.clone();
    // A kernel without inotify has no changes to tell; all is told after each connection anyhow.
    let Ok(watches) = inotify::init(CreateFlags::CLOEXEC) else { return };
    // Before the first look at the applications: what changes behind it must not be missed.
    watch(&places, &watches);
    std::thread::spawn(move || {
        while wait(&watches) {
            std::thread::sleep(PAUSE);
            // Folders may be new.
            watch(&places, &watches);
            if events.send(Event::Changed).is_err() {
                return;
            }
        }
    });
}

/// A folder that is not there is watched for through the one above it. To watch one again changes nothing.
fn watch(places: &Places, watches: &OwnedFd) {
    let wanted = WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::CLOSE_WRITE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO;
    let mut folders = vec![places.state(), places.at("/run"), places.at("/etc/medv")];
    for folder in apps::FOLDERS {
        add_with_folders_below(&places.at(folder), &mut folders);
    }
    for folder in folders {
        let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
        let _ = inotify::add_watch(watches, there, wanted | WatchFlags::ONLYDIR);
    }
}

fn add_with_folders_below(folder: &Path, folders: &mut Vec<PathBuf>) {
    folders.push(folder.to_owned());
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        // What is linked to is not followed: it could lead back.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && folders.len() < 256 {
            add_with_folders_below(&entry.path(), folders);
        }
    }
}

/// Waits for changes and forgets what they are; `false` if there will be no more.
fn wait(watches: &OwnedFd) -> bool {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(watches, &mut buffer);
    loop {
        match reader.next().map(drop) {
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
            Ok(()) if reader.is_buffer_empty() => return true,
            Ok(()) => {}
        }
    }
}
