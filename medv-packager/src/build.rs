//! Makes the package: packs the disk, unless that was done before, and writes the files around it.

mod hashing;
mod programs;
mod remembered;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use medv_codec::container::Container;
use medv_codec::disk::{OpenOptions, OpenedDisk, open};
use medv_codec::expand::{TargetForm, target_len};
use medv_codec::output::OutputFile;
use medv_codec::pack::{PackOptions, PackReport, Subject, pack, usual_chunk_size};
use medv_codec::source::FileSource;
use medv_codec::storage::LocalStorage;
use medv_codec::volume::{FreeSpace, free_space};
use medv_codec::{Error, Monitor, Result};
use medv_format::Limits;
use medv_settings::RegFile;

use self::hashing::Hashing;
pub use self::programs::ProgramFiles;
use self::remembered::Remembered;
use crate::deb::{self, WorkspaceDeb};
use crate::definition::Definition;
use crate::msi::{self, Disk, Programs, Workspace};
use crate::paper::{self, PackageFile};
use crate::powershell;

/// How to build.
#[derive(Debug)]
pub struct BuildOptions<'a> {
    /// The folder of the package; made if it is not there.
    pub folder: &'a Path,
    /// Replace files that are there.
    pub force: bool,
    /// Programs for Windows that go into the package.
    pub programs: &'a ProgramFiles,
    /// Where to remember which disk a `.medv` was packed from; `None` to pack every time.
    pub cache: Option<&'a Path>,
    /// Make a Debian package of it as well.
    pub deb: bool,
    /// Worker threads; `None` for one a core.
    pub threads: Option<std::num::NonZeroUsize>,
}

/// What was built.
#[derive(Clone, Debug)]
pub struct BuildReport {
    /// The files, in the order in which they are listed.
    pub files: Vec<PackageFile>,
    /// What packing did; `None` if the `.medv` of an earlier build is this disk still.
    pub packed: Option<PackReport>,
    /// What the installed disk takes, in bytes.
    pub bytes_on_disk: u64,
    /// The `ProductCode` of the `.msi`, in braces.
    pub product_code: String,
}

/// Builds the package of `definition`.
///
/// # Errors
/// Usage if a file of the package is there already and may not be replaced; whatever reading the disk and writing the files
/// answer; cancelled.
pub fn build(
    definition: &Definition,
    options: &BuildOptions<'_>,
    monitor: &dyn Monitor,
) -> Result<BuildReport> {
    let folder = options.folder;
    fs::create_dir_all(folder).map_err(|error| Error::io("cannot make the folder", error).in_file(folder))?;
    let names = Names::of(definition);
    let medv = folder.join(&names.medv);
    let opened = open(&definition.image, &OpenOptions::default())?;
    let remembered = Remembered::of(definition, &opened.chain, &medv)?;
    let earlier = options.cache.and_then(|cache| remembered.recall(cache));
    if !options.force {
        refuse_to_replace(folder, &names, earlier.is_some())?;
    }

    let (packed, medv_file, container) = match earlier {
        Some((file, container)) => (None, file, container),
        None => {
            let (report, file) = pack_disk(definition, &opened, &medv, options, monitor)?;
            let container = read_container(&medv)?;
            if let Some(cache) = options.cache {
                remembered.remember(cache, &file, &container, monitor);
            }
            (Some(report), file, container)
        }
    };

    let disk = Disk {
        image: &definition.image_name(),
        bytes_on_disk: target_len(&container.index, TargetForm::vhd_of(&container.index.header.form))?,
        index_digest: container.trailer.index_digest,
        image_digest: container.trailer.image_digest,
    };
    let settings = definition.registry();
    let reg = RegFile::of(&settings).to_bytes();
    let workspace = Workspace {
        name: &definition.name,
        version: definition.version,
        publisher: None,
        help_link: None,
        disk,
        settings: &settings,
        reg: &reg,
        programs: Programs { actions: &options.programs.actions, uninstall: &options.programs.uninstall },
    };
    let product_code = msi::braced(workspace.product_code());
    let small = [
        (&names.setup, options.programs.setup.clone()),
        (&names.msi, msi::workspace(&workspace)?),
        (&names.reg, reg.clone()),
        (&names.ps1, powershell::script(definition)),
        (&names.install_all, paper::install_all()),
        (&names.readme, paper::readme(definition, disk.bytes_on_disk)),
    ];
    let mut files = Vec::new();
    for (name, bytes) in small {
        files.push(write(folder, name, &bytes)?);
    }
    files.insert(2, medv_file);
    files.push(write(folder, &names.sums, &paper::sums(&files))?);
    if options.deb {
        files.push(write_deb(definition, folder, &names, &files)?);
    }
    Ok(BuildReport { files, packed, bytes_on_disk: disk.bytes_on_disk, product_code })
}

/// The names of a package's files.
struct Names {
    setup: String,
    msi: String,
    medv: String,
    reg: String,
    ps1: String,
    install_all: String,
    readme: String,
    sums: String,
    deb: String,
}

impl Names {
    fn of(definition: &Definition) -> Self {
        let name = &definition.name;
        Self {
            setup: "setup.exe".to_owned(),
            msi: format!("{name}.msi"),
            medv: format!("{}.medv", definition.image_name()),
            reg: format!("{name}.reg"),
            ps1: format!("{name}.ps1"),
            install_all: "install-all.cmd".to_owned(),
            readme: "README.txt".to_owned(),
            sums: "SHA256SUMS".to_owned(),
            deb: deb::workspace_file_name(name, definition.version),
        }
    }

    fn all(&self) -> [&String; 9] {
        let Self { setup, msi, medv, reg, ps1, install_all, readme, sums, deb } = self;
        [setup, msi, medv, reg, ps1, install_all, readme, sums, deb]
    }
}

/// All or nothing: a package of which half is of another build is worse than none.
fn refuse_to_replace(folder: &Path, names: &Names, keeps_medv: bool) -> Result<()> {
    for name in names.all() {
        if (name != &names.medv || !keeps_medv) && folder.join(name).exists() {
            return Err(Error::usage("the file exists already")
                .in_file(folder.join(name))
                .advice("give another folder with -o, or --force to replace the package in it"));
        }
    }
    Ok(())
}

/// Packs the disk straight to its place; its hash is taken of what passes.
fn pack_disk(
    definition: &Definition,
    opened: &OpenedDisk,
    medv: &Path,
    options: &BuildOptions<'_>,
    monitor: &dyn Monitor,
) -> Result<(PackReport, PackageFile)> {
    let limits = Limits::default();
    let free = match definition.trim {
        true => Some(free_space(&*opened.disk, &limits, monitor)?),
        false => None,
    };
    let subject = Subject::new(opened, free.as_ref().map(FreeSpace::extents));
    let level = definition.level;
    let chunk_size = usual_chunk_size(level);
    let pack_options = PackOptions { level, chunk_size, threads: options.threads, limits };
    let mut out = Hashing::new(OutputFile::create(&LocalStorage, medv, true)?);
    let report = pack(&subject, &mut out, &pack_options, monitor).map_err(|error| error.in_file(medv))?;
    let (out, len, sha256) = out.finish();
    out.finish()?;
    let name = medv.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((report, PackageFile { name, len, sha256 }))
}

/// Writes a small file, which appears under its name when it is whole.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PackageFile> {
    let path: PathBuf = folder.join(name);
    let mut out = Hashing::new(OutputFile::create(&LocalStorage, &path, true)?);
    out.write_all(bytes).map_err(|error| Error::io("cannot write", error).in_file(&path))?;
    let (out, len, sha256) = out.finish();
    out.finish()?;
    Ok(PackageFile { name: name.to_owned(), len, sha256 })
}

/// Writes the Debian package, with the files that are in the folder by now.
fn write_deb(
    definition: &Definition,
    folder: &Path,
    names: &Names,
    files: &[PackageFile],
) -> Result<PackageFile> {
    let path = folder.join(&names.deb);
    let image = definition.image_name();
    let (name, version) = (definition.name.as_str(), definition.version);
    let deb = deb::workspace(&WorkspaceDeb { name, version, image: &image, folder, files });
    let mut out = Hashing::new(OutputFile::create(&LocalStorage, &path, true)?);
    deb.write(&mut out)
        .map_err(|error| Error::io("cannot write the Debian package", error).in_file(&path))?;
    let (out, len, sha256) = out.finish();
    out.finish()?;
    Ok(PackageFile { name: names.deb.clone(), len, sha256 })
}

/// The index and trailer of a `.medv`.
fn read_container(path: &Path) -> Result<Container> {
    Container::open(&FileSource::open(path)?, &Limits::default())
}
