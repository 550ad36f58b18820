//! The real programs, in a folder that plays a guest, over a socket that plays the port.
#![cfg(unix)]

mod first_time_setup;
mod guest;
mod host_facts;
mod install;
mod killed;
mod ready;
mod with_cupsd;
mod with_openbox;
