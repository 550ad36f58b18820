//! What a process costs while nothing happens.

use std::fs;
use std::time::Duration;

/// How long it is looked at.
const WHILE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Cost {
    /// What it has in memory, in KiB.
    pub(crate) memory: u64,
    /// How long its threads ran meanwhile.
    pub(crate) ran: Duration,
}

impl Cost {
    pub(crate) fn of(process: u32) -> Self {
        let before = ran(process);
        std::thread::sleep(WHILE);
        Self { memory: memory(process), ran: ran(process).saturating_sub(before) }
    }

    /// Whether it had less of a core than so many thousandths.
    pub(crate) fn is_below(&self, thousandths: u32) -> bool {
        self.ran < WHILE * thousandths / 1000
    }
}

fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process that runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// How long the threads that it has now have run, as the kernel's scheduler counts it.
fn ran(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("a process that runs").flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let counts = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        counts.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}
