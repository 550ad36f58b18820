//! Run lists: which clusters of the volume hold the clusters of a file.

use crate::{Error, Result};

/// Clusters that are next to each other both in the file and on the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First cluster, counted in the file.
    pub vcn: u64,
    /// First cluster, counted on the volume; `None` for a hole, which reads as zeros.
    pub lcn: Option<u64>,
    /// Clusters in the run, never 0.
    pub clusters: u64,
}

/// The runs of one file, in file order without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunList {
    runs: Vec<Run>,
}

impl RunList {
    /// All runs.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Clusters in the file.
    pub fn clusters(&self) -> u64 {
        self.runs.last().map_or(0, |run| run.vcn.saturating_add(run.clusters))
    }

    /// Adds a part that starts at cluster `first_vcn` of the file, unpacking `mapping_pairs`. `Damaged` if it does
    /// not follow what is there already, or leaves a volume of `volume_clusters`.
    pub fn append(&mut self, first_vcn: u64, mapping_pairs: &[u8], volume_clusters: u64) -> Result<()> {
        if first_vcn != self.clusters() {
            return Err(damaged(format_args!("a part from cluster {first_vcn}, not {}", self.clusters())));
        }
        let mut rest = mapping_pairs;
        let mut lcn = 0i64;
        loop {
            let Some((sizes, after)) = rest.split_first() else {
                return Err(damaged("no end mark"));
            };
            if *sizes == 0 {
                return Ok(());
            }
            let (length_bytes, lcn_bytes) = (usize::from(sizes & 0xF), usize::from(sizes >> 4));
            let (length, after) = split_signed(after, length_bytes)?;
            let (delta, after) = split_signed(after, lcn_bytes)?;
            rest = after;
            let clusters = u64::try_from(length).unwrap_or(0);
            let start = if lcn_bytes == 0 {
                None
            } else {
                lcn = lcn.checked_add(delta).ok_or_else(|| damaged("a start that no volume has"))?;
                let start = u64::try_from(lcn).map_err(|_| damaged("a negative start"))?;
                if start.checked_add(clusters).is_none_or(|end| end > volume_clusters) {
                    return Err(damaged(format_args!("{clusters} clusters from {start}")));
                }
                Some(start)
            };
            let vcn = self.clusters();
            if clusters == 0 || vcn.checked_add(clusters).is_none() {
                return Err(damaged(format_args!("a run of {length}")));
            }
            self.runs.push(Run { vcn, lcn: start, clusters });
        }
    }

    /// What holds cluster `vcn` of the file: the rest of its run from there on.
    pub fn find(&self, vcn: u64) -> Option<Run> {
        let after = self.runs.partition_point(|run| run.vcn <= vcn);
        let run = self.runs.get(after.checked_sub(1)?)?;
        let skipped = vcn.checked_sub(run.vcn)?;
        let clusters = run.clusters.checked_sub(skipped).filter(|rest| *rest > 0)?;
        Some(Run { vcn, lcn: run.lcn.map(|lcn| lcn.saturating_add(skipped)), clusters })
    }
}

fn damaged(found: impl std::fmt::Display) -> Error {
    Error::damaged("NTFS run list", found, "runs that follow each other inside the volume")
}

/// A signed little-endian number of `len` bytes; 0 for none.
fn split_signed(bytes: &[u8], len: usize) -> Result<(i64, &[u8])> {
    let Some((own, rest)) = bytes.split_at_checked(len).filter(|_| len <= 8) else {
        return Err(damaged(format_args!("a number of {len} bytes")));
    };
    let negative = own.last().is_some_and(|last| last & 0x80 != 0);
    let mut wide = [if negative { 0xFF } else { 0 }; 8];
    for (to, from) in wide.iter_mut().zip(own) {
        *to = *from;
    }
    Ok((i64::from_le_bytes(wide), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_holes_and_steps_back_are_read() {
        let mut list = RunList::default();
        list.append(0, &[0x21, 4, 0x00, 0x01, 0x01, 3, 0x11, 2, 0xF0, 0, 9], 1000).unwrap();
        let expected = [
            Run { vcn: 0, lcn: Some(256), clusters: 4 },
            Run { vcn: 4, lcn: None, clusters: 3 },
            Run { vcn: 7, lcn: Some(240), clusters: 2 },
        ];
        assert_eq!(list.runs(), expected);
        assert_eq!(list.find(8), Some(Run { vcn: 8, lcn: Some(241), clusters: 1 }));
        assert_eq!(list.find(9), None);
        list.append(9, &[0x11, 1, 5, 0], 1000).unwrap();
        assert_eq!(list.clusters(), 10);
    }

    #[test]
    fn hostile_lists_are_refused() {
        let hostile: [&[u8]; 9] = [
            &[],
            &[0x11, 1, 5],
            &[0x11, 0, 5, 0],
            &[0x11, 0xFF, 5, 0],
            &[0x11, 1, 0x80, 0],
            &[0x11, 6, 95, 0],
            &[0x19, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
            &[0x81, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0],
            &[0x10, 5, 0],
        ];
        for bytes in hostile {
            assert!(RunList::default().append(0, bytes, 100).is_err(), "{bytes:?}");
        }
        assert!(RunList::default().append(1, &[0x11, 1, 5, 0], 100).is_err());
    }

    #[test]
    fn endless_holes_do_not_overflow() {
        let hole = [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        let mut list = RunList::default();
        assert!(list.append(0, &[&hole[..], &hole, &hole, &[0]].concat(), 100).is_err());
    }
}
