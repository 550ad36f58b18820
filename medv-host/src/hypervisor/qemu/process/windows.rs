//! A process in a job, which ends with us.

use std::io;
use std::process::Child;
use std::sync::Arc;

use crate::windows::Job;

#[derive(Clone)]
pub(in super::super) struct Killer(Arc<Job>);

impl Killer {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        Job::of(child).map(Arc::new).map(Self)
    }

    pub(in super::super) fn kill(&self) {
        self.0.kill();
    }
}
