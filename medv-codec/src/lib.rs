//! The `medv` engine: pack a disk into a `.medv`, verify it, expand it again.
#![forbid(unsafe_code)]

pub mod disk;
mod error;
mod monitor;
pub mod source;
pub mod volume;

pub use error::{Error, ErrorKind, Result};
pub use monitor::{Monitor, Silent};
