//! What talks to Windows. A module for each family of its calls; only those that say so have `unsafe` in them.

pub(crate) mod balloon;
pub(crate) mod credentials;
pub(crate) mod event_log;
pub(crate) mod password_prompt;
pub(crate) mod power;
pub(crate) mod task_dialog;
mod text;
