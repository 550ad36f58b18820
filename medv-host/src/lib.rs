//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod desktop;
pub mod event;
pub mod fts;
pub mod hypervisor;
pub mod life;
pub mod moment;
pub mod vault;
