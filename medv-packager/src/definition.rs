//! `workspace.toml`: what an administrator says about a workspace.
//!
//! Reading it finds every rule that is broken, not only the first, and says in which line.

mod files;
mod keys;
mod reader;
mod rules;
mod template;

use std::path::{Path, PathBuf};

use medv_settings::{RegistryEntry, Setting, Value};

pub use self::files::{Files, LocalFiles};
pub use self::keys::{KEYS, Key, Reads};
pub use self::template::{quoted, template};
use crate::msi::ProductVersion;
use crate::problem::{Problem, Severity};

/// A workspace as its `workspace.toml` has it.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name that users see.
    pub name: String,
    /// Which version of the workspace it is.
    pub version: ProductVersion,
    /// The disk, from the folder of `workspace.toml` on.
    pub image: PathBuf,
    /// Level to pack the disk with, 1 to 22.
    pub level: i32,
    /// Whether to leave out what volumes call free.
    pub trim: bool,
    /// The settings made, in the order of the catalogue; `VM\Name` is among them.
    pub settings: Vec<Made>,
}

/// A setting that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Which.
    pub setting: &'static Setting,
    /// What to.
    pub value: Value,
}

impl Definition {
    /// Reads the text of a `workspace.toml` that stands in `folder`. There is no definition if one of the problems is an
    /// error.
    pub fn read(text: &str, folder: &Path) -> (Option<Self>, Vec<Problem>) {
        Self::read_with(text, folder, &LocalFiles)
    }

    /// [`Definition::read`], looking for what the text names in `files`.
    pub fn read_with(text: &str, folder: &Path, files: &dyn Files) -> (Option<Self>, Vec<Problem>) {
        let mut draft = reader::read(text, folder, files);
        rules::check(&mut draft, files);
        let mut problems = draft.problems;
        problems.sort_by_key(|problem| problem.line);
        let is_good = problems.iter().all(|problem| problem.severity < Severity::Error);
        let definition = match (is_good, draft.name, draft.image) {
            (true, Some(name), Some((image, _))) => {
                let mut settings: Vec<Made> = draft.made.into_iter().map(|made| made.made).collect();
                let order = |wanted: &Setting| medv_settings::catalogue().position(|one| one == wanted);
                settings.sort_by_key(|made| order(made.setting));
                let (version, level, trim) = (draft.version, draft.level, draft.trim);
                Some(Self { name, version, image, level, trim, settings })
            }
            _ => None,
        };
        (definition, problems)
    }

    /// The settings as the registry has them.
    pub fn registry(&self) -> Vec<RegistryEntry> {
        self.settings.iter().map(|made| made.setting.entry(made.value.clone())).collect()
    }

    /// The image's file name without its extension, which the `.medv` and the installed disk are named after.
    pub fn image_name(&self) -> String {
        self.image.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}
