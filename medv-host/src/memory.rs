//! How much memory a machine gets: looked up by how much the host has.

use medv_codec::{Error, ErrorKind, Result};

/// Firmware and graphics keep some of a host's memory to themselves: a computer sold with 4 GiB reports less. So what it
/// reports is rounded up to a multiple of this, in MiB.
const STEP: u64 = 512;

/// The guest's memory in MiB for a host with `host` MiB, by two lists of which entries belong together
/// (`HostMemToGuestMem`, `GuestMemFromHostMem`): the entry is the last one that the host reaches. A host that does not
/// reach the first gets the first. If one list is longer, its rest does not count.
///
/// `None` if a list is empty.
pub fn for_guest(host: u64, hosts: &[u32], guests: &[u32]) -> Option<u32> {
    let host = host.div_ceil(STEP).saturating_mul(STEP);
    let pairs = || hosts.iter().zip(guests);
    let reached = pairs().filter(|(entry, _)| u64::from(**entry) <= host).max_by_key(|(entry, _)| **entry);
    reached.or_else(|| pairs().min_by_key(|(entry, _)| **entry)).map(|(_, guest)| *guest)
}

/// The memory that this host reports, in MiB.
///
/// # Errors
/// If the system does not tell.
pub fn of_host() -> Result<u64> {
    let bytes = total().ok_or_else(|| {
        Error::new(ErrorKind::Io, "the system does not tell how much memory it has")
            .advice("set HostMemToGuestMemCalcEnabled to 0, and Memory to what the guest is to have")
    })?;
    Ok(bytes >> 20)
}

#[cfg(unix)]
fn total() -> Option<u64> {
    let told = rustix::system::sysinfo();
    // The type of the first differs from processor to processor.
    #[allow(clippy::useless_conversion)]
    let total = u64::try_from(told.totalram).ok()?;
    Some(total.saturating_mul(u64::from(told.mem_unit.max(1)))).filter(|bytes| *bytes > 0)
}

#[cfg(windows)]
fn total() -> Option<u64> {
    crate::windows::total_memory()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: [u32; 5] = [1024, 2048, 4096, 8192, 16384];
    const GUESTS: [u32; 5] = [378, 512, 1024, 1536, 2048];

    #[test]
    fn the_last_entry_that_the_host_reaches_counts() {
        for (host, guest) in [
            (0, 378),
            (600, 378),
            (1024, 378),
            (1500, 378),
            (1537, 512),
            (2048, 512),
            (3500, 512),
            // A computer sold with 4 GiB.
            (3700, 1024),
            (4096, 1024),
            (7900, 1536),
            (16000, 2048),
            (24105, 2048),
            (1 << 24, 2048),
        ] {
            assert_eq!(for_guest(host, &HOSTS, &GUESTS), Some(guest), "{host} MiB");
        }
    }

    #[test]
    fn of_unequal_lists_the_shorter_counts() {
        assert_eq!(for_guest(16384, &HOSTS, &GUESTS[..2]), Some(512));
        assert_eq!(for_guest(16384, &HOSTS[..3], &GUESTS), Some(1024));
        assert_eq!(for_guest(16384, &HOSTS, &[]), None);
    }

    #[test]
    fn the_order_of_entries_does_not_matter() {
        assert_eq!(for_guest(4096, &[4096, 1024], &[1024, 378]), Some(1024));
    }

    #[test]
    fn this_host_has_memory() {
        assert!(of_host().unwrap() > 0);
    }
}
