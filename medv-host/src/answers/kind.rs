//! What system a master disk holds, read off its volumes without mounting anything.

use std::sync::Arc;

use medv_codec::Result;
use medv_codec::disk::Disk;
use medv_codec::volume::{FileSystem, partitions};
use medv_packager::sealed::{ANSWERS_BEFORE_MEDIA, NtfsFiles, Volume, has_linux};

/// Where Mini-Setup of Windows XP has its answers.
const SYSPREP_INF: [&str; 2] = ["sysprep/sysprep.inf", "sysprep.inf"];

/// Answer files that Windows finds only if there is none on a medium.
const AFTER_MEDIA: [&str; 2] = ["Windows/System32/Sysprep/Unattend.xml", "Unattend.xml"];

/// The system of a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestKind {
    /// Windows XP or 2000.
    Xp {
        /// The `Sysprep.inf` that the image brings; empty if it brings none.
        sysprep_inf: Vec<u8>,
    },
    /// Windows Vista or later.
    Windows {
        /// The answer file that the image brings, if it brings one that is read after the medium: what it says besides
        /// is told, too.
        unattend_xml: Option<Vec<u8>>,
        /// An answer file of the image that Windows reads before it looks at any medium.
        overruled_by: Option<&'static str>,
    },
    /// Linux.
    Linux,
    /// Nothing that is known here.
    Unknown,
}

/// Looks at the volumes of `disk`. The first system found counts; a volume that cannot be read is passed over.
///
/// # Errors
/// Those of reading the disk's partition table.
pub fn guest_kind(disk: &Arc<dyn Disk>) -> Result<GuestKind> {
    for partition in partitions(&**disk)?.partitions {
        let volume = Volume::new(Arc::clone(disk), partition.range());
        let found = match partition.file_system {
            FileSystem::Ntfs => NtfsFiles::look_through(volume, windows).ok().flatten(),
            FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => {
                has_linux(volume).unwrap_or(false).then_some(GuestKind::Linux)
            }
            _ => None,
        };
        if let Some(kind) = found {
            return Ok(kind);
        }
    }
    Ok(GuestKind::Unknown)
}

type Looked<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn windows(files: &mut NtfsFiles) -> Looked<Option<GuestKind>> {
    // Vista brought the boot configuration data, and the state of setup.
    if files.exists("Windows/Setup/State/State.ini")? || files.exists("Windows/System32/winload.exe")? {
        return later_windows(files).map(Some);
    }
    if !files.exists("Windows/System32/config/SYSTEM")? && !files.exists("WINNT/System32/config/SYSTEM")? {
        return Ok(None);
    }
    for path in SYSPREP_INF {
        if let Some(sysprep_inf) = files.read(path)? {
            return Ok(Some(GuestKind::Xp { sysprep_inf }));
        }
    }
    Ok(Some(GuestKind::Xp { sysprep_inf: Vec::new() }))
}

fn later_windows(files: &mut NtfsFiles) -> Looked<GuestKind> {
    let mut overruled_by = None;
    for path in ANSWERS_BEFORE_MEDIA {
        if overruled_by.is_none() && files.exists(path)? {
            overruled_by = Some(path);
        }
    }
    let mut unattend_xml = None;
    for path in AFTER_MEDIA {
        if unattend_xml.is_none() {
            unattend_xml = files.read(path)?;
        }
    }
    Ok(GuestKind::Windows { unattend_xml, overruled_by })
}
