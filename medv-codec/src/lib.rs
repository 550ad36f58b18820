//! The `medv` engine: pack a disk into a `.medv`, verify it, expand it again.
#![forbid(unsafe_code)]

pub mod container;
pub mod disk;
mod error;
pub mod expand;
mod monitor;
pub mod pack;
pub mod source;
pub mod verify;

pub use error::{Error, ErrorKind, Result};
pub use monitor::{Monitor, Silent};
