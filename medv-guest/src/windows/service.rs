//! How the agent begins with the guest: a task of the system's, at each start, without a time limit, and with the priority of
//! programs that users start: what the agent starts inherits it.
//!
//! The task begins again each minute. As long as it runs that does nothing; an agent that was killed is back after a minute. After
//! an upgrade the agent is no longer the task's: then an agent is started each minute that finds the other, and ends.

use std::process::{Command, Stdio};

use crate::files::{Mode, remove, write_whole};
use crate::{Error, Places, Result};

const TASK: &str = "MEDV Guest Agent";

/// Lets the agent begin with each boot.
pub(crate) fn register(places: &Places) -> Result<()> {
    let program = places.program("medv-guest");
    let task = format!(
        r#"<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <BootTrigger/>
    <TimeTrigger>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
      <Repetition><Interval>PT1M</Interval></Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals><Principal id="System"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="System"><Exec><Command>{}</Command><Arguments>run</Arguments></Exec></Actions>
</Task>
"#,
        program.display().to_string().replace('&', "&amp;").replace('<', "&lt;")
    );
    let file = places.state().join("task.xml");
    write_whole(&file, task.as_bytes(), Mode::Private)?;
    let outcome = schtasks(places, &["/create", "/f", "/tn", TASK, "/xml", &file.to_string_lossy()]);
    remove(&file)?;
    outcome
}

/// Starts it now.
pub(crate) fn start(places: &Places) -> Result<()> {
    schtasks(places, &["/run", "/tn", TASK])
}

fn schtasks(places: &Places, arguments: &[&str]) -> Result<()> {
    if !places.is_real() {
        return Ok(());
    }
    let failed =
        |what: &dyn std::fmt::Display| Error::new(format!("schtasks.exe {}: {what}", arguments.join(" ")));
    let mut tasks = Command::new("schtasks.exe");
    let output = tasks.args(arguments).stdin(Stdio::null()).output().map_err(|error| failed(&error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(&format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())))
}
