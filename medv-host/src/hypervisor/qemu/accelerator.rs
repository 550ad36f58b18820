//! Whether the host's processors run the guest themselves (KVM), or QEMU emulates one (TCG).

use std::fmt;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

/// How the guest's processor is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Accelerator {
    /// By the host's own.
    Kvm,
    /// By emulation.
    Tcg,
}

impl fmt::Display for Accelerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kvm => "KVM",
            Self::Tcg => "software emulation",
        })
    }
}

/// Chooses, and remembers as long as the agent runs that KVM was of no use.
#[derive(Debug)]
pub(super) struct Choice {
    kvm: AtomicBool,
}

impl Choice {
    /// KVM where the host seems to have it.
    pub(super) fn of_this_host() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let is_allowed = || fs::OpenOptions::new().read(true).write(true).open("/dev/kvm").is_ok();
        Self { kvm: AtomicBool::new(can_virtualise(&processors) && is_allowed()) }
    }

    pub(super) fn accelerator(&self) -> Accelerator {
        if self.kvm.load(Ordering::Relaxed) { Accelerator::Kvm } else { Accelerator::Tcg }
    }

    /// A machine on KVM did not start, or nothing was ever heard of its guest.
    pub(super) fn distrust_kvm(&self) {
        self.kvm.store(false, Ordering::Relaxed);
    }
}

/// `/dev/kvm` alone tells little: where the processor has no such mode, KVM itself emulates, much slower than QEMU.
fn can_virtualise(processors: &str) -> bool {
    let mut flags = processors.lines().filter(|line| line.starts_with("flags"));
    flags.any(|line| line.split_whitespace().any(|flag| flag == "vmx" || flag == "svm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kvm_needs_a_processor_with_a_mode_for_it() {
        assert!(can_virtualise("processor : 0\nflags\t\t: fpu vmx sse\n"));
        assert!(can_virtualise("flags\t\t: fpu svm\n"));
        assert!(!can_virtualise("flags\t\t: fpu sse\nbugs\t\t: vmx\n"));
        assert!(!can_virtualise(""));
    }

    #[test]
    fn kvm_that_was_of_no_use_is_not_taken_again() {
        let choice = Choice { kvm: AtomicBool::new(true) };
        assert_eq!(choice.accelerator(), Accelerator::Kvm);
        choice.distrust_kvm();
        assert_eq!(choice.accelerator(), Accelerator::Tcg);
    }
}
