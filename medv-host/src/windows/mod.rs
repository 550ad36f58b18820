
//! Calls of Windows' own that the standard library has not: one family a module. Nowhere else in this crate is there `unsafe`.
#![allow(unsafe_code)]
mod job;
mod memory;
mod pipe;
pub(crate) use job::Job;
pub(crate) use memory::total_memory;
pub(crate) use pipe::Pipe;
