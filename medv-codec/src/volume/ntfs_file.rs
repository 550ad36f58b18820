//! Reads files of an NTFS volume by their records: the few that tell what is free.

use std::ops::Range;

use medv_format::volume::{
    Attribute, AttributeBody, AttributeType, FileRecord, FileReference, NtfsBoot, RunList, attribute_list,
};

use super::window::{Stop, Window};

/// Longest attribute list; NTFS itself allows no more.
const MOST_LIST_BYTES: u64 = 256 << 10;

/// The content of an attribute.
pub(super) enum Content {
    /// As it was in the file record.
    Resident(Vec<u8>),
    /// In clusters of the volume.
    Stored(Stored),
}

/// Content in clusters.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) runs: RunList,
    pub(super) bytes: u64,
    pub(super) initialized_bytes: u64,
}

/// An NTFS volume whose master file table was found.
pub(super) struct NtfsFiles<'a> {
    volume: &'a Window<'a>,
    boot: &'a NtfsBoot,
    mft: Stored,
}

impl<'a> NtfsFiles<'a> {
    /// Finds all parts of the master file table.
    pub(super) fn open(volume: &'a Window<'a>, boot: &'a NtfsBoot) -> Result<Self, Stop> {
        let mut bytes = vec![0; usize::try_from(boot.record_bytes).unwrap_or(0)];
        volume.read(boot.mft_cluster.saturating_mul(u64::from(boot.cluster_bytes)), &mut bytes)?;
        let first = FileRecord::from_bytes(bytes)?;
        let mut files = Self { volume, boot, mft: Stored::default() };
        // Its later parts are told by records in its earlier parts, so each part is used as soon as it is known.
        for place in files.places(0, &first, AttributeType::DATA, &[])? {
            let extension = files.extension(0, &place)?;
            let attribute = part(extension.as_ref().unwrap_or(&first), &place, AttributeType::DATA, &[])?;
            files.mft.append(&attribute, boot.clusters())?;
        }
        if files.mft.runs.find(0).and_then(|run| run.lcn) != Some(boot.mft_cluster) {
            return Err("its master file table is not where its boot sector says".into());
        }
        Ok(files)
    }

    /// Clusters of the master file table.
    pub(super) fn mft_runs(&self) -> &RunList {
        &self.mft.runs
    }

    /// The record at `index`, which must be in use.
    pub(super) fn record(&self, index: u64) -> Result<FileRecord, Stop> {
        let size = u64::from(self.boot.record_bytes);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.read(&self.mft, index.saturating_mul(size), &mut bytes)?;
        let record = FileRecord::from_bytes(bytes)?;
        if !record.in_use {
            return Err(Stop::Refused(format!("its file record {index} is not in use")));
        }
        Ok(record)
    }

    /// The record that `reference` means, and not one that took its place.
    pub(super) fn referenced(&self, reference: FileReference) -> Result<FileRecord, Stop> {
        let record = self.record(reference.record)?;
        if record.sequence != reference.sequence {
            return Err(Stop::Refused(format!("its file record {} was reused", reference.record)));
        }
        Ok(record)
    }

    /// An attribute of the file with record `index`, put together from all its parts; `None` if it has none.
    pub(super) fn content(
        &self,
        index: u64,
        record: &FileRecord,
        kind: AttributeType,
        name: &[u16],
    ) -> Result<Option<Content>, Stop> {
        let mut stored: Option<Stored> = None;
        for place in self.places(index, record, kind, name)? {
            let extension = self.extension(index, &place)?;
            let attribute = part(extension.as_ref().unwrap_or(record), &place, kind, name)?;
            if let AttributeBody::Resident(value) = attribute.body {
                return Ok(Some(Content::Resident(value.to_vec())));
            }
            stored.get_or_insert_default().append(&attribute, self.boot.clusters())?;
        }
        Ok(stored.map(Content::Stored))
    }

    /// Fills `buf` from byte `offset` of a file, which must be that long.
    pub(super) fn read(&self, file: &Stored, offset: u64, buf: &mut [u8]) -> Result<(), Stop> {
        let cluster_bytes = u64::from(self.boot.cluster_bytes);
        let length = buf.len() as u64;
        if offset.checked_add(length).is_none_or(|end| end > file.bytes) {
            return Err("one of its system files is too short".into());
        }
        let mut done = 0;
        while done < length {
            let at = offset + done;
            let Some(run) = file.runs.find(at / cluster_bytes) else {
                return Err("one of its system files has a gap".into());
            };
            let within = at % cluster_bytes;
            let here = (run.clusters.saturating_mul(cluster_bytes) - within).min(length - done);
            let piece = &mut buf[to_usize(done)..to_usize(done + here)];
            match run.lcn {
                Some(lcn) => self.volume.read(lcn * cluster_bytes + within, piece)?,
                None => piece.fill(0),
            }
            // What was never written holds what the clusters held before.
            let written = file.initialized_bytes.saturating_sub(at).min(here);
            piece[to_usize(written)..].fill(0);
            done += here;
        }
        Ok(())
    }

    /// Where the parts of an attribute are, in order.
    fn places(
        &self,
        index: u64,
        record: &FileRecord,
        kind: AttributeType,
        name: &[u16],
    ) -> Result<Vec<Place>, Stop> {
        let mut places = Vec::new();
        let mut list = None;
        for attribute in record.attributes() {
            let attribute = attribute?;
            if attribute.kind == AttributeType::ATTRIBUTE_LIST {
                list = Some(self.list(&attribute)?);
            } else if attribute.kind == kind && attribute.name == name {
                places.push(Place { extension: None, first_vcn: first_vcn(&attribute) });
            }
        }
        let Some(list) = list else { return Ok(places) };
        let entries =
            attribute_list(&list)?.into_iter().filter(|entry| entry.kind == kind && entry.name == name);
        Ok(entries
            .map(|entry| {
                let extension = (entry.record.record != index).then_some(entry.record);
                Place { extension, first_vcn: entry.first_vcn }
            })
            .collect())
    }

    fn list(&self, attribute: &Attribute<'_>) -> Result<Vec<u8>, Stop> {
        if let AttributeBody::Resident(value) = attribute.body {
            return Ok(value.to_vec());
        }
        let mut stored = Stored::default();
        stored.append(attribute, self.boot.clusters())?;
        if stored.bytes > MOST_LIST_BYTES {
            return Err("one of its attribute lists is too long".into());
        }
        let mut list = vec![0; to_usize(stored.bytes)];
        self.read(&stored, 0, &mut list)?;
        Ok(list)
    }

    fn extension(&self, index: u64, place: &Place) -> Result<Option<FileRecord>, Stop> {
        let Some(reference) = place.extension else { return Ok(None) };
        let record = self.referenced(reference)?;
        if record.base.record != index {
            return Err(Stop::Refused(format!("its file record {} is of another file", reference.record)));
        }
        Ok(Some(record))
    }
}

/// Where a part of an attribute is: in the file's first record or in another one.
struct Place {
    extension: Option<FileReference>,
    first_vcn: u64,
}

fn part<'r>(
    record: &'r FileRecord,
    place: &Place,
    kind: AttributeType,
    name: &[u16],
) -> Result<Attribute<'r>, Stop> {
    for attribute in record.attributes() {
        let attribute = attribute?;
        if attribute.kind == kind && attribute.name == name && first_vcn(&attribute) == place.first_vcn {
            return Ok(attribute);
        }
    }
    Err("its attribute list names an attribute that is not there".into())
}

fn first_vcn(attribute: &Attribute<'_>) -> u64 {
    match attribute.body {
        AttributeBody::Resident(_) => 0,
        AttributeBody::NonResident { first_vcn, .. } => first_vcn,
    }
}

impl Stored {
    fn append(&mut self, attribute: &Attribute<'_>, volume_clusters: u64) -> Result<(), Stop> {
        let AttributeBody::NonResident { first_vcn, data_bytes, initialized_bytes, mapping_pairs } =
            attribute.body
        else {
            return Err("one of its system files is not where it should be".into());
        };
        if attribute.transformed {
            return Err("one of its system files is compressed, encrypted or sparse".into());
        }
        if first_vcn == 0 {
            (self.bytes, self.initialized_bytes) = (data_bytes, initialized_bytes);
        }
        Ok(self.runs.append(first_vcn, mapping_pairs, volume_clusters)?)
    }

    /// Its clusters on the volume.
    pub(super) fn clusters(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        clusters_of(&self.runs)
    }
}

/// The clusters that `runs` take on the volume.
pub(super) fn clusters_of(runs: &RunList) -> impl Iterator<Item = Range<u64>> + '_ {
    runs.runs().iter().filter_map(|run| Some(run.lcn?..run.lcn? + run.clusters))
}

/// Positions inside a buffer, which fit by construction.
fn to_usize(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}
