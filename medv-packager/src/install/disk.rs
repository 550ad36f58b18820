//! The master disk: expanded beside its place, then moved there.

use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::expand::{ExpandOptions, TargetForm, expand};
use medv_codec::{Error, Monitor, Result};
use medv_format::digest::Digest;

use super::{Package, Record, remove_file};

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
    pub(super) fn at(folder: &Path, image: &str) -> Self {
        let named = |suffix: &str| folder.join(format!("{image}.vhd{suffix}"));
        Self { path: named(""), new: named(".new"), replaced: named(".replaced") }
    }

    /// What stands at the place. A disk that an installation was killed while replacing is put back first.
    pub(super) fn found(&self, installed: Option<&Record>, digest: Digest, overwrite: bool) -> Result<Found> {
        if self.replaced.exists() {
            rename(&self.replaced, &self.path)?;
        }
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

    /// Expands the disk: every byte is checked before it gets its name.
    pub(super) fn expand(&self, package: &Package, found: Found, monitor: &dyn Monitor) -> Result<()> {
        // A fixed VHD without its footer is a raw disk, which every hypervisor reads; its holes take no room.
        let options = ExpandOptions { form: TargetForm::Fixed, ..ExpandOptions::default() };
        remove_file(&self.new)?;
        expand(package.medv()?, &self.new, &options, monitor)?;
        if found == Found::Other {
            rename(&self.path, &self.replaced)?;
        }
        rename(&self.new, &self.path)
    }

    /// Puts back what stood there.
    pub(super) fn take_back(&self, found: Found) -> Result<()> {
        match found {
            Found::Nothing => remove_file(&self.path),
            Found::Other if self.replaced.exists() => rename(&self.replaced, &self.path),
            Found::Other | Found::Same => Ok(()),
        }
    }

    pub(super) fn forget_replaced(&self) -> Result<()> {
        remove_file(&self.replaced)
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let renamed =
        fs::rename(from, to).and_then(|()| fs::File::open(folder)).and_then(|folder| folder.sync_all());
    renamed.map_err(|error| Error::io(format!("cannot rename to {}", to.display()), error).in_file(from))
}
