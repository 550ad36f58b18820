//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod desktop;
pub mod event;
pub mod hypervisor;
pub mod menu;
pub mod redirect;
pub mod vault;
