//! Debian packages (`deb(5)`): an `ar` archive of a version, a `control.tar` and a `data.tar`.
//!
//! The archives inside are not compressed: what is large in them is compressed already.

mod ar;
mod medv;
mod workspace;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

pub use self::medv::{MedvDeb, file_name as medv_file_name, medv};
pub use self::workspace::{WorkspaceDeb, file_name as workspace_file_name, workspace};

/// The time of every file, in seconds since 1970: the same package has the same bytes.
const TIME: u64 = 1_577_836_800;

/// A Debian package.
#[derive(Clone, Debug)]
pub struct Deb {
    /// The fields of its control file, in order.
    pub control: Vec<(&'static str, String)>,
    /// `postinst`, `prerm`, `postrm`: name and text.
    pub scripts: Vec<(&'static str, String)>,
    /// Its files.
    pub files: Vec<DebFile>,
}

/// A file of a package.
#[derive(Clone, Debug)]
pub struct DebFile {
    /// Where it is installed, without the `/` at the beginning.
    pub path: String,
    /// Its permissions.
    pub mode: u32,
    /// What is in it.
    pub content: Content,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The first `len` bytes of another file.
    File {
        /// That file.
        path: PathBuf,
        /// Its length.
        len: u64,
    },
}

impl Deb {
    /// Writes the package, front to back.
    ///
    /// # Errors
    /// Those of reading the files and of writing.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut control = Vec::new();
        self.write_control(&mut control)?;
        // An archive inside states its length first.
        let mut counted = Counter(0);
        self.write_data(&mut counted, false)?;

        let mut archive = ar::Writer::new(out)?;
        archive.member("debian-binary", 4)?.write_all(b"2.0\n")?;
        archive.end(4)?;
        archive.member("control.tar", control.len() as u64)?.write_all(&control)?;
        archive.end(control.len() as u64)?;
        self.write_data(archive.member("data.tar", counted.0)?, true)?;
        archive.end(counted.0)
    }

    fn write_control(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut fields = String::new();
        for (name, value) in &self.control {
            let _ = writeln!(fields, "{name}: {value}");
        }
        let mut tar = tar::Builder::new(out);
        append(&mut tar, "./control", 0o644, fields.len() as u64, fields.as_bytes())?;
        for (name, text) in &self.scripts {
            append(&mut tar, &format!("./{name}"), 0o755, text.len() as u64, text.as_bytes())?;
        }
        tar.finish()
    }

    /// With `really`, what is in the files; otherwise as much of nothing.
    fn write_data(&self, out: &mut dyn Write, really: bool) -> io::Result<()> {
        let mut tar = tar::Builder::new(out);
        for folder in self.folders() {
            let mut header = header(0o755, 0);
            header.set_entry_type(tar::EntryType::Directory);
            tar.append_data(&mut header, format!("./{folder}/"), io::empty())?;
        }
        for file in &self.files {
            let path = format!("./{}", file.path);
            match &file.content {
                Content::Bytes(bytes) => append(&mut tar, &path, file.mode, bytes.len() as u64, &bytes[..])?,
                Content::File { len, .. } if !really => {
                    append(&mut tar, &path, file.mode, *len, io::repeat(0).take(*len))?;
                }
                Content::File { path: from, len } => {
                    append(&mut tar, &path, file.mode, *len, File::open(from)?.take(*len))?;
                }
            }
        }
        tar.finish()
    }

    /// Bytes of all files together.
    fn len_of_files(files: &[DebFile]) -> u64 {
        let len = |file: &DebFile| match &file.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File { len, .. } => *len,
        };
        files.iter().map(len).sum()
    }

    /// The folders that its files are in, each after the one that it is in.
    fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = Vec::new();
        for file in &self.files {
            for (at, _) in file.path.match_indices('/') {
                folders.push(file.path[..at].to_owned());
            }
        }
        folders.sort();
        folders.dedup();
        folders
    }
}

fn header(mode: u32, len: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(mode);
    header.set_size(len);
    header.set_mtime(TIME);
    header.set_uid(0);
    header.set_gid(0);
    // Names of owners are only known to be these.
    let _ = header.set_username("root").and_then(|()| header.set_groupname("root"));
    header
}

fn append(
    tar: &mut tar::Builder<&mut dyn Write>,
    path: &str,
    mode: u32,
    len: u64,
    content: impl Read,
) -> io::Result<()> {
    tar.append_data(&mut header(mode, len), path, content)
}

/// Counts what is written to it.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
