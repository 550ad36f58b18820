//! First time setup inside the guest: the administrator's commands, then `ftscompletion`, then the logs go to the host,
//! then the restart. Each step is remembered before it is told, so that whoever is interrupted goes on with the first
//! step that has not ended.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use medv_protocol::{Phase, SetupOutcome, SetupTask, ToHost};

use crate::completion::{self, Order};
use crate::log::{Level, Log};
use crate::outbox::Outbox;
use crate::state::{EndedCommand, State};
use crate::{Error, Places, Result, commands, logs, system};

/// Waits until the system's own setup is over: the restart at the end of ours would cut it short. One that calls `ftscompletion` waits
/// for us.
pub(crate) fn wait_for_system(places: &Places, log: &Log) {
    let is_over = || system::is_set_up() || completion::is_waiting(places);
    if !is_over() {
        log.note(Level::Information, "the system's own setup goes on: the host is spoken to when it is over");
    }
    while !is_over() {
        std::thread::sleep(Duration::from_secs(3));
    }
}

/// First time setup, as far as it is.
pub(crate) struct Setup {
    places: Places,
    outbox: Arc<Outbox>,
    log: Arc<Log>,
    state: Arc<Mutex<State>>,
    task: Mutex<SetupTask>,
    is_running: AtomicBool,
}

impl Setup {
    pub(crate) fn new(
        places: Places,
        outbox: Arc<Outbox>,
        log: Arc<Log>,
        state: Arc<Mutex<State>>,
    ) -> Arc<Self> {
        let task = Mutex::new(SetupTask::Personalise);
        Arc::new(Self { places, outbox, log, state, task, is_running: AtomicBool::new(false) })
    }

    /// Goes on with it in a thread of its own, if it does not run already. `end` is called when the guest is to restart.
    pub(crate) fn go_on(self: &Arc<Self>, order: Order, end: impl FnOnce() + Send + 'static) {
        if self.state().phase == Phase::Ready {
            return self.say(&ToHost::SetupEnded(SetupOutcome::Complete));
        }
        if self.is_running.swap(true, Ordering::SeqCst) {
            return;
        }
        let setup = Arc::clone(self);
        std::thread::spawn(move || {
            let outcome = setup.run(&order);
            match outcome {
                Ok(()) => {
                    setup.wait_for_desktop(Duration::from_secs(order.desktop_timeout));
                    setup.is_running.store(false, Ordering::SeqCst);
                    end();
                }
                Err(error) => {
                    setup.log.note(Level::Error, &format!("first time setup has failed: {error}"));
                    // They tell why, and nothing else of this guest will be kept.
                    logs::send_all(&setup.places, &setup.outbox, &setup.log, &order.log_paths);
                    let reason = error.to_string();
                    setup.is_running.store(false, Ordering::SeqCst);
                    setup.outbox.say_or_keep(ToHost::SetupEnded(SetupOutcome::Failed { reason }));
                }
            }
        });
    }

    /// Tells a host that has not heard it how far it is.
    pub(crate) fn tell(&self) {
        for ended in self.state().ended.clone() {
            self.say(&self.ended(&ended));
        }
        if self.is_running.load(Ordering::SeqCst) {
            self.say(&ToHost::SetupTask(self.task.lock().unwrap_or_else(PoisonError::into_inner).clone()));
        }
    }

    fn run(&self, order: &Order) -> Result<()> {
        self.begin(SetupTask::Personalise);
        system::accounts::ensure_user(&self.places, &order.user)?;
        self.run_commands()?;
        self.begin(SetupTask::Completion);
        order.write(&self.places)?;
        run_ftscompletion(&self.places)?;
        logs::send_all(&self.places, &self.outbox, &self.log, &order.log_paths);
        let mut state = self.state();
        state.phase = Phase::Ready;
        state.save(&self.places)?;
        drop(state);
        self.log.note(Level::Information, "first time setup is complete");
        self.say(&ToHost::SetupEnded(SetupOutcome::Complete));
        self.outbox.flush();
        system::power::sync(&self.places);
        Ok(())
    }

    fn run_commands(&self) -> Result<()> {
        let names = commands::list(&self.places)?;
        let of = u32::try_from(names.len()).unwrap_or(u32::MAX);
        for (name, number) in names.into_iter().zip(1..) {
            if self.state().ended.iter().any(|ended| ended.name == name) {
                continue;
            }
            self.begin(SetupTask::Command { name: name.clone(), number, of });
            self.log.note(Level::Information, &format!("{name} runs"));
            let outcome = commands::run(&self.places, &name);
            let (level, text) = match &outcome {
                Ok(Some(0)) => (Level::Information, format!("{name} has ended with 0")),
                Ok(Some(code)) => (Level::Warning, format!("{name} has ended with {code}")),
                Ok(None) => (Level::Warning, format!("{name} has ended with a signal")),
                Err(error) => (Level::Error, format!("{name} cannot be run: {error}")),
            };
            self.log.note(level, &text);
            // One that fails does not stop the others: the host knows, and decides.
            let code = outcome.ok().flatten();
            let ended = EndedCommand { name, code };
            let mut state = self.state();
            state.ended.push(ended.clone());
            state.save(&self.places)?;
            drop(state);
            self.say(&self.ended(&ended));
        }
        Ok(())
    }

    fn ended(&self, ended: &EndedCommand) -> ToHost {
        let output = commands::output(&self.places, &ended.name);
        ToHost::CommandEnded { name: ended.name.clone(), code: ended.code, output }
    }

    fn begin(&self, task: SetupTask) {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&task);
        self.say(&ToHost::SetupTask(task));
    }

    /// What is not heard is told again to the next host.
    fn say(&self, message: &ToHost) {
        let _ = self.outbox.say(message);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A desktop that is still starting is not cut short: what it sets up in its first run would be half done.
    fn wait_for_desktop(&self, timeout: Duration) {
        let begin = Instant::now();
        while system::desktop_is_coming(&self.places) && begin.elapsed() < timeout {
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

/// Runs the installed program, or waits for the one that the guest's own setup has called.
fn run_ftscompletion(places: &Places) -> Result<()> {
    let program = places.program("ftscompletion");
    let status = std::process::Command::new(&program)
        .arg("--root")
        .arg(places.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| Error::at(&program, error))?;
    match completion::result(places)? {
        Some(SetupOutcome::Complete) => Ok(()),
        Some(SetupOutcome::Failed { reason }) => Err(Error::new(reason)),
        None => Err(Error::new(format!("{} has ended without a result: {status}", program.display()))),
    }
}
