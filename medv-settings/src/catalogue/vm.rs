//! The virtual machine.

use super::{ANY, Group, Kind, Preset, Setting, Unit, minutes, seconds};

pub(super) const SETTINGS: &[Setting] = &[
    Group::Vm.row(
        "CloseAction",
        Kind::Choice(&["HIBERNATE", "SHUTDOWN", "TURN-OFF"]),
        Preset::Text("HIBERNATE"),
        Some("Close"),
        "what happens to the virtual machine after its last application: its state is saved, it shuts down, or it loses its power and maybe data; of no effect with LogonStartEnabled",
    ),
    Group::Vm.row(
        "GuestMemFromHostMem",
        Kind::Numbers { min: 128, max: 3712, unit: Unit::Mebibytes },
        Preset::Lines(&["378", "512", "1024", "1536", "2048"]),
        Some("GuestMem"),
        "the memory of the virtual machine, for each size of the host's memory in HostMemToGuestMem",
    ),
    Group::Vm.row(
        "GuestUpdateDuration",
        minutes(1440),
        Preset::Number(240),
        Some("UpdateDuration"),
        "how long the virtual machine is woken up every day for its updates; 0 for never",
    ),
    Group::Vm.row(
        "GuestUpdateTime",
        Kind::TimeOfDay,
        Preset::Text("00:00"),
        Some("UpdateTime"),
        "when the virtual machine is woken up every day for its updates",
    ),
    Group::Vm.row(
        "HostMemToGuestMem",
        Kind::Numbers { min: 1024, max: 16384, unit: Unit::Mebibytes },
        Preset::Lines(&["1024", "2048", "4096", "8192", "16384"]),
        Some("HostMem"),
        "sizes of the host's memory; the greatest that the host has picks the entry of GuestMemFromHostMem",
    ),
    Group::Vm.row(
        "HostMemToGuestMemCalcEnabled",
        Kind::Switch,
        Preset::Number(1),
        Some("MemCalc"),
        "whether the memory of the virtual machine depends on the host's, by HostMemToGuestMem, rather than being Memory",
    ),
    Group::Vm.row(
        "Memory",
        Kind::Number { min: 128, max: 2048, unit: Unit::Mebibytes },
        Preset::Number(512),
        Some("Mem"),
        "the memory of the virtual machine; of no effect with HostMemToGuestMemCalcEnabled",
    ),
    Group::Vm.row(
        "MultiUserEnabled",
        Kind::Switch,
        Preset::Number(0),
        Some("MultiUser"),
        "whether all users of a host share one virtual machine, rather than each having one",
    ),
    Group::Vm.row(
        "Name",
        Kind::WorkspaceName,
        Preset::FromPackage,
        None,
        "the name of the workspace and of its virtual machine; the package sets it, and nothing follows when it is changed",
    ),
    Group::Vm.row(
        "NetworkingMode",
        Kind::Choice(&["NAT", "Bridged"]),
        Preset::Text("NAT"),
        Some("Net"),
        "whether the guest shares the host's network address (NAT) or has one of its own (Bridged)",
    ),
    Group::Vm.row(
        "TaskTimeout",
        seconds(ANY),
        Preset::Number(600),
        Some("TaskTime"),
        "how long a task of the virtual machine, such as a restart, may take",
    ),
];
