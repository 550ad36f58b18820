//! The host agent, as a library: everything that the program `medv-host` is made of.

pub mod answers;
pub mod desktop;
pub mod event;
pub mod host_facts;
pub mod hypervisor;
pub mod vault;
