//! When a VHD was written.

/// Seconds since 2000-01-01 00:00 UTC. Writers get time zones and clocks wrong, so nothing may depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u32);

impl Timestamp {
    /// 2000-01-01 00:00 UTC in Unix time.
    const EPOCH: u64 = 946_684_800;

    /// Seconds since 1970-01-01 00:00 UTC.
    pub fn unix_seconds(self) -> u64 {
        u64::from(self.0).saturating_add(Self::EPOCH)
    }

    /// From seconds since 1970-01-01 00:00 UTC; times that do not fit become the nearest that does.
    pub fn from_unix_seconds(seconds: u64) -> Self {
        Self(u32::try_from(seconds.saturating_sub(Self::EPOCH)).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        assert_eq!(Timestamp(0).unix_seconds(), 946_684_800);
        assert_eq!(Timestamp::from_unix_seconds(946_684_801), Timestamp(1));
        assert_eq!(Timestamp::from_unix_seconds(0), Timestamp(0));
        assert_eq!(Timestamp::from_unix_seconds(u64::MAX), Timestamp(u32::MAX));
    }
}
