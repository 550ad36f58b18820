//! What is known of the installed workspace: `/var/lib/medv/workspace.toml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Result};
use medv_settings::{Setting, find_in_registry};
use toml_edit::{Array, DocumentMut, value};

use super::machine::{self, Machine};

/// An installed workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whether it is there, or on its way.
    pub(super) state: State,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The master disk.
    pub disk: PathBuf,
    /// The name of the disk's content, in hexadecimal digits.
    pub image_digest: String,
    /// The settings that came with it: key and name in the registry.
    pub(super) settings: Vec<String>,
}

/// How far an installation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Something beside the disk may have been changed.
    Installing,
    /// It is done.
    Installed,
}

const HEAD: &str =
    "# The installed workspace. medv writes this file: change settings with `medv settings set`.\n";

impl Record {
    /// The record of `machine`; `None` if no workspace is installed.
    ///
    /// # Errors
    /// I/O; damaged if it is not as medv writes it.
    pub fn read(machine: &Machine) -> Result<Option<Self>> {
        let path = machine.record();
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("cannot read", error).in_file(path)),
        }
    }

    pub(super) fn parse(text: &str, path: &Path) -> Result<Self> {
        let damaged = |message: String| {
            Error::damaged(message)
                .in_file(path)
                .advice("medv wrote this file, and something else has changed it; delete it, and install the workspace again")
        };
        let document: DocumentMut =
            text.parse().map_err(|error| damaged(format!("this is not TOML: {error}")))?;
        let text_of = |key: &str| {
            let found = document.get(key).and_then(|item| item.as_str()).map(str::to_owned);
            found.ok_or_else(|| damaged(format!("`{key}` is missing, or not a text")))
        };
        let settings = document.get("settings").and_then(|item| item.as_array());
        Ok(Self {
            state: match text_of("state")?.as_str() {
                "installed" => State::Installed,
                _ => State::Installing,
            },
            name: text_of("name")?,
            version: text_of("version")?,
            disk: PathBuf::from(text_of("disk")?),
            image_digest: text_of("image_digest")?,
            settings: settings
                .into_iter()
                .flatten()
                .filter_map(|item| Some(item.as_str()?.to_owned()))
                .collect(),
        })
    }

    pub(super) fn write(&self, machine: &Machine) -> Result<()> {
        let disk = self.disk.to_str().ok_or_else(|| {
            Error::usage("the path of the disk is not text")
                .in_file(&self.disk)
                .advice("choose another folder with --dir")
        })?;
        let mut document = DocumentMut::new();
        let state = match self.state {
            State::Installing => "installing",
            State::Installed => "installed",
        };
        document["state"] = value(state);
        document["name"] = value(&self.name);
        document["version"] = value(&self.version);
        document["disk"] = value(disk);
        document["image_digest"] = value(&self.image_digest);
        document["settings"] = value(self.settings.iter().map(String::as_str).collect::<Array>());
        machine::write(&machine.record(), format!("{HEAD}{document}").as_bytes())
    }

    pub(super) fn remove(machine: &Machine) -> Result<()> {
        super::remove_file(&machine.record())
    }

    /// The settings that came with it.
    pub(super) fn settings(&self) -> impl Iterator<Item = &'static Setting> + '_ {
        self.settings.iter().filter_map(|path| {
            let (key, name) = path.rsplit_once('\\')?;
            find_in_registry(key, name)
        })
    }

    /// Whether installing it was interrupted.
    pub fn is_unfinished(&self) -> bool {
        self.state == State::Installing
    }
}
