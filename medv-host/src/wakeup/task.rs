//! The plan as a task of Windows' task scheduler.

#[cfg(windows)]
pub(super) use system::schedule;

use super::Plan;

/// The task's definition. It runs as `user` (`DOMAIN\name`), while that user is logged on.
fn definition(plan: &Plan, user: &str) -> String {
    let Plan { hour, minute, minutes, .. } = plan;
    let arguments = plan.arguments().map(|argument| quoted(&argument)).join(" ");
    let (user, program, arguments) =
        (escaped(user), escaped(&plan.program.to_string_lossy()), escaped(&arguments));
    // The first day is in the past: each day has its turn. Power and network are looked at, and noted, by the program.
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Wakes up the workspace's machine for updates</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2020-01-01T{hour:02}:{minute:02}:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>false</StartWhenAvailable>
    <ExecutionTimeLimit>PT{}M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"#,
        // What it takes to start and to stop the machine comes on top.
        minutes + 60
    )
}

/// An argument as the C runtime takes command lines apart. Names of workspaces have no quotes.
fn quoted(argument: &str) -> String {
    if argument.contains(' ') { format!("\"{argument}\"") } else { argument.to_owned() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(windows)]
mod system {
    use std::env;
    use std::fs;
    use std::process::Stdio;

    use medv_codec::{Error, ErrorKind, Result};

    use super::super::Plan;
    use super::definition;
    use crate::programs;

    /// See [`super::super::schedule`].
    pub(in super::super) fn schedule(plan: Option<&Plan>) -> Result<()> {
        let user = env::var("USERNAME").unwrap_or_default();
        // Each user has a task.
        let name = format!(r"MEDV\WakeUp {user}");
        let Some(plan) = plan else {
            let is_there = run(&["/Query", "/TN", &name]).is_ok();
            return if is_there { run(&["/Delete", "/TN", &name, "/F"]) } else { Ok(()) };
        };
        let domain = env::var("USERDOMAIN").unwrap_or_default();
        let file = env::temp_dir().join("medv-wakeup.xml");
        let text = definition(plan, &format!(r"{domain}\{user}"));
        let bytes: Vec<u8> =
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        fs::write(&file, bytes).map_err(|error| Error::io("cannot write the task", error).in_file(&file))?;
        let created = run(&["/Create", "/TN", &name, "/XML", &file.to_string_lossy(), "/F"]);
        _ = fs::remove_file(file);
        created
    }

    fn run(arguments: &[&str]) -> Result<()> {
        let mut tasks = programs::command("schtasks.exe");
        let said = tasks.args(arguments).stdin(Stdio::null()).output();
        let said = said.map_err(|error| Error::io("cannot be started", error).in_file("schtasks.exe"))?;
        if said.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&said.stderr);
        let message = format!("the task scheduler refuses {}: {}", arguments[0], why.trim());
        Err(Error::new(ErrorKind::Unsupported, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_says_when_who_and_what() {
        let plan = Plan::new(r"C:\Program Files\MED-V\medv-host.exe", "R&D", "03:05", 240).unwrap().unwrap();
        let xml = definition(&plan, r"CORP\ann");
        for part in [
            "<StartBoundary>2020-01-01T03:05:00</StartBoundary>",
            r"<UserId>CORP\ann</UserId>",
            r"<Command>C:\Program Files\MED-V\medv-host.exe</Command>",
            "<Arguments>wake-up --minutes 240 --workspace R&amp;D</Arguments>",
            "<ExecutionTimeLimit>PT300M</ExecutionTimeLimit>",
        ] {
            assert!(xml.contains(part), "{part} is not in {xml}");
        }
    }

    #[test]
    fn a_name_of_two_words_is_one_argument() {
        let plan = Plan::new("medv-host.exe", "Old Office", "00:00", 1).unwrap().unwrap();
        assert!(definition(&plan, "ann").contains("--workspace &quot;Old Office&quot;</Arguments>"));
    }
}
