//! Windows Installer databases: what is in their tables, read back, and what other tools make of them.

mod actions;
mod checks;
mod component;
mod identifiers;
mod packages;
mod refused;
mod registry;
mod tables;
mod whole;
mod with_msiextract;
mod with_msiinfo;
mod with_osslsigncode;
