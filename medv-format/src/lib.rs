//! The bytes of VHD disks, of `.medv` files, and of the volumes inside the disks.
//!
//! Every structure has one file, a `SIZE`, a `from_bytes` and, where we write it, a `to_bytes`. Nothing here
//! does I/O, starts a thread, or looks at a clock, and no input can make it panic: sizes from files are
//! checked before they are added up or reserved.
//!
//! - [`vhd`]: footer, dynamic header, block allocation table, bitmaps, parent locators.
//! - [`container`]: the `.medv` file, as `spec/medv-format.md` has it.
//! - [`volume`]: partition tables and the allocation bitmaps of NTFS, ext2/3/4 and FAT.
//! - [`journal`]: what is done of an unfinished target.
//! - [`digest`]: the image digest, one name for a disk's content.
//!
//! ```
//! use medv_format::ErrorKind;
//! use medv_format::vhd::{Footer, Timestamp, Uuid};
//!
//! let footer = Footer::new_fixed(64 << 20, Uuid(*b"0123456789abcdef"), Timestamp(0));
//! let mut bytes = footer.to_bytes();
//! assert_eq!(Footer::from_bytes(&bytes)?, footer);
//!
//! bytes[48] ^= 1;
//! let error = Footer::from_bytes(&bytes).unwrap_err();
//! assert_eq!((error.kind(), error.what()), (ErrorKind::Damaged, "footer checksum"));
//! # Ok::<(), medv_format::Error>(())
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

pub mod container;
pub mod digest;
mod error;
pub mod journal;
mod limits;
mod offset;
pub mod vhd;
pub mod volume;

pub use error::{Error, ErrorKind, Result};
pub use limits::Limits;
pub use offset::{DiskOffset, FileOffset, FrameIndex, SECTOR, Sector};
