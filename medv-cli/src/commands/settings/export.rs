//! `medv settings export`

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use medv_codec::{Error, ErrorKind, Result};
use medv_settings::{Preset, RegFile, RegistryEntry, Setting, Value, catalogue};
use serde::Serialize;

use super::detail::ValueDetail;
use super::{find, parse, with_unit};
use crate::args::{Export, Output};
use crate::commands::{is_standard, no_json};
use crate::exit::Exit;
use crate::messages::Messages;
use crate::report::{Outcome, Table};
use medv_packager::engine_error;

#[derive(Serialize)]
struct Document {
    output: String,
    settings: Vec<ExportedDetail>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct ExportedDetail {
    name: String,
    value: ValueDetail,
}

pub(super) fn run(args: &Export, output: &Output, messages: &Messages) -> Result<Outcome> {
    let mut warnings = Vec::new();
    let settings = exported(args, &mut warnings)?;
    for warning in &warnings {
        messages.warning(warning);
    }
    let entries: Vec<_> = settings.iter().map(|(setting, value)| setting.entry(value.clone())).collect();
    let name = args.output.display().to_string();
    if is_standard(&args.output) {
        no_json(output.json, "the .reg file goes to standard output")?;
        let mut out = io::stdout().lock();
        let written = out.write_all(&RegFile::of(&entries).to_bytes()).and_then(|()| out.flush());
        written.map_err(|error| Error::io("cannot write to standard output", error))?;
    } else {
        write(args, &entries).map_err(|error| error.in_file(&args.output))?;
    }
    let mut table = Table::default();
    for (setting, value) in &settings {
        table.row(&setting.to_string(), with_unit(setting, value));
    }
    let text = format!("{name}: settings written: {}\n{}", settings.len(), table.to_text());
    let detail = |(setting, value): &(&'static Setting, Value)| ExportedDetail {
        name: setting.to_string(),
        value: ValueDetail::new(setting, value),
    };
    let document = Document { output: name, settings: settings.iter().map(detail).collect(), warnings };
    let outcome = Outcome::report(Exit::Done, text, &document).quietable();
    Ok(if is_standard(&args.output) { outcome.beside_data() } else { outcome })
}

/// What was asked for, in the order of the catalogue.
fn exported(args: &Export, warnings: &mut Vec<String>) -> Result<Vec<(&'static Setting, Value)>> {
    let mut typed: Vec<(&'static Setting, Vec<String>)> = Vec::new();
    for set in &args.sets {
        let (name, value) = set.split_once('=').ok_or_else(|| {
            Error::usage(format!("--set {set}: found no =, expected NAME=VALUE"))
                .advice("for example --set VmMemory=1024")
        })?;
        let setting = find(name)?;
        match typed.iter_mut().find(|(other, _)| *other == setting) {
            Some((_, values)) => values.push(value.to_owned()),
            None => typed.push((setting, vec![value.to_owned()])),
        }
    }
    let mut settings = Vec::new();
    for setting in catalogue() {
        if let Some((_, values)) = typed.iter().find(|(other, _)| *other == setting) {
            let (value, warning) = parse(setting, values)?;
            warnings.extend(warning);
            settings.push((setting, value));
        } else if args.force_defaults && !matches!(setting.preset, Preset::FromPackage) {
            settings.push((setting, setting.default()));
        }
    }
    if settings.is_empty() {
        let advice = "say which settings with --set NAME=VALUE, or --force-defaults for all";
        return Err(Error::usage("there is nothing to write").advice(advice));
    }
    Ok(settings)
}

/// The file appears under its name when it is whole.
fn write(args: &Export, entries: &[RegistryEntry]) -> Result<()> {
    let path = &args.output;
    let failed = |error: io::Error| Error::io("cannot write", error);
    let old = if args.append { read(path)? } else { None };
    let bytes = match &old {
        Some(old) => RegFile::append(old, entries).map_err(engine_error)?,
        None => RegFile::of(entries).to_bytes(),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".medv-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666))
    };
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    if args.force || old.is_some() {
        if let Ok(old) = fs::metadata(path) {
            file.as_file().set_permissions(old.permissions()).map_err(failed)?;
        }
        file.persist(path).map_err(|error| failed(error.error))?;
        return Ok(());
    }
    file.persist_noclobber(path).map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => {
            let advice = "replace it with --force, or write behind what is in it with --append";
            Error::usage("the output exists already").advice(advice)
        }
        _ => failed(error.error),
    })
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("cannot open", error)),
    };
    let most = RegFile::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| Error::io("cannot read", error))?;
    if bytes.len() as u64 > most {
        let message = format!("too large for a .reg file: found more than {most} bytes");
        return Err(Error::new(ErrorKind::Limit, message));
    }
    Ok(Some(bytes))
}
