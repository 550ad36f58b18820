//! `medv workspace check`

use std::fmt::Write as _;

use medv_codec::Result;
use medv_packager::sealed::Sealed;
use medv_settings::Value;
use medv_settings::computer_name::Mask;
use serde::Serialize;

use super::{Looked, ProblemDetail, look, names, tell};
use crate::args::Check;
use crate::exit::Exit;
use crate::report::{Outcome, Table};

#[derive(Serialize)]
struct Document {
    definition: String,
    name: Option<String>,
    version: Option<String>,
    image: Option<String>,
    sealed: Option<&'static str>,
    computer_names: Vec<String>,
    problems: Vec<ProblemDetail>,
}

pub(super) fn run(args: &Check) -> Result<Outcome> {
    let looked = look(&args.definition, args.sealing)?;
    let computer_names = computer_names(&looked);
    let definition = looked.definition.as_ref();
    let document = Document {
        definition: args.definition.display().to_string(),
        name: definition.map(|definition| definition.name.clone()),
        version: definition.map(|definition| definition.version.to_string()),
        image: definition.map(|definition| definition.image.display().to_string()),
        sealed: looked.sealed.as_ref().map(|sealed| match sealed {
            Sealed::Yes { .. } => "yes",
            Sealed::No { .. } => "no",
            Sealed::Unknown { .. } => "unknown",
        }),
        computer_names: computer_names.clone(),
        problems: looked.problems.iter().map(ProblemDetail::new).collect(),
    };
    let mut text = String::new();
    for problem in &looked.problems {
        text.push_str(&tell(&args.definition, problem));
        text.push('\n');
    }
    if let Some(definition) = definition {
        let mut table = Table::default();
        table.row("name", &definition.name).row("version", definition.version.to_string());
        table.row("disk", definition.image.display().to_string());
        if let Some(Sealed::Yes { evidence, .. }) = &looked.sealed {
            table.row("sealed", format!("yes: {evidence}"));
        }
        if !computer_names.is_empty() {
            table.row("names such as", computer_names.join(", "));
        }
        for made in &definition.settings {
            table.row(&made.setting.to_string(), medv_settings::display(made.setting, &made.value));
        }
        let _ = write!(text, "{}\n{}", args.definition.display(), table.to_text());
    }
    let exit = if looked.has_errors() { Exit::Damaged } else { Exit::Done };
    Ok(Outcome::report(exit, text, &document))
}

/// What guests would be called here, if MED-V names them.
fn computer_names(looked: &Looked) -> Vec<String> {
    let settings = looked.definition.iter().flat_map(|definition| &definition.settings);
    let mask =
        settings.filter(|made| made.setting.name == "ComputerNameMask").find_map(|made| match &made.value {
            Value::Text(mask) => Mask::parse(mask).ok(),
            _ => None,
        });
    mask.and_then(|mask| names::preview(&mask).ok()).unwrap_or_default()
}
