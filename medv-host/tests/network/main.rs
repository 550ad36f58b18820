//! What the host's network is, and that its changes are noticed, in a network of the test's own.
#![cfg(unix)]

#[path = "../own_namespaces/mod.rs"]
mod own_namespaces;
mod with_ip;
