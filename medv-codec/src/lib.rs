//! The `medv` engine: pack a disk into a `.medv`, verify it, expand it again.
//!
//! - [`disk`] opens what is to be packed: fixed, dynamic and differencing VHDs, raw images. It also finds what is odd
//!   about them.
//! - [`volume`] finds the space that no file on the disk uses.
//! - [`pack`], [`verify`] and [`expand`] are the three things that one does. Each takes a [`Monitor`], which hears how far it is
//!   and can stop it, and each uses as many threads as it is told to, a few buffers a thread, whatever the size of the disk.
//! - [`container`] and [`source`] say where a `.medv` comes from: a file, a pipe, a web server. [`storage`] is what a disk is
//!   expanded on.
//! - [`packed_disk`] reads from the disk inside a `.medv`, without expanding it.
//!
//! Nothing is printed. Whatever fails is an [`Error`] with a kind, a place and advice.
//!
//! ```
//! use medv_codec::container::Input;
//! use medv_codec::disk::{OpenOptions, open};
//! use medv_codec::expand::{ExpandOptions, expand};
//! use medv_codec::pack::{PackOptions, Subject, pack_to_file};
//! use medv_codec::source::HttpOptions;
//! use medv_codec::Silent;
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let (disk, medv, copy) =
//! #     (folder.path().join("disk.img"), folder.path().join("disk.medv"), folder.path().join("copy.img"));
//! # std::fs::write(&disk, b"a very small disk").unwrap();
//! let opened = open(&disk, &OpenOptions::default())?;
//! let packed = pack_to_file(&Subject::new(&opened, None), &medv, false, &PackOptions::default(), &Silent)?;
//!
//! let input = Input::open(medv.to_str().unwrap(), HttpOptions::default())?;
//! let expanded = expand(input, &copy, &ExpandOptions::default(), &Silent)?;
//! assert_eq!(expanded.image_digest, packed.image_digest);
//! # assert_eq!(std::fs::read(&copy).unwrap(), b"a very small disk");
//! # Ok::<(), medv_codec::Error>(())
//! ```
//!
//! `examples/pack_and_expand.rs` is a whole program with progress of its own.
#![forbid(unsafe_code)]

mod batches;
mod buffer;
pub mod container;
mod decode;
pub mod disk;
mod error;
pub mod expand;
mod monitor;
mod ordered;
pub mod output;
pub mod pack;
pub mod packed_disk;
mod positional;
mod shape;
pub mod source;
mod spans;
pub mod storage;
mod stream;
mod target;
pub mod verify;
pub mod volume;

pub use buffer::is_zero;
pub use decode::FrameDecoder;
pub use error::{Error, ErrorKind, Result};
pub use monitor::{Monitor, Silent};
pub use ordered::{computing_threads, writing_threads};
