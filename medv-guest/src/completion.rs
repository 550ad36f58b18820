//! `ftscompletion`: the last part of first time setup. It completes what the administrator's commands have begun and
//! gives the user his groups.
//!
//! It and the agent talk through files in the agent's folder. The agent writes `completion-order.json` when the
//! administrator's commands have ended; `ftscompletion` waits for it, does what it says, and leaves
//! `completion-result.json`; the agent sends that and the logs to the host, and restarts the guest. So it does not matter
//! who calls it: the guest's own setup as its last command, the agent, or both. The second one waits for the first.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use medv_protocol::SetupOutcome;
use serde::{Deserialize, Serialize};

use crate::files::{read_json, remove, write_json};
use crate::log::{Level, Log};
use crate::system::accounts::{self, Group};
use crate::{Error, Places, Result};

/// What the host wants of it; the fields are those of `run_setup`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub(crate) user: String,
    pub(crate) administrator: bool,
    pub(crate) group_tries: u32,
    /// In seconds.
    pub(crate) group_timeout: u64,
    pub(crate) log_paths: Vec<String>,
    /// In seconds.
    pub(crate) desktop_timeout: u64,
}

impl Order {
    /// Lets `ftscompletion` begin.
    pub(crate) fn write(&self, places: &Places) -> Result<()> {
        remove(&result_path(places))?;
        write_json(&order_path(places), self)
    }
}

fn order_path(places: &Places) -> PathBuf {
    places.state().join("completion-order.json")
}

fn result_path(places: &Places) -> PathBuf {
    places.state().join("completion-result.json")
}

fn lock_path(places: &Places) -> PathBuf {
    places.state().join("completion.lock")
}

/// Whether one was called, and waits for its order.
pub(crate) fn is_waiting(places: &Places) -> bool {
    let lock = File::open(lock_path(places));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// How it ended; none if it has not.
pub(crate) fn result(places: &Places) -> Result<Option<SetupOutcome>> {
    read_json(&result_path(places))
}

/// The program: waits for its order, carries it out, and leaves the result.
///
/// # Errors
/// If the user cannot be given his groups, or the agent's folder cannot be used.
pub fn run(places: &Places) -> Result<()> {
    let log = Log::open(places.logs().join("ftscompletion.log"));
    let lock = lock_path(places);
    std::fs::create_dir_all(places.state()).map_err(|error| Error::at(&places.state(), error))?;
    let lock_file = File::create(&lock).map_err(|error| Error::at(&lock, error))?;
    lock_file.lock().map_err(|error| Error::at(&lock, error))?;
    if let Some(outcome) = result(places)? {
        return as_result(outcome);
    }
    log.note(Level::Information, "waits for the administrator's commands to end");
    let order = loop {
        match read_json::<Order>(&order_path(places))? {
            Some(order) => break order,
            None => std::thread::sleep(Duration::from_millis(200)),
        }
    };
    let outcome = match give_groups(places, &order, &log) {
        Ok(()) => SetupOutcome::Complete,
        Err(error) => SetupOutcome::Failed { reason: error.to_string() },
    };
    log.note(Level::Information, &format!("{outcome:?}"));
    write_json(&result_path(places), &outcome)?;
    as_result(outcome)
}

fn as_result(outcome: SetupOutcome) -> Result<()> {
    match outcome {
        SetupOutcome::Complete => Ok(()),
        SetupOutcome::Failed { reason } => Err(Error::new(reason)),
    }
}

/// What the workspace's users are put into.
pub(crate) fn groups(administrator: bool) -> &'static [Group] {
    if administrator { &[Group::RemoteDesktop, Group::Administrators] } else { &[Group::RemoteDesktop] }
}

/// A directory service may be slow to know a user: each try lasts as long as it may.
fn give_groups(places: &Places, order: &Order, log: &Log) -> Result<()> {
    for group in groups(order.administrator) {
        let mut last = Error::new("it was never tried");
        let is_member = (1..=order.group_tries.max(1)).any(|number| {
            let begin = Instant::now();
            loop {
                match accounts::add_to_group(places, &order.user, *group) {
                    Ok(()) => return true,
                    Err(error) => last = error,
                }
                let left = Duration::from_secs(order.group_timeout).saturating_sub(begin.elapsed());
                if left.is_zero() {
                    log.note(
                        Level::Warning,
                        &format!("try {number} to add {} to {group}: {last}", order.user),
                    );
                    return false;
                }
                std::thread::sleep(left.min(Duration::from_secs(1)));
            }
        });
        if !is_member {
            return Err(Error::new(format!("{} could not be added to {group}: {last}", order.user)));
        }
        log.note(Level::Information, &format!("{} is in {group}", order.user));
    }
    Ok(())
}
