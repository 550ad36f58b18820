//! QEMU's arguments for a machine: no files are looked at here.
//!
//! Only what QEMU has known since 7.2 is used, or what the facts say it knows.

use std::path::Path;

use medv_codec::{Error, ErrorKind, Result};
use serde_json::json;

use super::accelerator::Accelerator;
use super::adapter::HardwareAddress;
use super::names::name;
use crate::hypervisor::{Drive, Guest, MachineSpec, Medium, Network};
use crate::layer::{Master, MasterForm};

/// The node that is the disk.
const DISK: &str = "disk";
/// The device that is the agent's port; QEMU's events name it.
pub(super) const AGENT_PORT: &str = "agent";
/// The bus of virtio-serial ports.
pub(super) const PORTS: &str = "ports.0";
/// The socket of the screen, in the machine's folder.
pub(super) const SCREEN: &str = "screen";

/// What is to be known of the host and of the disk.
pub(super) struct Facts<'a> {
    pub(super) machine: &'a str,
    pub(super) accelerator: Accelerator,
    pub(super) master: &'a Master,
    /// A window that QEMU can open: `gtk`, `sdl`.
    pub(super) window: Option<&'a str>,
    /// QEMU's driver for the host's loudspeakers.
    pub(super) audio: &'a str,
    /// The host's bridges.
    pub(super) bridges: &'a [String],
    /// What no other host has.
    pub(super) host: &'a str,
}

/// All arguments but those of the sockets.
pub(super) fn arguments(spec: &MachineSpec, facts: &Facts<'_>) -> Result<Vec<String>> {
    let mut line = Line::default();
    // Paused, until what reports about it is in place.
    line.flags(&["-nodefaults", "-no-user-config", "-S"]);
    line.option("-name", &comma(&spec.name));
    line.option("-machine", facts.machine);
    line.option("-m", &format!("{}M", spec.memory_mib));
    match facts.accelerator {
        Accelerator::Kvm => line.option("-accel", "kvm").option("-cpu", "host"),
        Accelerator::Tcg => line.option("-accel", "tcg").option("-cpu", "max"),
    };
    // The clock of Windows' hardware shows the local time.
    line.option("-rtc", if spec.guest == Guest::Linux { "base=utc" } else { "base=localtime" });
    // Every restart of the guest ends QEMU: the next start may be with other devices.
    line.option("-action", "reboot=shutdown,panic=pause").option("-device", "pvpanic");
    if spec.saved.is_some() {
        line.option("-incoming", "defer");
    }
    disk(&mut line, spec, facts.master)?;
    line.option("-device", "usb-ehci,id=usb").option("-device", "usb-tablet,bus=usb.0");
    if let Some(medium) = &spec.medium {
        drive(&mut line, &spec.folder, medium)?;
    }
    network(&mut line, spec, facts)?;
    screen(&mut line, spec, facts);
    if spec.sharing.audio {
        line.option("-audiodev", &format!("{},id=sound", facts.audio));
        if spec.guest == Guest::WindowsXp {
            line.option("-device", "AC97,audiodev=sound");
        } else {
            line.option("-device", "intel-hda").option("-device", "hda-duplex,audiodev=sound");
        }
    }
    line.option("-device", "virtio-serial-pci,id=ports");
    line.option(
        "-device",
        &format!(
            "virtserialport,id={AGENT_PORT},bus={PORTS},chardev=agent,name={}",
            medv_protocol::PORT_NAME
        ),
    );
    Ok(line.0)
}

/// The user's layer over the master. The master is given as explicit nodes rather than by what the layer's header says, so that
/// no file of the user's can have QEMU open other files.
fn disk(line: &mut Line, spec: &MachineSpec, master: &Master) -> Result<()> {
    let path = text(&master.path)?;
    line.node(&json!({"driver": "file", "node-name": "master-file", "filename": path, "read-only": true}));
    let below = match master.form {
        // A fixed VHD is the raw disk and a footer. QEMU's driver for VHDs could not save the machine's state.
        MasterForm::Raw => "master-file",
        MasterForm::DynamicVhd => {
            line.node(
                &json!({"driver": "vpc", "node-name": "vhd", "file": "master-file", "read-only": true}),
            );
            "vhd"
        }
    };
    line.node(&json!({
        "driver": "raw", "node-name": "master", "file": below, "size": master.size, "read-only": true
    }));
    line.node(&json!({"driver": "file", "node-name": "layer-file", "filename": text(&name(&spec.folder, &spec.layer))?, "discard": "unmap"}));
    line.node(&json!({
        "driver": "qcow2", "node-name": DISK, "file": "layer-file", "backing": "master", "discard": "unmap"
    }));
    let device = if spec.guest == Guest::Linux { "virtio-blk-pci" } else { "ide-hd" };
    line.option("-device", &format!("{device},drive={DISK},bootindex=1"));
    Ok(())
}

fn drive(line: &mut Line, folder: &Path, medium: &Medium) -> Result<()> {
    line.node(&json!({
        "driver": "file", "node-name": "medium-file", "filename": text(&name(folder, &medium.image))?, "read-only": true
    }));
    line.node(&json!({"driver": "raw", "node-name": "medium", "file": "medium-file", "read-only": true}));
    line.option(
        "-device",
        match medium.drive {
            Drive::Floppy => "floppy,drive=medium",
            Drive::UsbStick => "usb-storage,bus=usb.0,drive=medium,removable=on",
            Drive::Disk => "virtio-blk-pci,drive=medium",
        },
    );
    Ok(())
}

fn network(line: &mut Line, spec: &MachineSpec, facts: &Facts<'_>) -> Result<()> {
    let model = match spec.guest {
        Guest::Linux => "virtio-net-pci",
        Guest::Windows => "e1000",
        Guest::WindowsXp => "rtl8139",
    };
    let adapter =
        |number| format!("model={model},mac={}", HardwareAddress::new(facts.host, &spec.layer, number));
    match spec.network {
        Network::Nat => _ = line.option("-nic", &format!("user,{}", adapter(0))),
        Network::Bridged if facts.bridges.is_empty() => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the network mode is BRIDGED, and this host has no bridge",
            )
            .advice(
                "make a bridge over the host's adapter and allow it in /etc/qemu/bridge.conf, or set the network mode to NAT",
            ));
        }
        Network::Bridged => {
            for (number, bridge) in facts.bridges.iter().enumerate() {
                line.option("-nic", &format!("bridge,br={},{}", comma(bridge), adapter(number)));
            }
        }
    }
    Ok(())
}

fn screen(line: &mut Line, spec: &MachineSpec, facts: &Facts<'_>) {
    line.option("-vga", "std");
    match facts.window {
        // Closing the window must not take the power away.
        Some(window) if spec.visible => line.option("-display", &format!("{window},window-close=off")),
        _ => line.option("-display", "none"),
    };
    if cfg!(unix) {
        line.option("-vnc", &format!("unix:{SCREEN}"));
    }
}

/// A path as QEMU takes it.
fn text(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "the path is not valid Unicode").in_file(path).advice("rename it")
    })
}

/// A value within an option: a comma is written twice.
fn comma(value: &str) -> String {
    value.replace(',', ",,")
}

#[derive(Default)]
struct Line(Vec<String>);

impl Line {
    fn flags(&mut self, flags: &[&str]) {
        self.0.extend(flags.iter().map(|flag| (*flag).to_owned()));
    }

    fn option(&mut self, name: &str, value: &str) -> &mut Self {
        self.0.extend([name.to_owned(), value.to_owned()]);
        self
    }

    fn node(&mut self, node: &serde_json::Value) -> &mut Self {
        self.option("-blockdev", &node.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::hypervisor::Sharing;

    fn spec() -> MachineSpec {
        MachineSpec {
            name: "Office, old".into(),
            layer: "/home/alice/a,b.qcow2".into(),
            guest: Guest::Linux,
            memory_mib: 512,
            network: Network::Nat,
            sharing: Sharing { audio: true, clipboard: true, printers: true },
            medium: None,
            visible: true,
            saved: None,
            folder: "/run/user/1000/medv".into(),
        }
    }

    fn line(spec: &MachineSpec, form: MasterForm, bridges: &[String]) -> Result<String> {
        let master = Master { path: PathBuf::from("/var/lib/medv/m.vhd"), size: 1 << 30, form, image: None };
        let facts = Facts {
            machine: "pc-i440fx-7.2",
            accelerator: Accelerator::Tcg,
            master: &master,
            window: Some("gtk"),
            audio: "pa",
            bridges,
            host: "4f",
        };
        arguments(spec, &facts).map(|line| line.join(" "))
    }

    fn of(spec: &MachineSpec) -> String {
        line(spec, MasterForm::Raw, &[]).unwrap()
    }

    #[test]
    fn a_fixed_vhd_is_read_as_a_raw_disk_without_its_footer() {
        let line = of(&spec());
        assert!(line.contains(r#""driver":"raw","file":"master-file","node-name":"master","read-only":true,"size":1073741824"#), "{line}");
        assert!(!line.contains("vpc"));
    }

    #[test]
    fn a_dynamic_vhd_is_read_as_one_up_to_its_size() {
        let line = line(&spec(), MasterForm::DynamicVhd, &[]).unwrap();
        assert!(
            line.contains(
                r#""driver":"raw","file":"vhd","node-name":"master","read-only":true,"size":1073741824"#
            ),
            "{line}"
        );
    }

    #[test]
    fn commas_in_names_are_no_further_options() {
        let line = of(&spec());
        assert!(line.contains("-name Office,, old "), "{line}");
        assert!(line.contains(r#""filename":"/home/alice/a,b.qcow2""#), "{line}");
    }

    #[test]
    fn each_guest_gets_devices_that_it_has_drivers_for() {
        for (guest, disk, adapter) in [
            (Guest::Linux, "virtio-blk-pci", "virtio-net-pci"),
            (Guest::Windows, "ide-hd", "e1000"),
            (Guest::WindowsXp, "ide-hd", "rtl8139"),
        ] {
            let line = of(&MachineSpec { guest, ..spec() });
            assert!(line.contains(&format!("{disk},drive=disk")), "{line}");
            assert!(line.contains(&format!("-nic user,model={adapter}")), "{line}");
        }
    }

    #[test]
    fn the_medium_is_read_only_in_every_drive() {
        for (drive, device) in [
            (Drive::Floppy, "floppy,drive=medium"),
            (Drive::UsbStick, "usb-storage,bus=usb.0,drive=medium,removable=on"),
            (Drive::Disk, "virtio-blk-pci,drive=medium"),
        ] {
            let line = of(&MachineSpec { medium: Some(Medium { image: "/m.img".into(), drive }), ..spec() });
            assert!(line.contains(device), "{line}");
            assert!(line.contains(r#""node-name":"medium","read-only":true"#), "{line}");
        }
        assert!(!of(&spec()).contains("medium"));
    }

    #[test]
    fn bridged_machines_have_an_adapter_for_each_bridge_and_need_one() {
        let spec = MachineSpec { network: Network::Bridged, ..spec() };
        let line_over = |bridges: &[String]| line(&spec, MasterForm::Raw, bridges);
        assert_eq!(line_over(&["br0".into(), "br1".into()]).unwrap().matches("-nic bridge,br=br").count(), 2);
        let error = line_over(&[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.advised().is_some_and(|advice| advice.contains("bridge.conf")));
    }

    #[test]
    fn a_hidden_machine_opens_no_window_and_an_unshared_one_makes_no_sound() {
        let line = of(&spec());
        assert!(line.contains("-display gtk,window-close=off") && line.contains("pa,id=sound"), "{line}");
        let sharing = Sharing { audio: false, ..spec().sharing };
        let line = of(&MachineSpec { visible: false, sharing, ..spec() });
        assert!(line.contains("-display none") && !line.contains("sound"), "{line}");
    }
}
