//! Tables in the documents, between `<!-- NAME -->` and `<!-- end of NAME -->`.

use std::fmt::Write;

use medv_host::event::EventId;
use medv_host::fts::Stage;

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
        let _ = writeln!(table, "| `{}` | {} | {} |", stage.name(), stage.meaning(), limit(stage));
    }
    table
}

/// What ends a stage that does not end of itself.
fn limit(stage: Stage) -> &'static str {
    match stage {
        Stage::Idle | Stage::Credentials | Stage::Ready | Stage::GivenUp => "",
        Stage::Asking | Stage::AskingRetry => "`UserExperience\\DialogTimeout`",
        Stage::Postponed => {
            "an hour, then the user is asked again; `Fts\\MaxPostponeTime`, `Fts\\PostponeUtcDateTimeLimit`"
        }
        Stage::Creating | Stage::Personalising | Stage::Configuring => "`VM\\TaskTimeout`",
        Stage::MiniSetup | Stage::Commands | Stage::Completing => {
            "together `Fts\\NonInteractiveTimeout`, and `Fts\\NonInteractiveRetryTimeoutInc` more with each retry; no limit if attended"
        }
        Stage::Restarting => "`Fts\\ExplorerTimeout` and `Fts\\DetachVfdTimeout`",
        Stage::LoggingOn => "`VM\\TaskTimeout`; no limit while the user is asked for another password",
        Stage::Cancelling => "`Fts\\TaskCancelTimeout`",
        Stage::TurningOff => "`Fts\\TaskVMTurnOffTimeout`",
        Stage::Deleting => "`Fts\\DeleteVMStateTimeout`",
    }
}

pub(crate) fn events() -> String {
    let mut table = "| event | level | meaning |\n| ---: | --- | --- |\n".to_owned();
    for id in EventId::ALL {
        let _ = writeln!(table, "| {} | {} | {} |", id.number(), id.level().name(), id.meaning());
    }
    table
}
