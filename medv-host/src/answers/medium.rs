//! The medium that brings a guest its answers, as a file of the user's alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use medv_codec::{Error, Result};
use medv_protocol::Answers;

use super::fat::{self, Form};
use super::guest_programs::{self, System};
use super::kind::GuestKind;
use super::plan::Plan;
use super::{mini_setup, no_cloud, windows_setup};
use crate::hypervisor::{Drive, Medium};

/// The folder of the guest agent on the medium.
const FOLDER: &str = "medv";

/// A medium that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// It.
    pub medium: Medium,
    /// What the guest could not be told, and why: a sentence each.
    pub untold: Vec<String>,
}

/// Makes the medium for a guest in the file `to`, which only the user can read; what was there is replaced. `None` if
/// it is not known what the guest could read. `programs` is the folder with the programs of the guest agent.
///
/// # Errors
/// If the guest agent's programs are not there, or the file cannot be written.
pub fn make(plan: &Plan, programs: Option<&Path>, to: &Path) -> Result<Option<Made>> {
    let mut untold = Vec::new();
    let (drive, image) = match &plan.guest {
        GuestKind::Linux => (Drive::Disk, linux(plan, programs)?),
        GuestKind::Windows { unattend_xml, overruled_by } => {
            untold.extend(overruled_by.map(|path| {
                format!("the image has {path}, which Windows reads instead of the medium; seal it without /unattend")
            }));
            let answers = windows_setup::answers(plan, unattend_xml.as_deref()).or_else(|| {
                let why =
                    "what else the image's own answer file says: it is not XML in UTF-8 of the usual form";
                untold.push(why.to_owned());
                windows_setup::answers(plan, None)
            });
            (Drive::UsbStick, windows(plan, answers.unwrap_or_default(), programs)?)
        }
        GuestKind::Xp { sysprep_inf } => {
            let (file, unsayable) = mini_setup::answers(plan, sysprep_inf);
            untold.extend(unsayable.iter().map(ToString::to_string));
            let needs = "how to start medv-guest, which needs a 64-bit Windows 7 or later; first time setup fails unless the image has \
                         another agent";
            untold.push(needs.to_owned());
            (Drive::Floppy, fat::image(Form::Floppy, "SYSPREP", &[in_root("sysprep.inf", file)])?)
        }
        GuestKind::Unknown => return Ok(None),
    };
    let medium = Medium { image: to.to_owned(), drive };
    remove(to)?;
    write(to, &image)
        .map_err(|error| Error::io("cannot write the medium with answers", error).in_file(to))?;
    Ok(Some(Made { medium, untold }))
}

/// Overwrites the medium with the image `path`, as far as the file system does that in place, and deletes it. No error if
/// it is gone already.
///
/// # Errors
/// If it cannot be deleted.
pub fn remove(path: &Path) -> Result<()> {
    // What cannot be overwritten can still be deleted.
    let _ = overwrite(path);
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io("cannot delete the medium with answers", error)
                .in_file(path)
                .advice("delete it by hand: it may have the user's password"))
        }
        _ => Ok(()),
    }
}

fn overwrite(path: &Path) -> io::Result<()> {
    // A link is not followed to somebody else's file.
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(());
    }
    let mut file = OpenOptions::new().write(true).open(path)?;
    let len = file.metadata()?.len();
    io::copy(&mut io::Read::take(io::repeat(0), len), &mut file)?;
    file.sync_all()
}

fn write(to: &Path, image: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(to)?.write_all(image)
}

fn linux(plan: &Plan, programs: Option<&Path>) -> Result<Vec<u8>> {
    let host_name = plan.answers.computer_name.as_deref();
    let mut files = vec![
        in_root("meta-data", no_cloud::meta_data(&plan.instance_id, host_name).into_bytes()),
        in_root("user-data", no_cloud::USER_DATA.into()),
    ];
    files.extend(agent(&plan.answers, programs, System::Linux)?);
    fat::image(Form::Disk, no_cloud::LABEL, &files)
}

fn windows(plan: &Plan, unattend_xml: Vec<u8>, programs: Option<&Path>) -> Result<Vec<u8>> {
    let mut files = vec![in_root("Unattend.xml", unattend_xml)];
    files.extend(agent(&plan.answers, programs, System::Windows)?);
    fat::image(Form::Disk, "MEDV", &files)
}

/// The guest agent and what it is told.
fn agent(answers: &Answers, programs: Option<&Path>, system: System) -> Result<Vec<fat::File>> {
    let json = serde_json::to_vec_pretty(answers)
        .map_err(|error| Error::usage(format!("the answers cannot be written as JSON: {error}")))?;
    let mut files = vec![in_folder("answers.json", json)];
    files.extend(guest_programs::read(programs, system)?.into_iter().map(|(name, it)| in_folder(name, it)));
    Ok(files)
}

fn in_root(name: &'static str, content: Vec<u8>) -> fat::File {
    fat::File { folder: None, name, content }
}

fn in_folder(name: &'static str, content: Vec<u8>) -> fat::File {
    fat::File { folder: Some(FOLDER), name, content }
}

#[cfg(test)]
mod tests;
