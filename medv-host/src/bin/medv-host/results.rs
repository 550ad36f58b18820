//! `medv-host results`

use std::path::Path;

use medv_codec::{Error, Result};
use medv_host::places::Places;
use medv_host::result::SetupResult;

use crate::args::Results;

pub(crate) fn run(root: Option<&Path>, options: &Results) -> Result<()> {
    let mut results = SetupResult::all(&Places::of_this_user(root)?.monitoring())?;
    results.retain(|result| !options.failed || result.status_code != 0);
    if options.json {
        let text =
            serde_json::to_string(&results).map_err(|error| Error::io("cannot write", error.into()))?;
        println!("{text}");
        return Ok(());
    }
    for line in lines(&results) {
        println!("{line}");
    }
    Ok(())
}

/// A line for each, in columns.
pub(crate) fn lines(results: &[SetupResult]) -> Vec<String> {
    let width = results.iter().map(|result| result.user.chars().count()).max().unwrap_or(0);
    let line = |result: &SetupResult| {
        let outcome = match result.status_code {
            0 => "ready".to_owned(),
            id => format!("failed, event {id}"),
        };
        format!("{:<width$}  {}  {:<15}  {outcome}", result.user, result.time, result.machine)
    };
    results.iter().map(line).collect()
}
