//! What the host's network is, and that its changes are noticed, in a network of the test's own.
#![cfg(unix)]

mod with_ip;
