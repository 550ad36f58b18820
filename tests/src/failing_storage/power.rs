//! What the next boot finds.

use super::state::{Change, FileState, NameChange, State, put};

/// What of the unsynced changes had reached the disk when the power went.
#[derive(Clone, Copy, Debug)]
pub enum Arrives {
    /// None of them.
    Nothing,
    /// All of them.
    Everything,
    /// All changes of names, and nothing of what is in the files.
    Names,
    /// Some, chosen by this seed: later ones without earlier ones, of some writes only some sectors, of the names of
    /// a folder any.
    Some(u64),
}

const SECTOR: usize = 512;

/// The disk after a power cut: everything synced is there, of the rest what `arrives` says.
pub(super) fn rebooted(before: &State, arrives: Arrives) -> State {
    let mut chance = Chance::new(arrives);
    let mut names = before.durable_names.clone();
    for change in &before.unsynced_names {
        if chance.falls(2) && !matches!(arrives, Arrives::Names) {
            continue;
        }
        match change.clone() {
            NameChange::Created(path, content) => drop(names.insert(path, content)),
            NameChange::Renamed(from, to, content) => {
                names.remove(&from);
                names.insert(to, content);
            }
            NameChange::Removed(path) => drop(names.remove(&path)),
        }
    }
    let files = before.files.iter().map(|file| {
        let durable = arrived(file, &mut chance);
        FileState { seen: durable.clone(), durable, unsynced: Vec::new() }
    });
    State { files: files.collect(), durable_names: names.clone(), names, ..State::default() }
}

fn arrived(file: &FileState, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = file.durable.clone();
    for change in &file.unsynced {
        let (lost, torn) = (chance.falls(3), chance.falls(2));
        match change {
            _ if lost => {}
            Change::Length(len) => bytes.resize(usize::try_from(*len).expect("fits in memory"), 0),
            Change::Bytes(offset, written) if torn => {
                let mut at = 0;
                while at < written.len() {
                    let place = offset + at as u64;
                    let within = usize::try_from(place % SECTOR as u64).expect("below a sector");
                    let end = written.len().min(at + SECTOR - within);
                    if !chance.falls(2) {
                        put(&mut bytes, place, &written[at..end]);
                    }
                    at = end;
                }
            }
            Change::Bytes(offset, written) => put(&mut bytes, *offset, written),
        }
    }
    bytes
}

/// Says what is lost.
enum Chance {
    Always,
    Never,
    Random(u64),
}

impl Chance {
    fn new(arrives: Arrives) -> Self {
        match arrives {
            Arrives::Nothing | Arrives::Names => Self::Always,
            Arrives::Everything => Self::Never,
            Arrives::Some(seed) => Self::Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        }
    }

    /// `true` in one of `n` cases.
    fn falls(&mut self, n: u64) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Random(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                (*state >> 33).is_multiple_of(n)
            }
        }
    }
}
