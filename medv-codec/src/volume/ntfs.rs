//! Which clusters of an NTFS volume are free, and whether its own map of them can be believed.

use std::ops::Range;

use medv_format::Limits;
use medv_format::volume::{
    AttributeType, IndexBlock, IndexEntry, IndexRoot, NtfsBoot, RestartPage, ShadowCatalogBlock,
    ShadowHeader, free_runs,
};

use super::free_extents::FreeExtents;
use super::ntfs_file::{Content, NtfsFiles, Stored, clusters_of};
use super::window::{STRIDE, Stop, Window};

const LOG_FILE: u64 = 2;
const VOLUME: u64 = 3;
const ROOT_DIRECTORY: u64 = 5;
const BITMAP: u64 = 6;

/// Windows allows 512 shadow copies, whose catalog fits into nine blocks.
const MOST_CATALOG_BLOCKS: u32 = 64;

/// What chkdsk or a mount has to deal with first.
const VOLUME_IS_DIRTY: u16 = 0x0001;
const CHKDSK_UNDERWAY: u16 = 0x4000;

/// Adds all clusters that `$Bitmap` calls free. The copy of the boot sector behind the last cluster is not in that
/// map, and so never free.
pub(super) fn find_free(volume: &Window<'_>, limits: &Limits, free: &mut FreeExtents) -> Result<(), Stop> {
    let boot = NtfsBoot::from_bytes(&volume.read_array(0)?)?;
    volume.must_hold(boot.bytes())?;
    let files = NtfsFiles::open(volume, &boot)?;
    check_volume_flags(&files)?;
    check_shadow_copies(volume)?;
    let log = stored(&files, LOG_FILE, AttributeType::DATA, &[])?;
    check_log(&files, &log)?;
    let mut in_use = check_hibernation(&files, limits)?;
    let bitmap = stored(&files, BITMAP, AttributeType::DATA, &[])?;
    in_use.push(0..1);
    in_use.extend(clusters_of(files.mft_runs()).chain(log.clusters()).chain(bitmap.clusters()));
    read_bitmap(&files, &boot, &bitmap, &in_use, free)
}

fn stored(files: &NtfsFiles<'_>, index: u64, kind: AttributeType, name: &[u16]) -> Result<Stored, Stop> {
    match files.content(index, &files.record(index)?, kind, name)? {
        Some(Content::Stored(stored)) => Ok(stored),
        _ => Err(Stop::Refused(format!("its system file {index} has no content"))),
    }
}

fn check_volume_flags(files: &NtfsFiles<'_>) -> Result<(), Stop> {
    let content = files.content(VOLUME, &files.record(VOLUME)?, AttributeType::VOLUME_INFORMATION, &[])?;
    let value = match &content {
        Some(Content::Resident(value)) => value.get(8..12),
        _ => None,
    };
    let Some([major, minor, low, high]) = value else {
        return Err("it does not say which version of NTFS it is".into());
    };
    if !matches!((major, minor), (3, 0 | 1) | (1, 2)) {
        return Err(Stop::Refused(format!("it has version {major}.{minor} of NTFS, which is not known")));
    }
    let flags = u16::from_le_bytes([*low, *high]);
    if flags & (VOLUME_IS_DIRTY | CHKDSK_UNDERWAY) != 0 {
        return Err("it is marked dirty, run chkdsk on it and shut Windows down".into());
    }
    Ok(())
}

/// Shadow copies show deleted files, which lie in free clusters.
fn check_shadow_copies(volume: &Window<'_>) -> Result<(), Stop> {
    let header = ShadowHeader::from_bytes(&volume.read_array(ShadowHeader::OFFSET)?);
    let mut next = header.catalog;
    let mut block = vec![0; ShadowCatalogBlock::SIZE];
    for _ in 0..MOST_CATALOG_BLOCKS {
        let Some(at) = next else { return Ok(()) };
        volume.read(at, &mut block)?;
        let bytes = block.first_chunk().ok_or("its shadow copy catalog is too short")?;
        let ShadowCatalogBlock { next: following, names_copies } = ShadowCatalogBlock::from_bytes(bytes)?;
        if names_copies {
            let reason =
                "it has shadow copies (restore points), which need what lies in its free space, delete them";
            return Err(reason.into());
        }
        next = following;
    }
    Err("its shadow copy catalog does not end".into())
}

/// The journal must have been closed cleanly. One that is all FF was emptied by a driver that had closed it.
fn check_log(files: &NtfsFiles<'_>, log: &Stored) -> Result<(), Stop> {
    let mut start = [0; 512];
    files.read(log, 0, &mut start)?;
    if start[..4] == [0xFF; 4] {
        return check_empty_log(files, log);
    }
    let size = RestartPage::size(&start)?;
    let pages = [0, u64::from(size)].map(|at| {
        let mut page = vec![0; usize::try_from(size).unwrap_or(0)];
        files.read(log, at, &mut page)?;
        let start = page.first_chunk().ok_or("its journal page is too short")?;
        if RestartPage::size(start)? != size {
            return Err(Stop::from("its two journal restart pages differ"));
        }
        Ok(RestartPage::from_bytes(page)?)
    });
    let [first, second] = pages;
    let (first, second) = (first?, second?);
    let newer = if second.lsn > first.lsn { second } else { first };
    if !newer.clean {
        return Err("its journal was not closed cleanly, shut Windows down or run chkdsk on it".into());
    }
    Ok(())
}

/// Looks where pages of any size could start, as pages have no other places.
fn check_empty_log(files: &NtfsFiles<'_>, log: &Stored) -> Result<(), Stop> {
    let places = std::iter::successors(Some(512u64), |at| at.checked_mul(2));
    for at in places.take_while(|at| log.bytes.checked_sub(*at).is_some_and(|rest| rest >= 4)) {
        let mut magic = [0; 4];
        files.read(log, at, &mut magic)?;
        if magic != [0xFF; 4] {
            return Err("its journal was emptied only in part, run chkdsk on it".into());
        }
    }
    Ok(())
}

/// Windows that sleeps on disk (hibernation, fast startup) has changes in memory. Answers the clusters of the root
/// directory.
fn check_hibernation(files: &NtfsFiles<'_>, limits: &Limits) -> Result<Vec<Range<u64>>, Stop> {
    let wanted: Vec<u16> = "hiberfil.sys".encode_utf16().collect();
    let is_wanted = |entry: &IndexEntry| {
        let lower = |unit: &u16| if (0x41..=0x5A).contains(unit) { unit + 0x20 } else { *unit };
        entry.name.iter().map(lower).eq(wanted.iter().copied())
    };
    let (entries, clusters) = root_directory(files, limits, is_wanted)?;
    for IndexEntry { file, .. } in entries {
        let Some(content) = files.content(file.record, &files.referenced(file)?, AttributeType::DATA, &[])?
        else {
            return Err("its hiberfil.sys has no content".into());
        };
        let mut header = [0; 4096];
        match content {
            Content::Stored(stored) if stored.bytes >= 4096 => files.read(&stored, 0, &mut header)?,
            _ => {
                return Err(
                    "Windows on another volume is hibernated (hiberfil.sys), shut it down fully".into()
                );
            }
        }
        let woken = matches!(&header[..4], b"wake" | b"WAKE");
        if !woken && header.iter().any(|byte| *byte != 0) {
            return Err("Windows is hibernated (hiberfil.sys), shut it down fully".into());
        }
    }
    Ok(clusters)
}

/// The entries of the root directory that are wanted, and the directory's own clusters. Its blocks are read one after
/// the other: simpler than its sorting, and a root is small.
fn root_directory(
    files: &NtfsFiles<'_>,
    limits: &Limits,
    is_wanted: impl Fn(&IndexEntry) -> bool,
) -> Result<(Vec<IndexEntry>, Vec<Range<u64>>), Stop> {
    let name: Vec<u16> = "$I30".encode_utf16().collect();
    let record = files.record(ROOT_DIRECTORY)?;
    let part = |kind| files.content(ROOT_DIRECTORY, &record, kind, &name);
    let Some(Content::Resident(root)) = part(AttributeType::INDEX_ROOT)? else {
        return Err("its root directory has no index".into());
    };
    let IndexRoot { block_bytes, has_blocks, entries } = IndexRoot::from_bytes(&root)?;
    let mut wanted: Vec<_> = entries.into_iter().filter(&is_wanted).collect();
    let blocks = match part(AttributeType::INDEX_ALLOCATION)? {
        Some(Content::Stored(blocks)) => blocks,
        None if !has_blocks => return Ok((wanted, Vec::new())),
        _ => return Err("its root directory lacks its blocks".into()),
    };
    limits.table("NTFS root directory", blocks.bytes)?;
    let block_count = blocks.bytes / u64::from(block_bytes);
    let map = match part(AttributeType::BITMAP)? {
        Some(Content::Resident(map)) => map,
        Some(Content::Stored(stored)) => {
            let mut map = vec![0; limits.table("NTFS directory bitmap", stored.bytes)?];
            files.read(&stored, 0, &mut map)?;
            map
        }
        None => return Err("its root directory does not say which of its blocks are in use".into()),
    };
    if (map.len() as u64).saturating_mul(8) < block_count {
        return Err("its root directory does not say which of its blocks are in use".into());
    }
    let mut block_index = 0;
    for unused in free_runs(&map, block_count).chain(std::iter::once(block_count..block_count)) {
        for index in block_index..unused.start {
            let mut block = vec![0; usize::try_from(block_bytes).unwrap_or(0)];
            files.read(&blocks, index * u64::from(block_bytes), &mut block)?;
            wanted.extend(IndexBlock::from_bytes(block)?.entries.into_iter().filter(&is_wanted));
        }
        block_index = unused.end;
    }
    Ok((wanted, blocks.clusters().collect()))
}

fn read_bitmap(
    files: &NtfsFiles<'_>,
    boot: &NtfsBoot,
    bitmap: &Stored,
    in_use: &[Range<u64>],
    free: &mut FreeExtents,
) -> Result<(), Stop> {
    let clusters = boot.clusters();
    let needed = clusters.div_ceil(8);
    if bitmap.bytes.min(bitmap.initialized_bytes) < needed
        || bitmap.runs.runs().iter().any(|run| run.lcn.is_none())
    {
        return Err("its map of free clusters is too short".into());
    }
    let cluster_bytes = u64::from(boot.cluster_bytes);
    let mut in_use: Vec<_> = in_use.to_vec();
    in_use.sort_unstable_by_key(|range| range.start);
    let mut in_use = in_use.into_iter().peekable();
    let mut at = 0;
    let mut piece = vec![0; STRIDE];
    while at < needed {
        let bytes = usize::try_from(needed - at).map_or(STRIDE, |rest| rest.min(STRIDE));
        let piece = &mut piece[..bytes];
        files.read(bitmap, at, piece)?;
        let first = at * 8;
        for run in free_runs(piece, clusters - first) {
            let run = first + run.start..first + run.end;
            while in_use.next_if(|used| used.end <= run.start).is_some() {}
            if in_use.peek().is_some_and(|used| used.start < run.end) {
                let Range { start, end } = run;
                let reason = format!("it calls clusters {start} to {end} free, which hold metadata");
                return Err(Stop::Refused(reason + ", run chkdsk on it"));
            }
            free.push(run.start * cluster_bytes..run.end * cluster_bytes);
        }
        at += bytes as u64;
    }
    Ok(())
}
