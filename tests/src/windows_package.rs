//! Packages for Windows, from disks made in code, and the installers of medv's own components.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engine::{at_random, expand_into};
use crate::windows_machine::WindowsMachine;
use medv_codec::Silent;
use medv_codec::container::Container;
use medv_codec::disk::{OpenOptions, open};
use medv_codec::expand::{TargetForm, target_len};
use medv_codec::pack::{PackOptions, Subject, pack_to_file};
use medv_codec::source::FileSource;
use medv_format::Limits;
use medv_packager::msi::{
    ComponentKind, Disk, ProductVersion, Programs, Workspace, whole_component, workspace,
};
use medv_settings::{RegistryEntry, Value};
use medv_setup::overlay;

/// A disk, and the same packed.
#[derive(Debug)]
pub struct PackedDisk {
    /// The disk.
    pub vhd: PathBuf,
    medv: PathBuf,
}

impl PackedDisk {
    /// A dynamic disk with `content` at its beginning, and 16 MiB of nothing behind it.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn new(folder: &Path, name: &str, content: &[u8]) -> Self {
        let raw = folder.join(format!("{name}.img"));
        fs::write(&raw, content).unwrap();
        let file = fs::OpenOptions::new().write(true).open(&raw).unwrap();
        file.set_len((content.len() as u64).next_multiple_of(1 << 20) + (16 << 20)).unwrap();
        let vhd = folder.join(format!("{name}.vhd"));
        let medv = folder.join(format!("{name}.medv"));
        pack(&raw, &medv);
        expand_into(at_random(&medv), &vhd, TargetForm::Dynamic);
        fs::remove_file(raw).unwrap();
        Self::of(vhd)
    }

    /// Packs the disk that is there.
    ///
    /// # Panics
    /// If it cannot be read.
    pub fn of(vhd: PathBuf) -> Self {
        let medv = vhd.with_extension("medv");
        _ = fs::remove_file(&medv);
        pack(&vhd, &medv);
        Self { vhd, medv }
    }
}

fn pack(disk: &Path, medv: &Path) {
    let opened = open(disk, &OpenOptions::default()).unwrap();
    let options = PackOptions { level: 1, ..PackOptions::default() };
    pack_to_file(&Subject::new(&opened, None), medv, false, &options, &Silent).unwrap();
}

/// A workspace's package in a folder of its own.
#[derive(Debug)]
pub struct Package {
    /// Where it is.
    pub folder: PathBuf,
    /// The workspace's name.
    pub name: String,
    /// The disk's name, without extension.
    pub image: String,
}

impl Package {
    /// Puts together version `version` of the workspace `name`, whose user limit is `limit`.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn new(
        machine: &WindowsMachine,
        folder: PathBuf,
        name: &str,
        version: &str,
        limit: u32,
        disk: &PackedDisk,
    ) -> Self {
        let image = disk.vhd.file_stem().unwrap().to_str().unwrap().to_owned();
        let container = Container::open(&FileSource::open(&disk.medv).unwrap(), &Limits::default()).unwrap();
        let programs = ["medv-actions.dll", "uninstall.exe", "setup.exe"]
            .map(|name| fs::read(machine.program(name)).unwrap());
        let settings = [
            entry("VM", "Name", Value::Text(name.to_owned())),
            entry("Fts", "UpgradeTimeout", Value::Number(limit)),
            entry("Fts", "DialogMsg", Value::Text("[Grüße] \"quoted\" 100 % {x} #1".to_owned())),
            entry("UserExperience", "RedirectUrls", Value::Lines(vec!["*.example.org".into(), "a b".into()])),
        ];
        let msi = workspace(&Workspace {
            name,
            version: version.parse::<ProductVersion>().unwrap(),
            publisher: None,
            help_link: None,
            disk: Disk {
                image: &image,
                bytes_on_disk: target_len(&container.index, TargetForm::Same).unwrap(),
                index_digest: container.trailer.index_digest,
                image_digest: container.trailer.image_digest,
            },
            settings: &settings,
            reg: format!("{settings:?}").as_bytes(),
            programs: Programs { actions: &programs[0], uninstall: &programs[1] },
        })
        .unwrap();
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(format!("{name}.msi")), msi).unwrap();
        fs::write(folder.join("setup.exe"), &programs[2]).unwrap();
        let package = Self { folder, name: name.to_owned(), image };
        fs::hard_link(&disk.medv, package.medv()).unwrap();
        package
    }

    /// Its `setup.exe`.
    pub fn setup(&self) -> PathBuf {
        self.folder.join("setup.exe")
    }

    /// Its `.msi`.
    pub fn msi(&self) -> PathBuf {
        self.folder.join(format!("{}.msi", self.name))
    }

    /// Its `.medv`.
    pub fn medv(&self) -> PathBuf {
        self.folder.join(format!("{}.medv", self.image))
    }

    /// Replaces the packed disk by one that differs in `byte`. The original, a link, stays as it is.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn damage(&self, byte: usize) {
        let mut bytes = fs::read(self.medv()).unwrap();
        bytes[byte] ^= 1;
        fs::remove_file(self.medv()).unwrap();
        fs::write(self.medv(), bytes).unwrap();
    }
}

fn entry(key: &str, name: &str, value: Value) -> RegistryEntry {
    RegistryEntry { key: format!(r"SOFTWARE\Microsoft\Medv\v2\{key}"), name: name.to_owned(), value }
}

/// The installer of a component, with all that it is given away with, at `path`.
///
/// # Panics
/// If it cannot be written.
pub fn installer(machine: &WindowsMachine, kind: ComponentKind, version: &str, path: &Path) {
    let read = |name: &str| {
        fs::read(machine.program(name))
            .map_err(|error| medv_codec::Error::io(format!("cannot read {name}"), error))
    };
    let msi = whole_component(kind, version.parse::<ProductVersion>().unwrap(), read).unwrap();
    fs::write(path, overlay::append(&read("setup.exe").unwrap(), &msi).unwrap()).unwrap();
}
