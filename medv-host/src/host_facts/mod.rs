//! What is known of the host that its guests may be told. All of it may be unknown, and nothing fails because of that.

#[cfg(any(windows, test))]
mod distinguished_name;
#[cfg(unix)]
mod linux;
mod locale;
pub mod network;
#[cfg(all(test, unix))]
pub(crate) mod played;
pub mod printers;
mod time_zone;
#[cfg(windows)]
mod windows;

use medv_protocol::{RegionAnswer, TimeZoneAnswer};

#[cfg(unix)]
pub use linux::{below, gather};
pub use locale::{code_page, lcid};
pub use time_zone::xp_number;
#[cfg(windows)]
pub use windows::gather;

/// The host and its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFacts {
    /// The computer name, without its domain; empty if unknown.
    pub computer_name: String,
    /// The user's name, without a domain; empty if unknown.
    pub user: String,
    /// The user's name as people say it.
    pub full_name: Option<String>,
    /// The organisation that the host is registered to. Only Windows knows one.
    pub organisation: Option<String>,
    /// The time zone.
    pub time_zone: Option<TimeZoneAnswer>,
    /// Language and keyboard.
    pub region: RegionAnswer,
    /// The domain that the host is a member of: `ad.example.org`.
    pub domain: Option<String>,
    /// The organisational unit of the host: `OU=Desks,DC=ad,DC=example,DC=org`.
    pub unit: Option<String>,
}
