//! A hypervisor that only pretends, for tests of whatever stands above one: it notes every call, fails those that it is told to
//! fail, and its machines report what a script says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use medv_codec::{Error, ErrorKind, Result};
use medv_protocol::ToGuest;

use super::{End, Hypervisor, Machine, MachineEvent, MachineSpec, Network, Report};

/// A call to the hypervisor or to its machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// [`Hypervisor::start`].
    Start(Box<MachineSpec>),
    /// [`Machine::send`].
    Send(ToGuest),
    /// [`Machine::pause`].
    Pause,
    /// [`Machine::go_on`].
    GoOn,
    /// [`Machine::press_power_button`].
    PressPowerButton,
    /// [`Machine::turn_off`].
    TurnOff,
    /// [`Machine::save`].
    Save(PathBuf),
    /// [`Machine::screenshot`].
    Screenshot(PathBuf),
    /// [`Machine::show`].
    Show,
    /// The machine was dropped before it had ended.
    Drop,
}

impl Call {
    /// The call's name, as in [`Pretend::fail`]: that of the function.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Send(_) => "send",
            Self::Pause => "pause",
            Self::GoOn => "go_on",
            Self::PressPowerButton => "press_power_button",
            Self::TurnOff => "turn_off",
            Self::Save(_) => "save",
            Self::Screenshot(_) => "screenshot",
            Self::Show => "show",
            Self::Drop => "drop",
        }
    }
}

/// What the machine reports when it is called so.
type Script = dyn Fn(&Call) -> Vec<MachineEvent> + Send + Sync;

/// A hypervisor that only pretends. Its clones are the same one: a test keeps one and gives another away.
#[derive(Clone)]
pub struct Pretend {
    script: Arc<Script>,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Default)]
struct Stage {
    calls: Vec<Call>,
    failing: BTreeSet<&'static str>,
    /// The machine that runs, by its number.
    running: Option<(usize, Arc<Report>)>,
    machines: usize,
}

impl Pretend {
    /// Its machines report what `script` says to each call. [`Pretend::obedient`] is a good start.
    pub fn new(script: impl Fn(&Call) -> Vec<MachineEvent> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), stage: Arc::default() }
    }

    /// What a machine in good order reports of itself: it runs, obeys the power button, and can be saved. Its guest says
    /// nothing.
    pub fn obedient(call: &Call) -> Vec<MachineEvent> {
        match call {
            Call::Start(_) | Call::GoOn => vec![MachineEvent::Running],
            Call::PressPowerButton | Call::Send(ToGuest::ShutDown) => vec![MachineEvent::Ended(End::Off)],
            Call::Send(ToGuest::Restart) => vec![MachineEvent::Ended(End::Restart)],
            Call::TurnOff | Call::Drop => vec![MachineEvent::Ended(End::TurnedOff)],
            Call::Save(_) => vec![MachineEvent::Ended(End::Saved)],
            Call::Send(_) | Call::Pause | Call::Screenshot(_) | Call::Show => Vec::new(),
        }
    }

    /// Calls of this name fail from now on.
    pub fn fail(&self, name: &'static str) {
        self.stage().failing.insert(name);
    }

    /// Calls of this name succeed again.
    pub fn mend(&self, name: &str) {
        self.stage().failing.remove(name);
    }

    /// All calls so far, those that failed among them.
    pub fn calls(&self) -> Vec<Call> {
        self.stage().calls.clone()
    }

    /// Has the running machine report something of itself. Nothing happens if none runs.
    pub fn report(&self, event: MachineEvent) {
        let running = match (&event, self.stage()) {
            (MachineEvent::Ended(_), mut stage) => stage.running.take(),
            (_, stage) => stage.running.clone(),
        };
        if let Some((_, report)) = running {
            report(event);
        }
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call, and whether it fails.
    fn note(&self, call: &Call) -> Result<()> {
        let mut stage = self.stage();
        stage.calls.push(call.clone());
        if !stage.failing.contains(call.name()) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Io, format!("{} was told to fail", call.name())))
    }
}

impl Hypervisor for Pretend {
    fn describe(&self) -> String {
        "pretended machines".into()
    }

    fn start(&self, spec: &MachineSpec, report: Report) -> Result<Box<dyn Machine>> {
        let call = Call::Start(Box::new(spec.clone()));
        self.note(&call)?;
        let number = {
            let mut stage = self.stage();
            stage.machines += 1;
            let number = stage.machines;
            stage.running = Some((number, Arc::new(report)));
            number
        };
        let machine = PretendMachine { hypervisor: self.clone(), number, network: spec.network };
        machine.play(&call);
        Ok(Box::new(machine))
    }
}

struct PretendMachine {
    hypervisor: Pretend,
    number: usize,
    network: Network,
}

impl PretendMachine {
    fn call(&self, call: &Call) -> Result<()> {
        self.hypervisor.note(call)?;
        if !self.runs() {
            return Err(Error::new(ErrorKind::Io, "the machine has ended"));
        }
        self.play(call);
        Ok(())
    }

    fn play(&self, call: &Call) {
        for event in (self.hypervisor.script)(call) {
            self.hypervisor.report(event);
        }
    }

    fn runs(&self) -> bool {
        self.hypervisor.stage().running.as_ref().is_some_and(|(number, _)| *number == self.number)
    }
}

impl Machine for PretendMachine {
    fn network(&self) -> Network {
        self.network
    }

    fn send(&self, message: &ToGuest) -> Result<()> {
        self.call(&Call::Send(message.clone()))
    }

    fn send_all(&self, mut messages: Box<dyn Iterator<Item = ToGuest> + Send>) -> Result<()> {
        messages.try_for_each(|message| self.send(&message))
    }

    fn pause(&self) -> Result<()> {
        self.call(&Call::Pause)
    }

    fn go_on(&self) -> Result<()> {
        self.call(&Call::GoOn)
    }

    fn press_power_button(&self) -> Result<()> {
        self.call(&Call::PressPowerButton)
    }

    fn turn_off(&self) -> Result<()> {
        self.call(&Call::TurnOff)
    }

    fn save(&self, to: &Path) -> Result<()> {
        self.call(&Call::Save(to.to_owned()))
    }

    fn screenshot(&self, to: &Path) -> Result<()> {
        self.call(&Call::Screenshot(to.to_owned()))
    }

    fn show(&self) -> Result<()> {
        self.call(&Call::Show)
    }
}

impl Drop for PretendMachine {
    fn drop(&mut self) {
        if self.runs() {
            // A machine that is dropped goes, whatever the script says.
            _ = self.hypervisor.note(&Call::Drop);
            self.play(&Call::Drop);
            if self.runs() {
                self.hypervisor.report(MachineEvent::Ended(End::TurnedOff));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::hypervisor::{Guest, Network, Sharing};

    fn spec() -> MachineSpec {
        MachineSpec {
            name: "work".into(),
            layer: "work.qcow2".into(),
            guest: Guest::Linux,
            memory_mib: 256,
            network: Network::Nat,
            sharing: Sharing { audio: true, clipboard: true, printers: true },
            medium: None,
            visible: false,
            saved: None,
            folder: "work".into(),
        }
    }

    fn start(pretend: &Pretend) -> (Result<Box<dyn Machine>>, Receiver<MachineEvent>) {
        let (sender, events) = channel();
        let report = Box::new(move |event| sender.send(event).unwrap_or_default());
        (pretend.start(&spec(), report), events)
    }

    #[test]
    fn calls_are_noted_and_the_script_answers_them() {
        let pretend = Pretend::new(Pretend::obedient);
        let (machine, events) = start(&pretend);
        machine.unwrap().press_power_button().unwrap();
        assert_eq!(pretend.calls(), [Call::Start(Box::new(spec())), Call::PressPowerButton]);
        let events: Vec<MachineEvent> = events.iter().collect();
        assert_eq!(events, [MachineEvent::Running, MachineEvent::Ended(End::Off)]);
    }

    #[test]
    fn what_is_told_to_fail_fails_until_it_is_mended() {
        let pretend = Pretend::new(Pretend::obedient);
        pretend.fail("start");
        assert!(start(&pretend).0.is_err());
        pretend.mend("start");
        assert!(start(&pretend).0.is_ok());
    }

    #[test]
    fn a_machine_that_has_ended_refuses_and_reports_nothing_more() {
        let pretend = Pretend::new(Pretend::obedient);
        let (machine, events) = start(&pretend);
        let machine = machine.unwrap();
        pretend.report(MachineEvent::Ended(End::Died("killed".into())));
        assert!(machine.pause().is_err());
        pretend.report(MachineEvent::Panicked);
        drop(machine);
        let events: Vec<MachineEvent> = events.iter().collect();
        assert_eq!(events, [MachineEvent::Running, MachineEvent::Ended(End::Died("killed".into()))]);
    }

    #[test]
    fn a_machine_that_is_dropped_is_turned_off() {
        let pretend = Pretend::new(|_| Vec::new());
        let (machine, events) = start(&pretend);
        drop(machine);
        assert_eq!(events.recv(), Ok(MachineEvent::Ended(End::TurnedOff)));
    }
}
