//! A host without a hypervisor: the agent runs, and says what is missing whenever a machine is to start.

use std::sync::Arc;

use medv_codec::{Error, Result};

use super::{Hypervisor, Machine, MachineSpec, Report};

struct Absent(Error);

impl Hypervisor for Absent {
    fn describe(&self) -> String {
        format!("none: {}", self.0)
    }

    fn start(&self, _spec: &MachineSpec, _report: Report) -> Result<Box<dyn Machine>> {
        let error = Error::new(self.0.kind(), self.0.to_string());
        Err(match self.0.advised() {
            Some(advice) => error.advice(advice),
            None => error,
        })
    }
}

/// The hypervisor, or one that starts nothing and says why.
pub fn or_absent(found: Result<impl Hypervisor + 'static>) -> Arc<dyn Hypervisor> {
    match found {
        Ok(hypervisor) => Arc::new(hypervisor),
        Err(error) => Arc::new(Absent(error)),
    }
}
