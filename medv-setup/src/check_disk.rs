//! `CheckDisk`: may the disk be installed? Asked before anything is written.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use medv_codec::container::Container;
use medv_codec::source::FileSource;
use medv_format::Limits;

use crate::action_data::ActionData;
use crate::disk_files::DiskFiles;
use crate::{Failure, Result, codes, room};

/// What is asked.
#[derive(Clone, Debug)]
pub struct CheckDisk {
    /// The `.medv` beside the `.msi`.
    pub source: PathBuf,
    /// The disk's files in the folder where it goes.
    pub files: DiskFiles,
    /// Digest of the index of the `.medv` that the package was built with, in hexadecimal.
    pub index_digest: String,
    /// The same of the disk's content.
    pub image_digest: String,
    /// Whether a disk that stands there may be replaced.
    pub overwrite: bool,
    /// What the expanded disk takes, in bytes.
    pub bytes_on_disk: u64,
    /// The content of the installed disk, if a workspace is installed.
    pub installed_digest: Option<String>,
    /// Whether that workspace is replaced by this installation.
    pub is_upgrade: bool,
}

/// What stands where the disk goes, and so what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the disk is expanded.
    None,
    /// Another disk, which is replaced.
    Other,
    /// This very disk, which stays as it is.
    Same,
}

impl Found {
    /// As the `.msi` hands it on to the actions that follow.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Other => "other",
            Self::Same => "same",
        }
    }
}

impl CheckDisk {
    /// Understands what the `.msi` tells.
    ///
    /// # Errors
    /// If something is missing.
    pub fn from_data(data: &ActionData) -> Result<Self> {
        let bytes = data.need("BytesOnDisk")?;
        Ok(Self {
            source: source(data)?,
            files: DiskFiles::from_data(data)?,
            index_digest: data.need("IndexDigest")?.to_owned(),
            image_digest: data.need("ImageDigest")?.to_owned(),
            overwrite: data.is_set("Overwrite"),
            bytes_on_disk: bytes.parse().map_err(|_| {
                Failure::general(format!(
                    "the package gives {bytes:?} for BytesOnDisk, expected a number; build it again"
                ))
            })?,
            installed_digest: data.get("Installed").map(str::to_owned),
            is_upgrade: data.get("Upgrading").is_some(),
        })
    }

    /// Answers what is to be done. `space` tells how many bytes are free on the drive of a folder, and how many the disk's
    /// unfinished file takes already.
    ///
    /// # Errors
    /// If the disk cannot be installed: why, and what to do.
    pub fn run(&self, space: impl FnOnce(&DiskFiles) -> Result<Space>) -> Result<Found> {
        self.check_source()?;
        let installed = self.installed_digest.as_deref();
        let is_this_one = installed.is_some_and(|digest| digest.eq_ignore_ascii_case(&self.image_digest));
        let found = match (self.files.is_taken()?, self.overwrite) {
            // It stays as it is even if it may be replaced: users' layers stand on it.
            (true, _) if is_this_one && self.is_upgrade => return Ok(Found::Same),
            (true, false) => return Err(self.is_taken()),
            (true, true) => Found::Other,
            (false, _) => Found::None,
        };
        let Space { free, there } = space(&self.files)?;
        let folder = self.files.disk.parent().unwrap_or(Path::new(""));
        room::check(self.bytes_on_disk, there, free, &folder.display().to_string())?;
        Ok(found)
    }

    /// Is it the `.medv` that the package was built with?
    fn check_source(&self) -> Result<()> {
        let source = open(&self.source)?;
        let container = Container::open(&source, &Limits::default()).map_err(Failure::of_source)?;
        let trailer = &container.trailer;
        let found =
            [("index", trailer.index_digest.to_string()), ("image", trailer.image_digest.to_string())];
        for ((what, found), expected) in found.iter().zip([&self.index_digest, &self.image_digest]) {
            if !found.eq_ignore_ascii_case(expected) {
                return Err(Failure::new(
                    codes::PACKAGE_INVALID,
                    format!(
                        "{}: found {what} digest {found}, expected {expected}: this is not the disk that the package was \
                         built with; copy all files of the package again",
                        self.source.display()
                    ),
                ));
            }
        }
        Ok(())
    }

    fn is_taken(&self) -> Failure {
        Failure::general(format!(
            "{}: found a disk, expected none; give OVERWRITEVHD=1 to replace it, or another folder with INSTALLDIR",
            self.files.disk.display()
        ))
    }
}

/// Room on a drive.
#[derive(Clone, Copy, Debug)]
pub struct Space {
    /// Bytes free.
    pub free: u64,
    /// Bytes that the unfinished disk takes already.
    pub there: u64,
}

/// Where the `.medv` is, as the `.msi` tells.
///
/// # Errors
/// If it does not.
pub fn source(data: &ActionData) -> Result<PathBuf> {
    Ok(data.folder("Source")?.join(data.need("Medv")?))
}

/// Opens the `.medv`.
///
/// # Errors
/// [`codes::SOURCE_ABSENT`] if it is not there; if the account that installs may not read it; I/O.
pub fn open(source: &Path) -> Result<FileSource> {
    match File::open(source) {
        Ok(_) => Ok(FileSource::open(source)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::new(
            codes::SOURCE_ABSENT,
            format!(
                "{}: not found, expected the packed disk beside the .msi; copy all files of the package into one folder",
                source.display()
            ),
        )),
        Err(error) => {
            let mut failure = Failure::io("this account cannot read it", source, &error);
            failure.message += "; ";
            failure.message += &for_the_system();
            Err(failure)
        }
    }
}

/// What to do when the system's own account, which expands the disk, does not get at the `.medv` of who started it.
pub fn for_the_system() -> String {
    let name = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "COMPUTER".to_owned());
    format!(
        "the disk is expanded by the system's own account, which is {name}$ to other computers, and knows no drive letters that a \
         user has connected: give the computers (group Domain Computers) the right to read the share, and start setup.exe \
         by a path that begins with \\\\; or copy all files of the package to this computer and start it there"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expand_disk::tests::{Packed, packed};

    fn check(packed: &Packed) -> CheckDisk {
        CheckDisk {
            source: packed.medv.clone(),
            files: packed.files(),
            index_digest: packed.index_digest.clone(),
            image_digest: packed.image_digest.to_uppercase(),
            overwrite: false,
            bytes_on_disk: packed.bytes_on_disk,
            installed_digest: None,
            is_upgrade: false,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as who asks the drive answers")]
    fn plenty(_: &DiskFiles) -> Result<Space> {
        Ok(Space { free: 1 << 40, there: 0 })
    }

    #[test]
    fn a_disk_that_stands_there_is_not_replaced_unasked() {
        let packed = packed();
        let mut check = check(&packed);
        assert_eq!(check.run(plenty).unwrap(), Found::None);
        std::fs::write(&check.files.disk, "a disk").unwrap();
        assert!(check.run(plenty).unwrap_err().message.contains("OVERWRITEVHD=1"));
        check.is_upgrade = true;
        check.installed_digest = Some("00".repeat(32));
        assert!(check.run(plenty).is_err());
        check.installed_digest = Some(packed.image_digest.clone());
        assert_eq!(check.run(plenty).unwrap(), Found::Same);
        check.is_upgrade = false;
        assert!(check.run(plenty).is_err());
        check.overwrite = true;
        assert_eq!(check.run(plenty).unwrap(), Found::Other);
    }

    #[test]
    fn another_disk_is_refused() {
        let packed = packed();
        let mut check = check(&packed);
        check.image_digest = "ab".repeat(32);
        let failure = check.run(plenty).unwrap_err();
        assert_eq!(failure.code, codes::PACKAGE_INVALID);
        assert!(
            failure.message.contains(&packed.image_digest) && failure.message.contains("abab"),
            "{failure}"
        );
    }

    #[test]
    fn a_missing_and_a_broken_one_have_their_codes() {
        let packed = packed();
        let mut check = check(&packed);
        std::fs::write(&check.source, b"rubbish").unwrap();
        assert_eq!(check.run(plenty).unwrap_err().code, codes::PACKAGE_INVALID);
        check.source = check.source.with_extension("nothing");
        let failure = check.run(plenty).unwrap_err();
        assert_eq!(failure.code, codes::SOURCE_ABSENT);
        assert!(failure.message.contains("beside the .msi"), "{failure}");
    }

    #[test]
    fn one_that_the_account_cannot_read_says_who_must_be_able_to() {
        let packed = packed();
        // Not even root looks into a file as if it were a folder.
        let failure = open(&packed.medv.join("d.medv")).unwrap_err();
        assert_eq!(failure.code, codes::FAILURE);
        for word in [
            "d.medv: this account cannot read it",
            "system's own account",
            "Domain Computers",
            "copy all files",
        ] {
            assert!(failure.message.contains(word), "{failure}");
        }
    }

    #[test]
    fn the_room_asked_for_is_what_the_disk_takes() {
        let packed = packed();
        let check = check(&packed);
        let needed = std::fs::metadata(&packed.disk).unwrap().len();
        let room = |free| check.run(|_| Ok(Space { free, there: 0 }));
        assert!(room(needed + room::RESERVE).is_ok());
        assert!(room(needed + room::RESERVE - 1).is_err());
    }
}
