//! What network the host has, and when it changes.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `linux.rs` | Linux: read off the kernel and `resolv.conf` |
//! | `routes.rs` | Linux: default routes, and interfaces that are up |
//! | `changes.rs` | Linux: sleeps until the kernel tells of a change |
//! | `windows.rs` | Windows: both, by `windows/adapters.rs` |

#[cfg(unix)]
mod changes;
#[cfg(unix)]
mod linux;
#[cfg(unix)]
pub(crate) mod routes;
#[cfg(windows)]
mod windows;

use std::thread;

use medv_codec::{Error, Result};
use medv_protocol::HostNetwork;

#[cfg(unix)]
use changes::Changes;
#[cfg(unix)]
pub use linux::{below, gather};
#[cfg(windows)]
use windows::Changes;
#[cfg(windows)]
pub use windows::gather;

/// Tells what network the host has, at once and after each change, in a thread of its own, until `tell` says `false`.
///
/// # Errors
/// If the system tells nothing of changes.
pub fn watch(mut tell: impl FnMut(Result<HostNetwork>) -> bool + Send + 'static) -> Result<()> {
    let cannot = |error| Error::io("cannot watch the host's network", error);
    let changes = Changes::watch().map_err(cannot)?;
    thread::spawn(move || {
        let mut told = None;
        loop {
            let found = gather();
            let is_news = found.as_ref().map_or(true, |found| told.as_ref() != Some(found));
            told = found.as_ref().ok().cloned();
            if is_news && !tell(found) {
                return;
            }
            if let Err(error) = changes.wait() {
                tell(Err(cannot(error)));
                return;
            }
        }
    });
    Ok(())
}
