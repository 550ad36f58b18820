//! What runs machines: a trait, so that there is room for others than QEMU, and for one that only pretends.

mod absent;
pub mod pretend;
pub mod qemu;

pub use absent::or_absent;

use std::path::{Path, PathBuf};

use medv_codec::Result;
use medv_protocol::{BadLine, ToGuest, ToHost};

/// Runs machines.
pub trait Hypervisor: Send + Sync {
    /// What it is, and how it runs machines: `QEMU 10.0.2, software emulation`.
    fn describe(&self) -> String;

    /// Starts a machine, or wakes up a saved one. `report` is called from threads of the machine, until `Ended`.
    ///
    /// # Errors
    /// If it cannot be started; nothing is left behind then.
    fn start(&self, spec: &MachineSpec, report: Report) -> Result<Box<dyn Machine>>;
}

/// Takes what a machine reports. It must not block, and must not call the machine: it is called from the thread that would hear
/// the answer.
pub type Report = Box<dyn Fn(MachineEvent) + Send + Sync>;

/// A machine that was started. None of its calls waits for the guest; what comes of them is reported. Dropping it turns
/// it off.
pub trait Machine: Send {
    /// Sends the guest agent a message. What is sent while the agent is not there waits for it, up to a bound.
    ///
    /// # Errors
    /// If the message is too long, or too many wait.
    fn send(&self, message: &ToGuest) -> Result<()>;

    /// Sends the guest agent messages, each when the ones before it have been read: together they are one of those that wait. One
    /// that is too long ends them.
    ///
    /// # Errors
    /// If too many wait.
    fn send_all(&self, messages: Box<dyn Iterator<Item = ToGuest> + Send>) -> Result<()>;

    /// How it is connected: one that was saved, as it was then.
    fn network(&self) -> Network;

    /// Stops the processors.
    ///
    /// # Errors
    /// If the hypervisor refuses.
    fn pause(&self) -> Result<()>;

    /// Goes on after a pause.
    ///
    /// # Errors
    /// If the hypervisor refuses.
    fn go_on(&self) -> Result<()>;

    /// Presses the power button. [`End::Off`] follows if the guest obeys.
    ///
    /// # Errors
    /// If the hypervisor refuses.
    fn press_power_button(&self) -> Result<()>;

    /// Takes the power away. [`End::TurnedOff`] follows.
    ///
    /// # Errors
    /// If that could not be done.
    fn turn_off(&self) -> Result<()>;

    /// Writes memory and devices to a file, and ends. [`End::Saved`] or [`MachineEvent::NotSaved`] follows.
    ///
    /// # Errors
    /// If the hypervisor refuses.
    fn save(&self, to: &Path) -> Result<()>;

    /// Writes what is on the screen to a PNG file.
    ///
    /// # Errors
    /// If the hypervisor refuses, or the file cannot be written.
    fn screenshot(&self, to: &Path) -> Result<()>;

    /// Opens a window with the machine's screen.
    ///
    /// # Errors
    /// If there is no program for it.
    fn show(&self) -> Result<()>;
}

/// What a machine is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSpec {
    /// The workspace's name.
    pub name: String,
    /// Its disk: the user's layer over the master.
    pub layer: PathBuf,
    /// What its devices must suit.
    pub guest: Guest,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// How it is connected.
    pub network: Network,
    /// What the host's user shares with the guest.
    pub sharing: Sharing,
    /// The medium with answers for the first boots.
    pub medium: Option<Medium>,
    /// Whether its window is shown from the start.
    pub visible: bool,
    /// The saved state to go on from, a file that `save` wrote.
    pub saved: Option<PathBuf>,
    /// A folder of the user's alone, for sockets and the machine's logs.
    pub folder: PathBuf,
}

/// The system in a machine: it has drivers for some devices only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// Linux, with virtio devices.
    Linux,
    /// Windows Vista or later.
    Windows,
    /// Windows XP.
    WindowsXp,
}

/// How a machine is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// It shares the host's address.
    Nat,
    /// It has addresses of its own, one adapter for each of the host's.
    Bridged,
}

/// What is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Loudspeakers and microphone.
    pub audio: bool,
    /// The clipboard.
    pub clipboard: bool,
    /// Printers.
    pub printers: bool,
}

/// A read-only medium with answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    /// The image of it.
    pub image: PathBuf,
    /// How the guest sees it.
    pub drive: Drive,
}

/// A drive for the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drive {
    /// A 3½-inch floppy disk: where Windows XP looks for answers.
    Floppy,
    /// A USB stick: where later versions of Windows look.
    UsbStick,
    /// A second, read-only virtio disk: where cloud-init looks.
    Disk,
}

/// What a machine reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MachineEvent {
    /// Its processors run.
    Running,
    /// The guest agent has opened its port, or closed it. This and what the agent says come by different ways: its first words
    /// may be reported before.
    AgentConnected(bool),
    /// The guest agent said this.
    Said(ToHost),
    /// The guest agent said something that is no message.
    Babbled(BadLine),
    /// The guest's system has crashed. The machine is stopped.
    Panicked,
    /// There is no room on the host for what it writes. The machine is stopped until [`Machine::go_on`].
    DiskFull,
    /// It could not be saved, and goes on. Why.
    NotSaved(String),
    /// It is gone. Nothing follows.
    Ended(End),
}

/// Why a machine is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The guest has shut down.
    Off,
    /// The guest wants to boot again. The machine ends with every restart of the guest, so that the next start can be
    /// with other devices.
    Restart,
    /// It was saved.
    Saved,
    /// [`Machine::turn_off`].
    TurnedOff,
    /// Nobody asked for it: the end of what the hypervisor printed.
    Died(String),
}
