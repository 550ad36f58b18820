//! Calls of Windows' own that the standard library has not: one family a module. Nowhere else in this crate is there `unsafe`.

pub(crate) mod adapters;
pub(crate) mod balloon;
pub mod console;
pub(crate) mod credentials;
pub(crate) mod event_log;
mod job;
pub(crate) mod local_time;
mod memory;
pub(crate) mod notify_icon;
pub(crate) mod owner;
pub(crate) mod password_prompt;
mod pipe;
pub(crate) mod power;
pub(crate) mod registry_watch;
pub mod session_end;
pub(crate) mod task_dialog;
mod text;

pub(crate) use job::Job;
pub(crate) use memory::total_memory;
pub(crate) use pipe::Pipe;
pub use power::awake;
