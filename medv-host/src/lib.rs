//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod answers;
pub mod control;
pub mod desktop;
pub mod event;
pub mod fts;
pub mod host_facts;
pub mod hypervisor;
pub mod layer;
pub mod life;
pub mod memory;
pub mod moment;
pub mod places;
pub mod result;
pub mod settings;
pub mod vault;
mod whole_file;
pub mod workspace;
