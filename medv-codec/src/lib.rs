//! The `medv` engine: pack a disk into a `.medv`, verify it, expand it again.
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
mod output;
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

pub use error::{Error, ErrorKind, Result};
pub use monitor::{Monitor, Silent};
