//! Installing a package on Linux, as `spec/workspace-package.md` has it: all of it, or nothing.

mod absent;
mod disk;
mod group;
mod layers;
mod machine;
mod package;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::{Error, Monitor, Result};
use medv_settings::{Kind, Scope, Setting, Store, TomlStore, Value, find_in_registry};

use self::absent::Absent;
use self::disk::{Disk, Found};
pub use self::group::SHARED_GROUP;
pub use self::machine::Machine;
pub use self::package::Package;
pub use self::record::Record;
use self::record::State;
use crate::engine_error;

/// How to install.
#[derive(Clone, Debug, Default)]
pub struct InstallOptions {
    /// Where the disk goes; `None` for the usual place.
    pub folder: Option<PathBuf>,
    /// Whether a disk of the same name may be replaced.
    pub overwrite: bool,
    /// Do not ask for a hypervisor.
    pub ignore_prerequisites: bool,
}

/// What installing did.
#[derive(Clone, Debug)]
pub struct Installed {
    /// What is installed now.
    pub record: Record,
    /// The version that was there before.
    pub replaced: Option<String>,
    /// `false` if the disk was there already.
    pub expanded: bool,
}

/// Installs `package`. An installation that was interrupted goes on where it stopped.
///
/// # Errors
/// Usage if something must be there first, or must not be replaced; damaged if the package is; whatever expanding the disk
/// answers. The machine is as it was then.
pub fn install(
    machine: &Machine,
    package: &Package,
    options: &InstallOptions,
    monitor: &dyn Monitor,
) -> Result<Installed> {
    machine.must_be_writable()?;
    machine.must_have_host_agent()?;
    if !options.ignore_prerequisites {
        machine.must_have_hypervisor()?;
    }
    // Settings that cannot be read are better found now than when the disk is there.
    open_store(machine)?;
    // What a killed installation has changed is taken back before anything else is looked at.
    undo_interrupted(machine)?;
    let earlier = Record::read(machine)?.filter(|record| !record.is_unfinished());
    let folder = options.folder.clone().unwrap_or_else(|| match &earlier {
        Some(earlier) => earlier.disk.parent().map(Path::to_owned).unwrap_or_default(),
        None => machine.workspace(),
    });
    if let Some(earlier) = &earlier {
        must_be_older(machine, earlier, package)?;
    }
    let folder = std::path::absolute(&folder)
        .map_err(|error| Error::io("cannot tell where this is", error).in_file(&folder))?;
    let container = package.container()?;
    let disk = Disk::at(&folder, &package.image);
    let found = disk.found(earlier.as_ref(), container.trailer.image_digest, options.overwrite)?;

    let record = Record {
        state: State::Installing,
        name: package.name.clone(),
        version: package.version.to_string(),
        disk: disk.path.clone(),
        image_digest: container.trailer.image_digest.to_string(),
        settings: package.settings.iter().map(|entry| format!(r"{}\{}", entry.key, entry.name)).collect(),
    };
    let lock = machine.lock();
    let absent = Absent::of(machine.places().iter().chain([&folder, &lock]).map(PathBuf::as_path));
    let expanded = found != Found::Same;
    let installed = expand_disk(&disk, package, expanded, monitor).and_then(|()| {
        set_up(machine, package, earlier.as_ref(), record, (&disk, found)).inspect_err(|_| {
            let _ = disk.take_back().and_then(|()| undo_settings(machine, earlier.as_ref()));
        })
    });
    // What went wrong first is what the caller has to know.
    let record = installed.inspect_err(|_| absent.remove())?;
    // It is installed; what is left over now is told, and no failure.
    if let Err(error) = disk.forget_replaced() {
        monitor.warn(&error.to_string());
    }
    if let Some(old) = earlier.as_ref().filter(|earlier| earlier.disk != disk.path && earlier.disk.exists()) {
        monitor.warn(&format!(
            "{}: the disk of the version before stays; delete it if nobody needs it",
            old.disk.display()
        ));
    }
    Ok(Installed { record, replaced: earlier.map(|earlier| earlier.version), expanded })
}

fn expand_disk(disk: &Disk, package: &Package, expanded: bool, monitor: &dyn Monitor) -> Result<()> {
    if !expanded {
        return Ok(());
    }
    let folder = disk.path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", error).in_file(folder))?;
    disk.expand(package, monitor)
}

/// What removing did.
#[derive(Clone, Debug)]
pub struct Removed {
    /// What was installed.
    pub record: Record,
    /// Files deleted because they were disks, or states of machines.
    pub disks: Vec<PathBuf>,
}

/// Removes the workspace `name`. With `delete_disks` its disk goes, too, and all layers over it.
///
/// # Errors
/// Usage if it is not installed; I/O.
pub fn uninstall(machine: &Machine, name: &str, delete_disks: bool) -> Result<Removed> {
    machine.must_be_writable()?;
    undo_interrupted(machine)?;
    let record = Record::read(machine)?.filter(|record| record.name == name).ok_or_else(|| {
        Error::usage(format!("the workspace `{name}` is not installed"))
            .advice("`medv workspace list` shows what is")
    })?;
    let mut store = open_store(machine)?;
    for setting in record.settings() {
        store.clear(Scope::Machine, setting).map_err(engine_error)?;
    }
    machine.remove_autostart()?;
    let mut disks = Vec::new();
    if delete_disks {
        disks.extend(layers::delete(machine)?);
        let disk = Disk::of(&record.disk);
        disk.discard_unfinished()?;
        if disk.path.exists() {
            remove_file(&disk.path)?;
            disks.push(disk.path);
        }
    }
    Record::remove(machine)?;
    Ok(Removed { record, disks })
}

/// There is one workspace on a machine, and it only becomes newer.
fn must_be_older(machine: &Machine, earlier: &Record, package: &Package) -> Result<()> {
    if earlier.name != package.name {
        return Err(Error::usage(format!(
            "the workspace `{}` is installed, and a machine has one workspace",
            earlier.name
        ))
        .in_file(machine.record())
        .advice(format!("remove it first: medv workspace uninstall \"{}\"", earlier.name)));
    }
    if earlier.version.parse().is_ok_and(|version: crate::msi::ProductVersion| version > package.version) {
        return Err(Error::usage(format!(
            "version {} of `{}` is installed, which is newer than {}",
            earlier.version, earlier.name, package.version
        ))
        .in_file(machine.record())
        .advice("remove it first, or install a newer package"));
    }
    Ok(())
}

/// Folders, the disk's name, settings, autostart, record. While the record says `installing`, all of it can be taken back.
fn set_up(
    machine: &Machine,
    package: &Package,
    earlier: Option<&Record>,
    mut record: Record,
    (disk, found): (&Disk, Found),
) -> Result<Record> {
    machine.make_folders()?;
    keep_settings(machine)?;
    record.write(machine)?;
    disk.place(found)?;
    let mut store = open_store(machine)?;
    let made: Vec<(&'static Setting, &Value)> = package
        .settings
        .iter()
        .filter_map(|entry| Some((find_in_registry(&entry.key, &entry.name)?, &entry.value)))
        .collect();
    for setting in earlier.into_iter().flat_map(Record::settings) {
        if !made.iter().any(|(kept, _)| *kept == setting) {
            store.clear(Scope::Machine, setting).map_err(engine_error)?;
        }
    }
    for (setting, value) in made {
        store.set(Scope::Machine, setting, value).map_err(engine_error)?;
    }
    machine.write_autostart()?;
    record.state = State::Installed;
    record.write(machine)?;
    // From here on it is installed. What cannot be removed now, the next run removes.
    let _ = remove_file(&machine.kept_settings());
    let _ = remove_file(&machine.kept_record());
    Ok(record)
}

/// Copies the settings and the record, so that they can be put back.
fn keep_settings(machine: &Machine) -> Result<()> {
    for (from, to) in kept(machine) {
        match fs::read(&from) {
            Ok(bytes) => machine::write(&to, &bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => machine::write(&to, b"")?,
            Err(error) => return Err(Error::io("cannot read", error).in_file(from)),
        }
    }
    Ok(())
}

/// What is changed, and where it is kept meanwhile. An empty copy stands for none; the record's comes last, so that there is no
/// copy of the record without one of the settings.
fn kept(machine: &Machine) -> [(PathBuf, PathBuf); 2] {
    [(machine.settings(), machine.kept_settings()), (machine.record(), machine.kept_record())]
}

/// Puts settings and record back, the record last: what it says decides what is left to undo.
fn undo_settings(machine: &Machine, earlier: Option<&Record>) -> Result<()> {
    if !machine.kept_record().exists() {
        return remove_file(&machine.kept_settings());
    }
    if earlier.is_none() {
        machine.remove_autostart()?;
    }
    for (to, from) in kept(machine) {
        let bytes = fs::read(&from).map_err(|error| Error::io("cannot read", error).in_file(&from))?;
        if bytes.is_empty() {
            remove_file(&to)?;
        } else if fs::read(&to).ok().as_ref() != Some(&bytes) {
            machine::write(&to, &bytes)?;
        }
    }
    remove_file(&machine.kept_settings())?;
    remove_file(&machine.kept_record())
}

/// Takes back what an installation that was killed has done, but for what it had expanded; or does what it had left to do.
fn undo_interrupted(machine: &Machine) -> Result<()> {
    let record = Record::read(machine)?;
    if let Some(record) = record.as_ref().filter(|record| record.is_unfinished()) {
        let earlier = fs::read_to_string(machine.kept_record()).ok().filter(|text| !text.is_empty());
        let earlier = earlier.and_then(|text| Record::parse(&text, &machine.kept_record()).ok());
        Disk::of(&record.disk).take_back()?;
        return undo_settings(machine, earlier.as_ref());
    }
    if let Some(record) = record {
        Disk::of(&record.disk).forget_replaced()?;
    }
    remove_file(&machine.kept_record())?;
    remove_file(&machine.kept_settings())
}

fn open_store(machine: &Machine) -> Result<TomlStore> {
    TomlStore::of_this_user(&machine.root).map_err(engine_error)
}

/// Removes a file, if it is there.
fn remove_file(path: &Path) -> Result<()> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    match fs::remove_file(path) {
        Err(error) if !matches!(error.kind(), NotFound | NotADirectory) => {
            Err(Error::io("cannot remove", error).in_file(path))
        }
        _ => Ok(()),
    }
}

/// The workspace's name in its settings.
fn name_in(settings: &[medv_settings::RegistryEntry]) -> Option<String> {
    settings.iter().find_map(|entry| {
        let setting = find_in_registry(&entry.key, &entry.name)?;
        match (&entry.value, setting.kind) {
            (Value::Text(name), Kind::WorkspaceName) => Some(name.clone()),
            _ => None,
        }
    })
}
