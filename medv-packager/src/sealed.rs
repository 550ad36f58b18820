//! Is the image sealed: will each machine that starts from it become one of its own?
//!
//! A sealed Windows went through sysprep, a sealed Linux has no machine identity. Both leave traces on the disk, which
//! are read here without mounting anything.

mod linux;
mod ntfs_files;
mod volume;
mod windows;

use std::sync::Arc;

use medv_codec::Result;
use medv_codec::disk::Disk;
use medv_codec::volume::{FileSystem, partitions};

pub use self::linux::has_linux;
use self::ntfs_files::Failure;
pub use self::ntfs_files::NtfsFiles;
pub use self::volume::Volume;
pub use self::windows::ANSWERS_BEFORE_MEDIA;

/// What may go wrong with the setup of a machine that was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caution {
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// What the traces say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// It is.
    Yes {
        /// The trace.
        evidence: String,
        /// What may go wrong with it nevertheless.
        caution: Option<Caution>,
    },
    /// It is not.
    No {
        /// The trace, or what is missing.
        reason: String,
        /// How to seal it.
        advice: String,
    },
    /// Nothing that could be looked at tells.
    Unknown {
        /// Why not.
        reason: String,
    },
}

/// Looks at the volumes of `disk` for the traces of Windows and of Linux. The first system found counts.
///
/// # Errors
/// Only those of reading the disk's partition table; a volume that cannot be read is [`Sealed::Unknown`].
pub fn sealed(disk: &Arc<dyn Disk>) -> Result<Sealed> {
    let mut reasons = Vec::new();
    for partition in partitions(&**disk)?.partitions {
        let place = match partition.index {
            0 => "the disk".to_owned(),
            number => format!("partition {number}"),
        };
        let volume = Volume::new(Arc::clone(disk), partition.range());
        let looked = match partition.file_system {
            FileSystem::Ntfs => windows::look(volume),
            FileSystem::Ext2 | FileSystem::Ext3 | FileSystem::Ext4 => linux::look(volume),
            _ => continue,
        };
        match looked {
            Ok(Some(sealed)) => return Ok(sealed),
            Ok(None) => reasons.push(format!("{place} holds no Windows or Linux")),
            Err(error) => reasons.push(format!("{place} could not be looked at: {error}")),
        }
    }
    if reasons.is_empty() {
        reasons.push("there is no NTFS or ext2/3/4 volume to look at".to_owned());
    }
    Ok(Sealed::Unknown { reason: reasons.join("; ") })
}
