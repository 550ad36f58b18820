//! How the agent begins with the guest: a unit of systemd's, a service of `OpenRC`, a line of `inittab`; and always a script
//! that whatever starts the guest can call.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::files::{Mode, read_text, write_whole};
use crate::{Error, Places, Result};

const UNIT: &str = "/etc/systemd/system/medv-guest.service";
const SCRIPT: &str = "/etc/medv/start";
const OPENRC: &str = "/etc/init.d/medv-guest";

/// Lets the agent begin with each boot.
pub(crate) fn register(places: &Places) -> Result<()> {
    let program = format!("{}/medv-guest", super::program_folder());
    let script = format!(
        "#!/bin/sh\n# Starts medv's agent, for a guest whose own way it does not know.\n{program} run &\n"
    );
    write_whole(&places.at(SCRIPT), script.as_bytes(), Mode::Program)?;
    if places.at("/usr/lib/systemd/systemd").exists() || places.at("/lib/systemd/systemd").exists() {
        // However often it is killed, it comes back: without it the host knows nothing of the guest.
        let unit = format!(
            "[Unit]\nDescription=medv guest agent\nStartLimitIntervalSec=0\n\n[Service]\nExecStart={program} run\n\
             Restart=always\nRestartSec=1\nKillMode=process\n\n[Install]\nWantedBy=multi-user.target\n"
        );
        write_whole(&places.at(UNIT), unit.as_bytes(), Mode::Public)?;
        return enable(places);
    }
    if places.at("/sbin/openrc-run").exists() {
        let service = format!(
            "#!/sbin/openrc-run\ndescription=\"medv guest agent\"\ncommand={program}\ncommand_args=run\n\
             command_background=true\npidfile=/run/medv-guest.pid\n"
        );
        write_whole(&places.at(OPENRC), service.as_bytes(), Mode::Program)?;
        return link(places, OPENRC, "/etc/runlevels/default/medv-guest");
    }
    let inittab = places.at("/etc/inittab");
    if let Some(text) = read_text(&inittab)?.filter(|text| !text.contains(&program)) {
        write_whole(
            &inittab,
            format!("{}\n::respawn:{program} run\n", text.trim_end()).as_bytes(),
            Mode::Public,
        )?;
    }
    Ok(())
}

/// What `systemctl enable` does, which is not there in every place where a guest is set up.
fn enable(places: &Places) -> Result<()> {
    link(places, UNIT, "/etc/systemd/system/multi-user.target.wants/medv-guest.service")
}

fn link(places: &Places, target: &str, at: &str) -> Result<()> {
    let at = places.at(at);
    if let Some(folder) = at.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Error::at(folder, error))?;
    }
    match std::os::unix::fs::symlink(target, &at) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(Error::at(&at, error)),
        _ => Ok(()),
    }
}

/// Starts it now.
pub(crate) fn start(places: &Places) -> Result<()> {
    if !places.is_real() {
        return Ok(());
    }
    if std::path::Path::new("/run/systemd/system").exists() {
        // Without waiting: this may be called from a unit that the agent's start would wait for.
        for arguments in [&["daemon-reload"][..], &["restart", "--no-block", "medv-guest.service"]] {
            let status = Command::new("systemctl").args(arguments).status();
            let status = status.map_err(|error| Error::new(format!("systemctl: {error}")))?;
            if !status.success() {
                return Err(Error::new(format!("systemctl {} has failed: {status}", arguments.join(" "))));
            }
        }
        return Ok(());
    }
    let program = places.program("medv-guest");
    let mut agent = Command::new(&program);
    agent.arg("run").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    agent.spawn().map(drop).map_err(|error| Error::at(&program, error))
}
