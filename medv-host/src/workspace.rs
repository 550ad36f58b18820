//! The workspace that is installed on this machine.

use std::path::PathBuf;

use medv_codec::{Error, Result};

use crate::layer::Master;
use crate::places::Places;
use crate::settings::Settings;

/// An installed workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its name, which is its machine's as well.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The master disk.
    pub master: PathBuf,
    /// The digest of the disk's content, in hexadecimal digits. Another one is another machine.
    pub image_digest: String,
    /// Whether its machine is one for all users of the computer.
    pub is_shared: bool,
}

impl Workspace {
    /// The master disk, looked at: what layers stand on.
    ///
    /// # Errors
    /// Those of [`Master::open`].
    pub fn master(&self) -> Result<Master> {
        Ok(Master::open(&self.master)?.with_image(&self.image_digest))
    }

    /// What whoever wants something of one is told.
    pub fn none_is_installed() -> Error {
        Error::usage("no workspace is installed").advice(match cfg!(windows) {
            true => "install one: start the setup.exe of its package",
            false => "install one: medv workspace install FOLDER",
        })
    }

    /// Whether the user's machine made of `other` is one of this workspace as well: only the version may differ.
    pub fn has_the_machine_of(&self, other: &Self) -> bool {
        *self == Self { version: self.version.clone(), ..other.clone() }
    }

    /// The layer of its machine.
    pub fn layer(&self, places: &Places) -> PathBuf {
        places.layer(&self.name, self.is_shared)
    }

    /// What is remembered of first time setup of its machine.
    pub fn progress(&self, places: &Places) -> PathBuf {
        places.progress(&self.name, self.is_shared)
    }

    /// The one that is installed, if one is.
    ///
    /// # Errors
    /// I/O; damaged if what is known of it cannot be read.
    #[cfg(unix)]
    pub fn installed(places: &Places, settings: &Settings) -> Result<Option<Self>> {
        use medv_packager::install::{Machine, Record};
        let record = Record::read(&Machine::this(Some(&places.root)))?;
        Ok(record.filter(|record| !record.is_unfinished()).map(|record| Self {
            name: record.name,
            version: record.version,
            master: record.disk,
            image_digest: record.image_digest,
            is_shared: settings.is_shared(),
        }))
    }

    /// The one that is installed, if one is.
    ///
    /// # Errors
    /// I/O.
    #[cfg(windows)]
    pub fn installed(_: &Places, settings: &Settings) -> Result<Option<Self>> {
        use winreg::RegKey;
        use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY};
        const KEY: &str = r"SOFTWARE\Microsoft\Medv\v2\Workspace";
        let failed = |error| Error::io("cannot read the registry", error).in_file(format!(r"HKLM\{KEY}"));
        let key = RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey_with_flags(KEY, KEY_READ | KEY_WOW64_64KEY);
        let key = match key {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            key => key.map_err(failed)?,
        };
        let text = |name: &str| key.get_value::<String, _>(name).map_err(failed);
        Ok(Some(Self {
            name: text("Name")?,
            version: text("Version")?,
            master: text("Disk")?.into(),
            image_digest: text("ImageDigest")?,
            is_shared: settings.is_shared(),
        }))
    }
}
