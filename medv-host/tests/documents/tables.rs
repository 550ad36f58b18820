//! Tables in the documents, between `<!-- NAME -->` and `<!-- end of NAME -->`. What is in them besides names and meanings is
//! held to the code.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use medv_host::event::EventId;
use medv_host::fts::{Input, Mode, Progress, Rules, Stage};
use medv_host::hypervisor::End;
use medv_host::moment::Moment;
use medv_protocol::{Phase, SetupOutcome, SetupTask};

/// The page with a table in place of the one that it has.
pub(crate) fn replaced(page: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no {begin} on the page"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end} on the page"));
    format!("{before}{begin}{table}{end}{after}")
}

pub(crate) fn stages() -> String {
    let mut table = "| stage | what happens | at most |\n| --- | --- | --- |\n".to_owned();
    for stage in Stage::ALL {
        let (limit, _) = limit(stage, &rules());
        let _ = writeln!(table, "| `{}` | {} | {limit} |", stage.name(), stage.meaning());
    }
    table
}

/// What ends a stage that does not end of itself: in words, and how long that is by these rules.
fn limit(stage: Stage, rules: &Rules) -> (&'static str, Option<Duration>) {
    match stage {
        Stage::Idle | Stage::Credentials | Stage::Ready | Stage::GivenUp => ("", None),
        Stage::Asking | Stage::AskingRetry => ("`UserExperience\\DialogTimeout`", Some(rules.dialog_timeout)),
        Stage::Postponed => (
            "an hour, then the user is asked again; `Fts\\MaxPostponeTime`, `Fts\\PostponeUtcDateTimeLimit`",
            Some(HOUR),
        ),
        Stage::Creating | Stage::Personalising | Stage::Configuring => {
            ("`VM\\TaskTimeout`", Some(rules.task_timeout))
        }
        Stage::MiniSetup | Stage::Commands | Stage::Completing => (
            "together `Fts\\NonInteractiveTimeout`, and `Fts\\NonInteractiveRetryTimeoutInc` more with each retry; \
             no limit if attended",
            Some(rules.attempt_timeout),
        ),
        Stage::Restarting => (
            "`Fts\\ExplorerTimeout` and `Fts\\DetachVfdTimeout`",
            Some(rules.desktop_timeout + rules.detach_timeout),
        ),
        Stage::LoggingOn => (
            "`VM\\TaskTimeout`; no limit while the user is asked for another password",
            Some(rules.task_timeout),
        ),
        Stage::Cancelling => ("`Fts\\TaskCancelTimeout`", Some(rules.cancel_timeout)),
        Stage::TurningOff => ("`Fts\\TaskVMTurnOffTimeout`", Some(rules.turn_off_timeout)),
        Stage::Deleting => ("`Fts\\DeleteVMStateTimeout`", Some(rules.delete_timeout)),
    }
}

const HOUR: Duration = Duration::from_secs(3600);

/// All times are different, so that one cannot be taken for another.
fn rules() -> Rules {
    let seconds = Duration::from_secs;
    Rules {
        mode: Mode::Unattended,
        dialog_timeout: seconds(1),
        max_postpone: seconds(1_000_000),
        postpone_limit: None,
        max_retries: 3,
        attempt_timeout: seconds(2),
        attempt_timeout_more: seconds(4),
        task_timeout: seconds(8),
        cancel_timeout: seconds(16),
        turn_off_timeout: seconds(32),
        delete_timeout: seconds(64),
        detach_timeout: seconds(128),
        desktop_timeout: seconds(256),
    }
}

/// What leads through all stages, from the first on.
fn through_all_stages() -> [Input; 16] {
    [
        Input::AgentStarted { invalid: None },
        Input::Later,
        Input::Yes,
        Input::PasswordKnown,
        Input::LayerCreated,
        Input::AnswersWritten,
        Input::Hello(Phase::Setup),
        Input::GuestTask(SetupTask::Completion),
        Input::GuestEnded(SetupOutcome::Complete),
        Input::MachineEnded(End::Restart),
        Input::LoggedOn,
        Input::TimeUp,
        Input::TimeUp,
        Input::MachineEnded(End::TurnedOff),
        Input::Deleted,
        Input::Later,
    ]
}

#[test]
fn each_stage_ends_when_the_page_says() {
    let (rules, now, mut progress) = (rules(), Moment(1_000_000), Progress::new());
    let mut seen = BTreeSet::new();
    let mut check = |progress: &Progress| {
        let (_, at_most) = limit(progress.stage, &rules);
        assert_eq!(progress.deadline.map(|end| now.until(end)), at_most, "{}", progress.stage);
        seen.insert(progress.stage);
    };
    check(&progress);
    for input in through_all_stages() {
        let _ = progress.step(&input, &rules, now);
        check(&progress);
        if progress.stage == Stage::Configuring {
            let mut ready = progress.clone();
            let _ = ready.step(&Input::AppsListed, &rules, now);
            check(&ready);
        }
    }
    assert_eq!(seen, BTreeSet::from(Stage::ALL));
}

pub(crate) fn events() -> String {
    let mut table = "| event | level | meaning |\n| ---: | --- | --- |\n".to_owned();
    for id in EventId::ALL {
        let _ = writeln!(table, "| {} | {} | {} |", id.number(), id.level().name(), id.meaning());
    }
    table
}
