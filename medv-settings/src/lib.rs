//! The settings of a workspace: what there is, where it is kept, which one counts.
//!
//! - [`catalogue`] is the one table of all settings. [`find`] looks one up by any of its names.
//! - [`check()`] tells whether a value is one for a setting; [`parse`] reads what a person types.
//! - [`resolve`] asks the places where a setting may be set, in their order. A [`Store`] is such places: the registry on
//!   Windows (`RegistryStore`), files elsewhere ([`TomlStore`]).
//! - [`RegFile`] reads and writes `.reg` files, without I/O.
//! - [`computer_name`], [`redirect_list`] and [`is_workspace_name`] are the rules for texts that are more than texts.
//!
//! ```
//! use medv_settings::{Origin, RegFile, Scope, Store, TomlStore, Value, find, parse, resolve};
//!
//! let memory = find("VmMemory").unwrap();
//! assert_eq!(memory.to_string(), r"VM\Memory");
//!
//! // What is out of range is brought into it, and that is said.
//! let (value, warning) = parse(memory, &["64"]).into_value().unwrap();
//! assert_eq!(value, Value::Number(128));
//! assert_eq!(warning.unwrap().to_string(), r"VM\Memory: found 64, expected 128 to 2048 MiB");
//!
//! // Of all the places where it is set, the first one counts.
//! # let root = tempfile::tempdir().unwrap();
//! # let folder = root.path();
//! let mut store = TomlStore::below(folder, "alice", "/home/alice/.config".as_ref())?;
//! store.set(Scope::User, memory, &value)?;
//! store.set(Scope::Machine, memory, &Value::Number(1024))?;
//! let resolved = resolve(&store, memory)?;
//! assert_eq!((resolved.value, resolved.origin), (Value::Number(1024), Origin::Set(Scope::Machine)));
//!
//! let file = RegFile::of(&[memory.entry(Value::Number(1024))]);
//! assert_eq!(RegFile::from_bytes(&file.to_bytes())?, file);
//! # Ok::<(), medv_settings::Error>(())
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod address;
mod catalogue;
mod check;
pub mod computer_name;
mod error;
mod kind;
mod moment;
mod page;
pub mod redirect_list;
mod reg;
mod registry_bytes;
#[cfg(windows)]
mod registry_store;
mod resolve;
mod setting;
mod store;
mod toml_file;
mod toml_store;
mod typed;
mod value;
mod workspace_name;

pub use address::is_address;
pub use catalogue::{Unknown, catalogue, find, find_in_registry};
pub use check::{Check, Mismatch, check};
pub use error::{Error, ErrorKind, Result};
pub use kind::{Kind, Unit};
pub use page::table;
pub use reg::{RegData, RegFile, RegKey, RegValue};
#[cfg(windows)]
pub use registry_store::RegistryStore;
pub use resolve::{Origin, Resolved, resolve};
pub use setting::{Group, Preset, Setting};
pub use store::{Scope, Store, readable_store, system_store};
pub use toml_store::TomlStore;
pub use typed::{display, parse};
pub use value::{RegistryEntry, Value};
pub use workspace_name::is_workspace_name;
