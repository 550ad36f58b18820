//! The settings of a workspace: what there is, where it is kept, which one counts.

pub mod computer_name;
pub mod redirect_list;
mod value;

pub use value::{RegistryEntry, Value};
