//! Linux: `/etc/machine-id`, and what cloud-init left.

use ext4_view::{Ext4, Ext4Error};

use super::{Caution, Failure, Sealed, Volume};

/// What `cloud-init` and `systemd` leave in a system that has started once; `None` if there is no Linux here.
pub(super) fn look(volume: Volume) -> Result<Option<Sealed>, Failure> {
    let files = Ext4::load(Box::new(volume))?;
    if !is_system(&files)? {
        return Ok(None);
    }
    let identity = match files.read("/etc/machine-id") {
        Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        Err(Ext4Error::NotFound) => String::new(),
        Err(error) => return Err(error.into()),
    };
    if !matches!(identity.as_str(), "" | "uninitialized") {
        return Ok(Some(Sealed::No {
            reason: format!("/etc/machine-id is {identity}, and would be that of every machine"),
            advice: "in the guest, run `cloud-init clean --logs --machine-id`, or empty /etc/machine-id, and shut it down"
                .to_owned(),
        }));
    }
    if files.exists("/var/lib/cloud/instance")? {
        return Ok(Some(Sealed::No {
            reason: "/var/lib/cloud/instance is there: cloud-init has run, and will not run again".to_owned(),
            advice: "in the guest, run `cloud-init clean --logs --machine-id`, and shut it down".to_owned(),
        }));
    }
    let has_cloud_init = files.exists("/etc/cloud/cloud.cfg")?;
    let caution = Caution {
        message: "there is no cloud-init (/etc/cloud/cloud.cfg), which would set the machine up".to_owned(),
        advice: "install cloud-init in the guest, or let its first boot run `user-data` on the volume CIDATA"
            .to_owned(),
    };
    Ok(Some(Sealed::Yes {
        evidence: "/etc/machine-id is empty or absent".to_owned(),
        caution: (!has_cloud_init).then_some(caution),
    }))
}

/// Whether there is a Linux on an ext2, ext3 or ext4 volume.
///
/// # Errors
/// If the volume cannot be read.
pub fn has_linux(volume: Volume) -> Result<bool, Failure> {
    Ok(is_system(&Ext4::load(Box::new(volume))?)?)
}

fn is_system(files: &Ext4) -> Result<bool, Ext4Error> {
    Ok(files.exists("/etc/os-release")? || files.exists("/usr/lib/os-release")?)
}
