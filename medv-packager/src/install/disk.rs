//! The master disk: expanded beside its place, then moved there.
//!
//! `IMAGE.vhd.replaced` says whose disk has the name: as long as it is not there, nobody has touched `IMAGE.vhd`; if it is empty,
//! there was none before. Until the record says `installed`, undoing looks at it; from then on it is only in the way.

use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::expand::{ExpandOptions, TargetForm, expand, remove_if_useless};
use medv_codec::{Error, ErrorKind, Monitor, Result};
use medv_format::digest::Digest;

use super::{Package, Record, remove_file};

/// What must be left on the drive besides: the journal, and whatever else writes there meanwhile.
const KEEP_FREE: u64 = 64 << 20;

pub(super) struct Disk {
    pub(super) path: PathBuf,
    new: PathBuf,
    replaced: PathBuf,
}

/// What stood at the disk's place before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A disk that may be replaced.
    Other,
    /// This very disk.
    Same,
}

impl Disk {
    /// The disk of this name in `folder`.
    pub(super) fn at(folder: &Path, image: &str) -> Self {
        Self::of(&folder.join(format!("{image}.vhd")))
    }

    /// The disk at `path`.
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), new: suffixed(path, ".new"), replaced: suffixed(path, ".replaced") }
    }

    /// What stands at the place.
    pub(super) fn found(&self, installed: Option<&Record>, digest: Digest, overwrite: bool) -> Result<Found> {
        if !self.path.exists() {
            return Ok(Found::Nothing);
        }
        let is_same = installed
            .is_some_and(|record| record.disk == self.path && record.image_digest == digest.to_string());
        match (is_same, overwrite) {
            (true, _) => Ok(Found::Same),
            (false, true) => Ok(Found::Other),
            (false, false) => Err(Error::usage("there is a disk of this name already")
                .in_file(&self.path)
                .advice("say --overwrite to replace it, or --dir to put the disk elsewhere")),
        }
    }

    /// Expands the disk beside its place: every byte is checked before it gets its name. What is done when reading fails, or the
    /// user cancels, is kept for the next time; what came of a package that is no good is not.
    pub(super) fn expand(&self, package: &Package, monitor: &dyn Monitor) -> Result<()> {
        // A fixed VHD without its footer is a raw disk, which every hypervisor reads; its holes take no room.
        // An unfinished disk of another package is of no use to this one.
        let options = ExpandOptions {
            form: TargetForm::Fixed,
            force: true,
            keep_free: KEEP_FREE,
            ..ExpandOptions::default()
        };
        let expanded = package.medv().and_then(|medv| expand(medv, &self.new, &options, monitor));
        let Err(error) = expanded else { return Ok(()) };
        // What went wrong first is what the caller has to know.
        let _ = match error.kind() {
            ErrorKind::Damaged | ErrorKind::Unsupported | ErrorKind::Limit => self.discard_unfinished(),
            _ => remove_if_useless(&self.new).map(drop),
        };
        Err(error)
    }

    /// Removes what an installation that did not end has expanded.
    pub(super) fn discard_unfinished(&self) -> Result<()> {
        remove_file(&suffixed(&self.new, ".medv-part"))?;
        remove_file(&suffixed(&self.new, ".medv-journal"))
    }

    /// Gives the new disk its name.
    pub(super) fn place(&self, found: Found) -> Result<()> {
        match found {
            Found::Same => return Ok(()),
            Found::Nothing => super::machine::write(&self.replaced, b"")?,
            Found::Other => rename(&self.path, &self.replaced)?,
        }
        rename(&self.new, &self.path)
    }

    /// Puts back what stood there.
    pub(super) fn take_back(&self) -> Result<()> {
        remove_file(&self.new)?;
        match fs::metadata(&self.replaced) {
            Ok(found) if found.len() > 0 => rename(&self.replaced, &self.path),
            Ok(_) => remove_file(&self.path).and_then(|()| remove_file(&self.replaced)),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn forget_replaced(&self) -> Result<()> {
        remove_file(&self.replaced)
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let renamed =
        fs::rename(from, to).and_then(|()| fs::File::open(folder)).and_then(|folder| folder.sync_all());
    renamed.map_err(|error| Error::io(format!("cannot rename to {}", to.display()), error).in_file(from))
}
