//! A TOML file with settings: a table for each group, a key for each setting, whatever the case of their letters.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, Value as Toml};

use crate::catalogue::find;
use crate::check::{Check, Mismatch, check_number};
use crate::error::{Error, ErrorKind, Result};
use crate::kind::Kind;
use crate::setting::{Group, Setting};
use crate::value::Value;

/// The largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// What a file says. A file that is not there says nothing.
#[derive(Debug)]
pub(crate) struct TomlFile {
    path: PathBuf,
    text: String,
    values: Vec<(&'static Setting, Value)>,
    warnings: Vec<String>,
}

impl TomlFile {
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        let text = read(&path).map_err(|error| error.in_file(&path))?;
        let mut file = Self { path, text, values: Vec::new(), warnings: Vec::new() };
        file.interpret().map_err(|error| error.in_file(&file.path))?;
        Ok(file)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn values(&self) -> &[(&'static Setting, Value)] {
        &self.values
    }

    pub(crate) fn get(&self, setting: &Setting) -> Option<&Value> {
        self.values.iter().find(|(own, _)| *own == setting).map(|(_, value)| value)
    }

    /// Writes the file with a setting set to `value`, or taken out. Comments and whatever else is in it stay.
    pub(crate) fn change(&mut self, setting: &'static Setting, value: Option<&Value>) -> Result<()> {
        // Somebody else may have written it since.
        let path = std::mem::take(&mut self.path);
        *self = Self::load(path)?;
        let mut document: DocumentMut = self.text.parse().map_err(|error| self.broken(&error))?;
        match value {
            Some(value) => insert(&mut document, setting, to_toml(setting, value)),
            None => remove(&mut document, setting),
        }
        write(&self.path, &document.to_string()).map_err(|error| error.in_file(&self.path))?;
        let path = std::mem::take(&mut self.path);
        *self = Self::load(path)?;
        Ok(())
    }

    fn interpret(&mut self) -> Result<()> {
        let text = self.text.clone();
        let document = Document::parse(text.as_str()).map_err(|error| self.broken(&error))?;
        let tables = document.as_table();
        for (name, item) in tables {
            let place = self.place_of(tables, name);
            let Some(group) = Group::named(name) else {
                let names: Vec<_> = Group::ALL.map(Group::name).into();
                let known = names.join(", ");
                self.warn(place, &format!("there is no table `{name}`; the tables are {known}"));
                continue;
            };
            let table = item.as_table_like().ok_or_else(|| {
                place.on(Error::damaged(format!(
                    "`{name}`: found {}, expected a table, [{name}]",
                    item.type_name()
                )))
            })?;
            self.interpret_group(group, table)?;
        }
        Ok(())
    }

    fn interpret_group(&mut self, group: Group, table: &dyn TableLike) -> Result<()> {
        for (name, item) in table.iter() {
            let place = self.place_of(table, name);
            let setting = match find(&format!("{}\\{name}", group.name())) {
                Ok(setting) => setting,
                Err(unknown) => {
                    self.warn(place, &format!("{unknown}; {}", unknown.advice()));
                    continue;
                }
            };
            if self.get(setting).is_some() {
                return Err(place.on(Error::damaged(format!("{setting} is set twice")).advice("keep one")));
            }
            let value = match from_toml(setting, item) {
                Ok(Check::Valid(value)) => value,
                Ok(Check::Clamped { value, mismatch }) => {
                    self.warn(place, &mismatch.to_string());
                    value
                }
                Ok(Check::Refused(mismatch)) | Err(mismatch) => {
                    return Err(place.on(Error::damaged(mismatch.to_string())));
                }
            };
            self.values.push((setting, value));
        }
        Ok(())
    }

    fn place_of(&self, table: &dyn TableLike, key: &str) -> Place {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        Place::of(&self.text, span.map_or(0, |span| span.start))
    }

    fn warn(&mut self, place: Place, what: &str) {
        self.warnings.push(format!("{}:{}:{}: {what}", self.path.display(), place.line, place.column));
    }

    fn broken(&self, error: &toml_edit::TomlError) -> Error {
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let place = Place::of(&self.text, error.span().map_or(0, |span| span.start));
        let error = Error::damaged(format!("not TOML: {message}"));
        place.on(error).in_file(&self.path).advice("mend this line; nothing of the file is used until then")
    }
}

/// A character of a text, counted from 1.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let column = before.get(line_start..).map_or(0, |line| line.chars().count());
        Self { line: before.matches('\n').count().saturating_add(1), column: column.saturating_add(1) }
    }

    fn on(self, error: Error) -> Error {
        error.in_line(self.line).at_column(self.column)
    }
}

/// Only types are looked at, and numbers that no value can hold. The rest is for who asks.
fn from_toml(setting: &'static Setting, item: &Item) -> Result<Check, Mismatch> {
    let wrong = || Mismatch::new(setting, format!("a value of type {}", item.type_name()));
    let toml = item.as_value().ok_or_else(wrong)?;
    let value = match (setting.kind, toml) {
        (Kind::Switch, Toml::Boolean(switch)) => Value::Number(u32::from(*switch.value())),
        (Kind::Switch | Kind::Level(_) | Kind::Number { .. }, Toml::Integer(number)) => {
            match u32::try_from(*number.value()) {
                Ok(number) => Value::Number(number),
                Err(_) => {
                    let number = *number.value();
                    return Ok(check_number(setting, i128::from(number), &number.to_string()));
                }
            }
        }
        (Kind::Level(_), Toml::String(name)) => {
            return Ok(crate::typed::parse(setting, &[name.value()]));
        }
        (Kind::Switch | Kind::Level(_) | Kind::Number { .. }, _) => return Err(wrong()),
        (kind, Toml::Array(array)) if kind.is_list() => {
            let part = |toml: &Toml| match (kind, toml) {
                (_, Toml::String(text)) => Some(text.value().clone()),
                (Kind::Numbers { .. }, Toml::Integer(number)) => Some(number.value().to_string()),
                _ => None,
            };
            Value::Lines(array.iter().map(part).collect::<Option<_>>().ok_or_else(wrong)?)
        }
        (kind, Toml::String(text)) if kind.is_list() => Value::Lines(vec![text.value().clone()]),
        (_, Toml::String(text)) => Value::Text(text.value().clone()),
        _ => return Err(wrong()),
    };
    Ok(Check::Valid(value))
}

fn to_toml(setting: &Setting, value: &Value) -> Toml {
    match (setting.kind, value) {
        (Kind::Switch, Value::Number(number @ (0 | 1))) => Toml::from(*number == 1),
        (_, Value::Number(number)) => Toml::from(i64::from(*number)),
        (_, Value::Text(text)) => Toml::from(text.as_str()),
        (Kind::Numbers { .. }, Value::Lines(lines)) => {
            let number = |line: &String| match line.parse::<i64>() {
                Ok(number) => Toml::from(number),
                Err(_) => Toml::from(line.as_str()),
            };
            Toml::Array(lines.iter().map(number).collect())
        }
        (_, Value::Lines(lines)) => {
            let mut array: Array = lines.iter().map(String::as_str).collect();
            if lines.len() > 1 {
                array.iter_mut().for_each(|part| part.decor_mut().set_prefix("\n    "));
                array.set_trailing_comma(true);
                array.set_trailing("\n");
            }
            Toml::Array(array)
        }
    }
}

fn insert(document: &mut DocumentMut, setting: &Setting, mut value: Toml) {
    let tables = document.as_table_mut();
    let group = key_like(tables, setting.group.name());
    let table = tables.entry(&group).or_insert_with(|| Item::Table(Table::new()));
    let Some(table) = table.as_table_like_mut() else { return };
    let key = key_like(table, setting.name);
    if let Some(old) = table.get_mut(&key) {
        // The comment behind a value stays.
        if let Some(old) = old.as_value() {
            *value.decor_mut() = old.decor().clone();
        }
        *old = Item::Value(value);
    } else {
        table.insert(&key, Item::Value(value));
    }
}

fn remove(document: &mut DocumentMut, setting: &Setting) {
    let group = key_like(document.as_table(), setting.group.name());
    if let Some(table) = document.as_table_mut().get_mut(&group).and_then(Item::as_table_like_mut) {
        let key = key_like(table, setting.name);
        table.remove(&key);
    }
    // A table that nothing is left of goes, unless somebody has written something above it.
    let is_bare = |table: &toml_edit::Table| {
        let above = table.decor().prefix().and_then(|prefix| prefix.as_str());
        table.is_empty() && !above.is_some_and(|above| above.contains('#'))
    };
    if document.as_table().get(&group).and_then(Item::as_table).is_some_and(is_bare) {
        document.as_table_mut().remove(&group);
    }
}

/// The key as the file spells it; if it has none, as we do.
fn key_like(table: &dyn TableLike, name: &str) -> String {
    let own = table.iter().map(|(key, _)| key).find(|key| key.eq_ignore_ascii_case(name));
    own.unwrap_or(name).to_owned()
}

/// The file's text; an empty one if there is no file.
fn read(path: &Path) -> Result<String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(Error::io("cannot open", error)),
    };
    let mut bytes = Vec::new();
    let most = MAX_BYTES.saturating_add(1);
    let read = file.take(most).read_to_end(&mut bytes).map_err(|error| Error::io("cannot read", error))?;
    if u64::try_from(read).is_ok_and(|read| read > MAX_BYTES) {
        let message = format!("too large for settings: found more than {MAX_BYTES} bytes");
        return Err(Error::new(ErrorKind::Limit, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let before = String::from_utf8_lossy(bytes.get(..good).unwrap_or(&bytes)).into_owned();
        let error = Error::damaged("found a byte that is not UTF-8, expected UTF-8");
        Place::of(&before, before.len()).on(error).advice("save the file as UTF-8")
    })
}

/// Puts the file in place when all of it is on disk; who reads meanwhile finds the old one.
fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |error: io::Error| Error::io("cannot write", error);
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".settings-");
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644))
    };
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}
