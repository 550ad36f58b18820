//! What is to be done: from what was published, what is there and what is wanted. No I/O.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use medv_protocol::{App, AppId};

use super::folders::{Folders, Found};
use super::label;
use super::record::Entry;

/// An application that is to be published, and the folder that its entry belongs in.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) app: &'a App,
    /// What the guest calls it, cleaned.
    pub(super) name: String,
    pub(super) place: PathBuf,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// Entries to write; what is there already may be as wanted.
    pub(super) write: Vec<(Entry, &'a App)>,
    /// Entries that nothing happens to.
    pub(super) keep: Vec<Entry>,
    /// Entries to remove, with all that belongs to them.
    pub(super) remove: Vec<Entry>,
    /// Files that are in the way, and are not ours.
    pub(super) obstacles: Vec<Entry>,
}

/// Plans. An entry that is there keeps its name and file; a new one gets the first name that nobody has in its folder.
pub(super) fn plan<'a>(
    workspace: &str,
    folders: &Folders,
    listed: &[Entry],
    found: &Found,
    wishes: &[Wish<'a>],
) -> Plan<'a> {
    let mut plan = Plan::default();
    let mut wanted: BTreeMap<&AppId, &Wish<'a>> = BTreeMap::new();
    for wish in wishes {
        // Of two with one name only the first can be started.
        wanted.entry(&wish.app.id).or_insert(wish);
    }
    let ids: HashSet<&AppId> = wanted.keys().copied().collect();
    let goes = |id: &AppId| !ids.contains(id);
    let slot = |entry: &Entry| folders.slot(entry.file.parent().unwrap_or(&entry.file), &entry.name);
    let mut taken = found.taken.clone();
    let mut there = HashSet::new();
    for entry in found.ours.values() {
        if goes(&entry.id) || !there.insert(&entry.id) {
            plan.remove.push(entry.clone());
            continue;
        }
        taken.insert(slot(entry));
        match wanted.remove(&entry.id) {
            Some(wish) => plan.write.push((entry.clone(), wish.app)),
            None => plan.keep.push(entry.clone()),
        }
    }
    // Their files were deleted, or never written.
    let lost: Vec<&Entry> = listed.iter().filter(|entry| !found.ours.contains_key(&entry.file)).collect();
    for entry in &lost {
        if goes(&entry.id) {
            plan.remove.push((*entry).clone());
        } else if !wanted.contains_key(&entry.id) && !there.contains(&entry.id) {
            taken.insert(slot(entry));
            plan.keep.push((*entry).clone());
        }
    }
    for (id, wish) in wanted {
        let before = lost.iter().find(|entry| entry.id == *id);
        let names = before.map(|entry| entry.name.clone()).into_iter();
        let names = names.chain(label::candidates(&wish.name, workspace));
        let mut free = names.filter(|name| taken.insert(folders.slot(&wish.place, name)));
        let Some(name) = free.next() else { continue };
        let file = folders.file(&wish.place, workspace, id, &name);
        plan.remove.extend(before.filter(|entry| entry.file != file).map(|entry| (*entry).clone()));
        let entry = Entry { id: id.clone(), name, file };
        match found.others.contains(&entry.file) {
            true => plan.obstacles.push(entry),
            false => plan.write.push((entry, wish.app)),
        }
    }
    plan
}
