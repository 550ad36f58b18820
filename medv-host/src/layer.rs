//! A user's layer over the master disk: a qcow2 file that holds what the user's machine has written. The master is only read.
//!
//! A layer names its master in its header, in QEMU's own notation, so that `qemu-img` understands it as well.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use medv_codec::disk::{self, DiskForm, OpenOptions};
use medv_codec::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use crate::{access, programs, whole_file};

/// What a layer is called where it is made.
const MADE: &str = "layer.qcow2";
/// The longest name of a master that a qcow2 file can hold, in bytes.
const LONGEST_NAME: usize = 1023;
/// What the name of a node begins with that is called after the image, and how much of the digest follows: QEMU allows 31
/// letters in all.
const IMAGE: &str = "image-";
const IMAGE_NAME: usize = 25;

/// A feature of a qcow2 file that QEMU must know: it opens another file for the content, whichever the header names. None of our
/// layers has it.
const EXTERNAL_DATA: u8 = 1 << 2;

/// A disk that layers stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Its file.
    pub path: PathBuf,
    /// The size of the disk in bytes.
    pub size: u64,
    /// How the hypervisor reads it.
    pub form: MasterForm,
    /// The name of its content, if that is known: the beginning of its image digest.
    pub image: Option<String>,
}

/// How a master is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterForm {
    /// The disk's bytes from the beginning of the file: a fixed VHD, or a raw disk. Machines on it can be saved.
    Raw,
    /// A dynamic VHD. Machines on it cannot be saved.
    DynamicVhd,
}

impl Master {
    /// Looks at a disk.
    ///
    /// # Errors
    /// Those of [`disk::open`]. Unsupported: a differencing VHD, of which QEMU would not find the parent; a disk that does
    /// not end with a whole sector.
    pub fn open(path: &Path) -> Result<Self> {
        let path =
            &std::path::absolute(path).map_err(|error| Error::io("cannot name", error).in_file(path))?;
        let opened = disk::open(path, &OpenOptions::default())?;
        let unsupported = |what: &str| Error::new(ErrorKind::Unsupported, what).in_file(path);
        let form = match opened.form {
            DiskForm::Fixed | DiskForm::Raw => MasterForm::Raw,
            DiskForm::Dynamic => MasterForm::DynamicVhd,
            DiskForm::Differencing => {
                return Err(unsupported("a differencing VHD cannot be a master disk")
                    .advice("medv pack it, and medv expand the result: that is the whole disk"));
            }
        };
        let size = opened.disk.virtual_size();
        if size % 512 != 0 {
            return Err(unsupported("the disk does not end with a whole sector of 512 bytes"));
        }
        Ok(Self { path: path.clone(), size, form, image: None })
    }

    /// Says what its content is called. A layer over it then remembers that, and fits no other disk, even if that has the same
    /// path and size.
    #[must_use]
    pub fn with_image(mut self, image_digest: &str) -> Self {
        self.image =
            Some(image_digest.chars().filter(char::is_ascii_alphanumeric).take(IMAGE_NAME).collect());
        self
    }

    /// The name of it in a layer's header.
    fn in_header(&self) -> Result<String> {
        let not_unicode = || {
            Error::new(ErrorKind::Unsupported, "the path is not valid Unicode")
                .in_file(&self.path)
                .advice("rename it")
        };
        let file = json!({"driver": "file", "filename": self.path.to_str().ok_or_else(not_unicode)?});
        let file = match self.form {
            MasterForm::Raw => file,
            MasterForm::DynamicVhd => json!({"driver": "vpc", "file": file}),
        };
        // With its size given, the footer of a fixed VHD is no part of the disk.
        let mut node = json!({"driver": "raw", "size": self.size, "file": file});
        if let Some(image) = &self.image {
            // The one thing in a node that may be called as we like.
            node["node-name"] = format!("{IMAGE}{image}").into();
        }
        let name = format!("json:{node}");
        if name.len() > LONGEST_NAME {
            return Err(Error::new(ErrorKind::Limit, "the path is too long for the header of a layer")
                .in_file(&self.path)
                .advice("install the disk in a folder with a shorter path"));
        }
        Ok(name)
    }
}

/// Makes an empty layer over `master`. It has its name only when it is whole.
///
/// # Errors
/// If there is a layer already, if `qemu-img` is not there or fails, or the file cannot be written.
pub fn create(layer: &Path, master: &Master) -> Result<()> {
    if layer.exists() {
        return Err(Error::usage("there is a layer already").in_file(layer).advice("delete it first"));
    }
    // In a folder that users share, qemu-img would follow any link to any file of the user's. So it writes elsewhere first: a layer
    // without content is small.
    let elsewhere = tempfile::tempdir().map_err(|error| Error::io("cannot make a folder", error))?;
    let made = elsewhere.path().join(MADE);
    make(elsewhere.path(), master)?;
    let bytes = fs::read(&made).map_err(|error| Error::io("cannot read", error).in_file(&made))?;
    whole_file::write(layer, &bytes)
}

/// Makes the file [`MADE`] in a folder. On Windows qemu-img takes not all letters that the folder's name may have.
fn make(folder: &Path, master: &Master) -> Result<()> {
    let size = master.size.to_string();
    let qemu_img = programs::find("qemu-img").unwrap_or_else(|| "qemu-img".into());
    let output = programs::command(qemu_img)
        .args(["create", "-q", "-f", "qcow2", "-F", "raw", "-b"])
        .arg(master.in_header()?)
        .args([MADE, &size])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Error::io("cannot run qemu-img", error).advice("install it; on Debian: apt install qemu-utils")
        })?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::new(ErrorKind::Io, format!("qemu-img cannot make the layer: {why}")).in_file(folder))
}

/// The master that a layer stands on, looked at anew.
///
/// # Errors
/// Damaged: it is no layer of ours, or its master has another size or form than when the layer was made. Those of
/// [`Master::open`].
pub fn master_of(layer: &Path) -> Result<Master> {
    let name = read_name(layer)?;
    let master = Master::open(&path_in(layer, &name)?)?;
    let image =
        node(&name)["node-name"].as_str().and_then(|name| name.strip_prefix(IMAGE)).map(str::to_owned);
    let master = Master { image, ..master };
    if name == master.in_header()? { Ok(master) } else { Err(another_disk(layer, &master.path, &master)) }
}

/// Checks that `layer` is a layer over `master`.
///
/// # Errors
/// If it cannot be read. Damaged: it is no layer of ours, or it stands on another disk.
pub fn check(layer: &Path, master: &Master) -> Result<()> {
    let name = read_name(layer)?;
    if name == master.in_header()? {
        Ok(())
    } else {
        Err(another_disk(layer, &path_in(layer, &name)?, master))
    }
}

/// The path of the master that a name in a layer's header stands for.
fn path_in(layer: &Path, name: &str) -> Result<PathBuf> {
    let node = node(name);
    let file = &node["file"];
    let path = file["filename"].as_str().or_else(|| file["file"]["filename"].as_str());
    path.map(PathBuf::from).ok_or_else(|| no_layer(layer, &format!("it stands on \"{name}\"")))
}

/// What a name in a layer's header says; nothing if it is no name of ours.
fn node(name: &str) -> Value {
    name.strip_prefix("json:").and_then(|node| serde_json::from_str(node).ok()).unwrap_or_default()
}

fn another_disk(layer: &Path, found: &Path, expected: &Master) -> Error {
    let message = if *found == expected.path {
        format!("the layer was made over another disk than the one that is {} now", expected.path.display())
    } else {
        let (found, expected) = (found.display(), expected.path.display());
        format!("the layer stands on another disk: found {found}, expected {expected}")
    };
    Error::damaged(message).in_file(layer).advice("delete the layer; the machine is then set up anew")
}

/// Deletes a layer and the saved state of its machine. What is not there needs no deleting.
///
/// # Errors
/// If one of them cannot be deleted.
pub fn delete(layer: &Path) -> Result<()> {
    // The state goes first: without its layer it is nothing, but with a new one it would do harm.
    for path in [saved_state(layer), unused_state(layer), layer.to_owned()] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("cannot delete", error).in_file(path));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Where the machine on this layer is saved: beside it.
pub fn saved_state(layer: &Path) -> PathBuf {
    layer.with_extension("saved")
}

/// Where a saved state is set aside while the machine starts without it.
pub(crate) fn unused_state(layer: &Path) -> PathBuf {
    layer.with_extension("saved.unused")
}

/// What is another one when somebody has written to this layer: its length, and when it was last written.
pub(crate) fn stamp(layer: &Path) -> Option<(u64, SystemTime)> {
    let layer = fs::metadata(layer).ok()?;
    Some((layer.len(), layer.modified().ok()?))
}

/// What a qcow2 file says of the disk below it.
fn read_name(layer: &Path) -> Result<String> {
    let cannot = |error: io::Error| Error::io("cannot read", error).in_file(layer);
    let mut file = access::open(layer, File::options().read(true)).map_err(cannot)?;
    let mut header = [0; 80];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(no_layer(layer, "it is too short"));
        }
        read => read.map_err(cannot)?,
    }
    let [magic, version, offset_high, offset_low, length] =
        std::array::from_fn(|field| u32::from_be_bytes(std::array::from_fn(|byte| header[4 * field + byte])));
    if magic != u32::from_be_bytes(*b"QFI\xfb") {
        return Err(no_layer(layer, "it is no qcow2 file"));
    }
    if version >= 3 && header[79] & EXTERNAL_DATA != 0 {
        return Err(no_layer(layer, "what it holds is in another file"));
    }
    let length = length as usize;
    if length == 0 || length > LONGEST_NAME {
        return Err(no_layer(layer, "it stands on no disk"));
    }
    file.seek(SeekFrom::Start(u64::from(offset_high) << 32 | u64::from(offset_low))).map_err(cannot)?;
    let mut name = vec![0; length];
    file.read_exact(&mut name).map_err(cannot)?;
    String::from_utf8(name).map_err(|_| no_layer(layer, "the name of the disk below it is no text"))
}

fn no_layer(layer: &Path, why: &str) -> Error {
    Error::damaged(format!("it is no layer over a master disk: {why}"))
        .in_file(layer)
        .advice("delete it; the machine is then set up anew")
}
