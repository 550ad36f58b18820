//! `medv info`

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use medv_codec::container::{Container, Input};
use medv_codec::packed_disk::PackedDisk;
use medv_codec::volume::{FileSystem, Partition, PartitionTable, partitions};
use medv_codec::{Error, ErrorKind, Result};
use medv_format::Limits;
use medv_format::container::{Attachment, FrameKind, Header, Index, SourceForm};
use medv_format::vhd::Footer;
use serde::Serialize;

use super::{Opened, open_input, tell_requests};
use crate::args::Info;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::report::{Outcome, Table};
use crate::{human, map, utc};

#[derive(Serialize)]
struct Document {
    source: String,
    disk: Disk,
    container: About,
    map: Option<String>,
}

#[derive(Serialize)]
struct Disk {
    form: &'static str,
    block_size: Option<u32>,
    virtual_size: u64,
    source_size: u64,
    vhd: Option<Vhd>,
    partition_table: Option<Partitions>,
}

#[derive(Serialize)]
#[allow(clippy::struct_field_names)] // the names are those of the document
struct Partitions {
    scheme: &'static str,
    disk_id: Option<String>,
    partitions: Vec<PartitionDetail>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct PartitionDetail {
    index: u32,
    kind: String,
    name: Option<String>,
    file_system: &'static str,
    start: u64,
    length: u64,
}

/// What the source's own footer says.
#[derive(Serialize)]
struct Vhd {
    geometry: Geometry,
    creator: String,
    creator_version: String,
    creator_host_os: String,
    uuid: String,
    timestamp: String,
    current_size: u64,
    original_size: u64,
}

#[derive(Serialize)]
struct Geometry {
    cylinders: u16,
    heads: u8,
    sectors: u8,
}

#[derive(Serialize)]
struct About {
    version: u16,
    file_bytes: u64,
    level: i32,
    chunk_size: u32,
    trimmed: bool,
    trimmed_bytes: u64,
    data_frames: u64,
    data_bytes: u64,
    compressed_bytes: u64,
    hard_bytes: u64,
    zero_runs: u64,
    zero_bytes: u64,
    trimmed_runs: u64,
    trimmed_run_bytes: u64,
    index_bytes: u32,
    index_digest: String,
    image_digest: String,
}

pub(crate) fn run(args: &Info, messages: &Messages) -> Result<Outcome> {
    let limits = Limits::default();
    let (container, table) =
        read(args, messages, &limits).map_err(|error| doctor_is_for_disks(error, &args.source))?;
    messages.detail(&format!("{}: index of {} bytes", args.source, container.trailer.index_len));
    if let Some(path) = &args.map {
        let svg = map::draw(&title(&args.source), &container.index, &stretches(table.as_ref()));
        fs::write(path, svg).map_err(|error| Error::io("cannot write", error).in_file(path))?;
    }
    let document = Document {
        source: args.source.clone(),
        disk: Disk::of(&container.index, table.as_ref()),
        container: About::of(&container),
        map: args.map.as_ref().map(|path| path.display().to_string()),
    };
    Ok(Outcome::report(Exit::Done, document.to_text(), &document))
}

/// A disk is a natural thing to ask about here.
fn doctor_is_for_disks(error: Error, source: &str) -> Error {
    let disk = ["vhd", "avhd", "vud", "img", "raw"];
    let extension = Path::new(source).extension().and_then(|extension| extension.to_str());
    let looks_like_one = extension.is_some_and(|e| disk.iter().any(|name| name.eq_ignore_ascii_case(e)));
    if error.kind() == ErrorKind::Damaged && looks_like_one {
        return error.advice(format!("`medv info` is for .medv files; for a disk, `medv doctor {source}`"));
    }
    error
}

/// The partition table is inside the frames, so that reading it takes random access.
fn read(args: &Info, messages: &Messages, limits: &Limits) -> Result<(Container, Option<PartitionTable>)> {
    let Opened { input, source: opened } = open_input(&args.source, &args.fetching, messages)?;
    match input {
        Input::Random(source) => {
            let container = Container::open(&*source, limits)?;
            let disk = PackedDisk::new(source, &container.index);
            let table = match partitions(&disk) {
                Ok(table) => Some(table),
                Err(error) => {
                    messages.warning(&format!("the partition table cannot be read: {error}"));
                    None
                }
            };
            tell_requests(opened.as_ref(), messages);
            Ok((container, table))
        }
        stream @ Input::Stream { .. } => Ok((Container::read(stream, limits)?, None)),
    }
}

fn stretches(table: Option<&PartitionTable>) -> Vec<map::Stretch> {
    let volumes = table.map_or(&[][..], |table| &table.partitions).iter().filter(|it| !it.is_container);
    volumes.map(|partition| map::Stretch { label: label(partition), disk: partition.range() }).collect()
}

/// `2 Basic data partition, ntfs`
fn label(partition: &Partition) -> String {
    let name = partition.name.as_deref().unwrap_or(&partition.kind);
    match partition.index {
        0 => partition.file_system.to_string(),
        index if partition.file_system == FileSystem::Unknown => format!("{index} {name}"),
        index => format!("{index} {name}, {}", partition.file_system),
    }
}

fn title(source: &str) -> String {
    let name = Path::new(source).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| source.to_owned())
}

impl Disk {
    fn of(index: &Index, table: Option<&PartitionTable>) -> Self {
        let (form, block_size) = match index.header.form {
            SourceForm::Fixed => ("fixed", None),
            SourceForm::Dynamic { block_size } => ("dynamic", Some(block_size)),
            SourceForm::Differencing { block_size } => ("differencing", Some(block_size)),
            SourceForm::Raw => ("raw", None),
        };
        Self {
            form,
            block_size,
            virtual_size: index.header.virtual_size(),
            source_size: index.header.source_size,
            vhd: index.attachments.iter().find_map(Vhd::of),
            partition_table: table.map(Partitions::of),
        }
    }
}

impl Vhd {
    /// A footer that does not parse was let through when the disk was packed; there is nothing to show of it.
    fn of(attachment: &Attachment) -> Option<Self> {
        let Attachment::SourceFooter(bytes) = attachment;
        let footer = Footer::from_bytes(bytes.as_slice().try_into().ok()?).ok()?;
        let geometry = footer.geometry;
        Some(Self {
            geometry: Geometry {
                cylinders: geometry.cylinders,
                heads: geometry.heads,
                sectors: geometry.sectors,
            },
            creator: footer.creator_application.to_string(),
            creator_version: format!("{}.{}", footer.creator_version >> 16, footer.creator_version & 0xFFFF),
            creator_host_os: footer.creator_host_os.escape_ascii().to_string().trim_end().to_owned(),
            uuid: footer.uuid.to_string(),
            timestamp: utc::iso_8601(footer.timestamp.unix_seconds()),
            current_size: footer.current_size,
            original_size: footer.original_size,
        })
    }
}

impl Partitions {
    fn of(table: &PartitionTable) -> Self {
        let details = table.partitions.iter().map(|partition| PartitionDetail {
            index: partition.index,
            kind: partition.kind.clone(),
            name: partition.name.clone(),
            file_system: partition.file_system.name(),
            start: partition.start.get(),
            length: partition.length,
        });
        Self {
            scheme: table.scheme.name(),
            disk_id: table.disk_id.clone(),
            partitions: details.collect(),
            notes: table.notes.clone(),
        }
    }

    fn to_text(&self) -> String {
        let mut table = Table::default();
        let id = self.disk_id.as_ref().map_or_else(String::new, |id| format!(" {id}"));
        table.row("table", format!("{}{id}", self.scheme));
        for partition in &self.partitions {
            let name = partition.name.as_ref().map_or_else(String::new, |name| format!(" \"{name}\""));
            let what = format!("{}{name}, {}", partition.kind, partition.file_system);
            let place = format!("{} at {}", human::bytes(partition.length), human::bytes(partition.start));
            table.row(&format!("{:>5}", partition.index), format!("{what}, {place}"));
        }
        for note in &self.notes {
            table.row("note", &**note);
        }
        table.to_text()
    }
}

impl About {
    fn of(container: &Container) -> Self {
        let Container { index, trailer } = container;
        let mut about = Self {
            version: Header::VERSION,
            file_bytes: trailer.file_len,
            level: index.header.level,
            chunk_size: index.header.chunk_size,
            trimmed: index.header.trimmed,
            trimmed_bytes: index.trimmed_bytes,
            data_frames: 0,
            data_bytes: 0,
            compressed_bytes: 0,
            hard_bytes: 0,
            zero_runs: 0,
            zero_bytes: 0,
            trimmed_runs: 0,
            trimmed_run_bytes: 0,
            index_bytes: trailer.index_len,
            index_digest: trailer.index_digest.to_string(),
            image_digest: trailer.image_digest.to_string(),
        };
        for entry in &index.entries {
            let (content, compressed) = (u64::from(entry.content_len), u64::from(entry.compressed_len));
            match entry.kind {
                FrameKind::Data => {
                    about.data_frames += 1;
                    about.data_bytes += content;
                    about.compressed_bytes += compressed;
                    if map::is_hard(content, compressed) {
                        about.hard_bytes += content;
                    }
                }
                FrameKind::Zero => {
                    about.zero_runs += 1;
                    about.zero_bytes += content;
                }
                FrameKind::Trimmed => {
                    about.trimmed_runs += 1;
                    about.trimmed_run_bytes += content;
                }
                FrameKind::Footer => {}
            }
        }
        about
    }
}

impl Document {
    fn to_text(&self) -> String {
        let Self { source, disk, container, map } = self;
        let form = match disk.block_size {
            None if disk.form == "raw" => "raw image".to_owned(),
            None => format!("{} VHD", disk.form),
            Some(block) => format!("{} VHD, blocks of {}", disk.form, human::bytes(u64::from(block))),
        };
        let mut about_disk = Table::default();
        about_disk.row("form", form).row("size", human::exact(disk.virtual_size));
        if disk.source_size != disk.virtual_size {
            about_disk.row("size as stated", format!("{} bytes", disk.source_size));
        }
        if let Some(vhd) = &disk.vhd {
            let Geometry { cylinders, heads, sectors } = vhd.geometry;
            about_disk
                .row("geometry", format!("{cylinders} cylinders, {heads} heads, {sectors} sectors"))
                .row("creator", format!("{} {} on {}", vhd.creator, vhd.creator_version, vhd.creator_host_os))
                .row("UUID", &*vhd.uuid)
                .row("created", &*vhd.timestamp);
        }
        let frames = format!("{}, {}", container.data_frames, packed_to(container));
        let mut about = Table::default();
        about
            .row("version", container.version.to_string())
            .row("file", human::exact(container.file_bytes))
            .row(
                "level",
                format!("{}, chunks of {}", container.level, human::bytes(container.chunk_size.into())),
            )
            .row("data frames", frames)
            .row("hard to compress", human::bytes(container.hard_bytes))
            .row("zero runs", format!("{}, {}", container.zero_runs, human::bytes(container.zero_bytes)));
        if container.trimmed {
            let trimmed = format!("{} of free space left out", human::bytes(container.trimmed_bytes));
            about.row("trimmed", trimmed);
        }
        about
            .row("ratio", ratio(disk.virtual_size, container.file_bytes))
            .row("digest", &*container.image_digest);
        let mut text = format!("{source}\n\ndisk\n{}", about_disk.to_text());
        if let Some(table) = &disk.partition_table {
            let _ = write!(text, "\npartitions\n{}", table.to_text());
        }
        let _ = write!(text, "\ncontainer\n{}", about.to_text());
        if let Some(map) = map {
            let _ = write!(text, "\nmap drawn to {map}\n");
        }
        text
    }
}

fn packed_to(container: &About) -> String {
    let (data, compressed) = (container.data_bytes, container.compressed_bytes);
    format!("{} packed into {}", human::bytes(data), human::bytes(compressed))
}

fn ratio(disk: u64, file: u64) -> String {
    format!("{:.2} bytes of disk a byte of file", human::share(disk, file))
}
