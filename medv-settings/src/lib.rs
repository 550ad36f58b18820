//! The settings of a workspace: what there is, where it is kept, which one counts.

mod value;

pub use value::{RegistryEntry, Value};
