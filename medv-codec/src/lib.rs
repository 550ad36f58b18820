//! The `medv` engine: pack a disk into a `.medv`, verify it, expand it again.
#![forbid(unsafe_code)]

mod buffer;
pub mod container;
pub mod disk;
mod error;
pub mod expand;
mod monitor;
mod ordered;
pub mod pack;
mod positional;
pub mod source;
mod spans;
pub mod storage;
pub mod verify;
pub mod volume;

pub use error::{Error, ErrorKind, Result};
pub use monitor::{Monitor, Silent};
