//! From the text of `workspace.toml` to what it says, with every problem on the way.

use std::ops::Range;
use std::path::{Path, PathBuf};

use medv_settings::{
    Check, Kind, RegFile, Setting, Value, check, find, find_in_registry, is_workspace_name, parse,
    redirect_list,
};
use toml_edit::{Document, Item, TableLike};

use super::keys::{KEYS, Key, Reads};
use super::{Files, Made, Problem};
use crate::msi::ProductVersion;

/// Longest list of addresses that is imported, in bytes.
const MOST_IMPORTED: u64 = 4 << 20;

/// What was read so far.
pub(super) struct Draft {
    pub(super) name: Option<String>,
    pub(super) version: ProductVersion,
    pub(super) image: Option<(PathBuf, Option<usize>)>,
    pub(super) level: i32,
    pub(super) trim: bool,
    pub(super) made: Vec<MadeIn>,
    pub(super) problems: Vec<Problem>,
}

/// A setting that was made, and where.
pub(super) struct MadeIn {
    pub(super) made: Made,
    pub(super) line: Option<usize>,
}

impl Draft {
    /// What a setting was set to, and where.
    pub(super) fn get(&self, setting: &str) -> Option<&MadeIn> {
        let wanted = find(setting).ok()?;
        self.made.iter().find(|made| made.made.setting == wanted)
    }

    pub(super) fn is_on(&self, setting: &str) -> bool {
        self.get(setting).is_some_and(|made| made.made.value == Value::Number(1))
    }
}

/// What a workspace is that says nothing else.
fn first_version() -> ProductVersion {
    ProductVersion::new(1, 0, 0)
}

pub(super) fn read(text: &str, folder: &Path, files: &dyn Files) -> Draft {
    let mut reader = Reader {
        text,
        folder,
        files,
        draft: Draft {
            name: None,
            version: first_version(),
            image: None,
            level: 3,
            trim: false,
            made: Vec::new(),
            problems: Vec::new(),
        },
        redirected: None,
    };
    match Document::parse(text) {
        Ok(document) => reader.top(document.as_table()),
        Err(error) => {
            let line = error.span().map(|span| reader.line_of(&span));
            let message = format!("this is not TOML: {}", error.message().lines().next().unwrap_or_default());
            reader.draft.problems.push(Problem::error(
                line,
                message,
                "correct the line; see docs/packaging.md",
            ));
        }
    }
    reader.draft
}

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    files: &'a dyn Files,
    draft: Draft,
    /// Addresses to redirect, typed and imported, and where the first of them stand.
    redirected: Option<(Vec<String>, Option<usize>)>,
}

impl Reader<'_> {
    fn top(&mut self, top: &toml_edit::Table) {
        self.table("", top);
        if let (Some((addresses, line)), Ok(setting)) =
            (self.redirected.take(), find(r"UserExperience\RedirectUrls"))
        {
            self.made(setting, Check::Valid(Value::Lines(addresses)), line);
        }
        for (needed, example) in [("name", "name = \"Office XP\""), ("image", "image = \"office.vhd\"")] {
            if !top.contains_key(needed) {
                self.error(None, format!("`{needed}` is missing"), format!("add a line such as `{example}`"));
            }
        }
    }

    fn table(&mut self, name: &str, table: &dyn TableLike) {
        for (key, item) in table.iter() {
            let line = self.line(table, key, item);
            let known = KEYS.iter().find(|known| known.table == name && known.name == key);
            let is_table =
                name.is_empty() && (key == "settings" || KEYS.iter().any(|known| known.table == key));
            match (known, item.as_table_like()) {
                (_, Some(inner)) if name.is_empty() && key == "settings" => self.settings(inner),
                (_, Some(inner)) if is_table => self.table(key, inner),
                (None, _) if is_table => {
                    self.error(
                        line,
                        format!("`{key}` is not a table"),
                        format!("write [{key}] above its keys"),
                    );
                }
                (Some(known), _) => self.key(known, item, line),
                (None, _) => {
                    let is_table = name.is_empty() && (item.is_table() || item.is_array_of_tables());
                    self.unknown(name, key, is_table, line);
                }
            }
        }
    }

    fn unknown(&mut self, table: &str, key: &str, is_table: bool, line: Option<usize>) {
        let whole = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
        if is_table {
            let nearness = |known: &&str| strsim::jaro_winkler(known, key);
            let tables = KEYS.iter().map(|known| known.table).chain(["settings"]);
            let nearest = tables.max_by(|a, b| nearness(a).total_cmp(&nearness(b)));
            let advice = match nearest.filter(|known| nearness(known) > 0.8) {
                Some(known) => format!("did you mean [{known}]?"),
                None => "see docs/packaging.md for all tables".to_owned(),
            };
            return self.error(line, format!("`{whole}` is not a table of workspace.toml"), advice);
        }
        let written = |known: &Key| match known.table {
            "" => known.name.to_owned(),
            table => format!("{table}.{}", known.name),
        };
        // In the wrong table there may be more than one that is meant.
        let elsewhere: Vec<String> = KEYS
            .iter()
            .filter(|known| known.name == key)
            .map(|known| format!("`{}`", written(known)))
            .collect();
        let nearness = |known: &Key| {
            let own = strsim::jaro_winkler(&written(known), &whole);
            own.max(strsim::jaro_winkler(known.name, key) * 0.95)
        };
        let nearest = KEYS.iter().max_by(|a, b| nearness(a).total_cmp(&nearness(b)));
        let advice = match (nearest.filter(|known| nearness(known) > 0.8), find(key)) {
            _ if !elsewhere.is_empty() => format!("did you mean {}?", elsewhere.join(" or ")),
            (_, Ok(setting)) => format!("`{setting}` is a setting: write it below [settings]"),
            (Some(known), _) => format!("did you mean `{}`?", written(known)),
            (None, _) => {
                "see docs/packaging.md for all keys, `medv settings list` for all settings".to_owned()
            }
        };
        self.error(line, format!("`{whole}` is not a key of workspace.toml"), advice);
    }

    fn key(&mut self, key: &Key, item: &Item, line: Option<usize>) {
        match key.reads {
            Reads::Package => self.package(key, item, line),
            Reads::Setting(name) => self.setting(name, item, line),
            Reads::Word(name, words) => {
                let word = item.as_str().unwrap_or_default();
                match words.iter().find(|(known, _)| *known == word) {
                    Some((_, "")) => {}
                    Some((_, typed)) => self.typed(name, typed, line),
                    None => {
                        let known: Vec<String> =
                            words.iter().map(|(known, _)| format!("\"{known}\"")).collect();
                        let message =
                            format!("`{}` is {}, not one of {}", key.name, shown(item), known.join(", "));
                        self.error(line, message, format!("write one of {}", known.join(", ")));
                    }
                }
            }
            Reads::Mask => {
                self.setting(r"Fts\ComputerNameMask", item, line);
                self.typed(r"Fts\SetComputerNameEnabled", "1", line);
            }
            Reads::Addresses => match strings(item, false) {
                Some(addresses) => {
                    let numbered: Vec<_> = addresses.into_iter().map(|address| (line, address)).collect();
                    self.addresses(&numbered, None);
                }
                None => self.error(
                    line,
                    format!("`addresses` is {}", shown(item)),
                    "write a list: addresses = [\"http://*.contoso.com\"]",
                ),
            },
            Reads::Import => {
                if let Some((path, bytes)) = self.file(key, item, line, MOST_IMPORTED) {
                    self.import(&path, &bytes, line);
                }
            }
            Reads::RegFile => {
                if let Some((path, bytes)) = self.file(key, item, line, RegFile::MAX_BYTES as u64) {
                    self.reg_file(&path, &bytes, line);
                }
            }
        }
    }

    fn package(&mut self, key: &Key, item: &Item, line: Option<usize>) {
        let wrong = match key.name {
            "name" => {
                let name = item.as_str().filter(|name| is_workspace_name(name));
                self.draft.name = name.map(str::to_owned);
                (name.is_none()).then_some(Kind::WorkspaceName.expected())
            }
            "version" => {
                let version = item.as_str().and_then(|text| text.parse().ok());
                self.draft.version = version.unwrap_or(first_version());
                (version.is_none()).then(|| "\"MAJOR.MINOR.BUILD\", up to 255, 255 and 65535".to_owned())
            }
            "image" => {
                let path = item.as_str().filter(|path| !path.is_empty());
                self.draft.image = path.map(|path| (self.folder.join(path), line));
                (path.is_none()).then(|| "the path of a disk".to_owned())
            }
            "level" => {
                let level = item.as_integer().and_then(|level| i32::try_from(level).ok());
                let level = level.filter(|level| (1..=22).contains(level));
                self.draft.level = level.unwrap_or(3);
                (level.is_none()).then(|| "a number from 1 to 22".to_owned())
            }
            _ => {
                let trim = item.as_bool();
                self.draft.trim = trim.unwrap_or(false);
                (trim.is_none()).then(|| "true or false".to_owned())
            }
        };
        if let Some(expected) = wrong {
            let message = format!("`{}` is {}", key.name, shown(item));
            self.error(line, message, format!("expected: {expected}"));
        }
    }

    /// The keys of `[settings]` are names of settings.
    fn settings(&mut self, table: &dyn TableLike) {
        for (key, item) in table.iter() {
            let line = self.line(table, key, item);
            match find(key) {
                Ok(setting) if setting.kind == Kind::WorkspaceName => {
                    let message = format!("`{key}` is the workspace's name");
                    self.error(line, message, "set `name` at the top of the file instead");
                }
                Ok(setting) => self.setting(&setting.to_string(), item, line),
                Err(unknown) => self.error(line, format!("there is no setting `{key}`"), unknown.advice()),
            }
        }
    }

    fn setting(&mut self, name: &str, item: &Item, line: Option<usize>) {
        let Ok(setting) = find(name) else { return };
        let is_number = matches!(
            setting.kind,
            Kind::Switch | Kind::Level(_) | Kind::Number { .. } | Kind::Numbers { .. }
        );
        let number = item.as_integer().filter(|_| is_number);
        let lines = strings(item, is_number).filter(|_| setting.kind.is_list());
        let checked = match (item.as_str(), number, item.as_bool(), lines) {
            (Some(text), ..) if setting.kind.is_list() => {
                let lines = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
                check(setting, &Value::Lines(lines.collect()))
            }
            (Some(text), ..) => parse(setting, &[text]),
            (_, Some(number), ..) => parse(setting, &[number.to_string()]),
            (_, _, Some(is_on), _) if setting.kind == Kind::Switch => {
                check(setting, &Value::Number(is_on.into()))
            }
            (.., Some(lines)) => check(setting, &Value::Lines(lines)),
            _ => {
                let message = format!("`{setting}` is {}", shown(item));
                return self.error(line, message, format!("expected: {}", setting.kind.expected()));
            }
        };
        self.made(setting, checked, line);
    }

    fn typed(&mut self, name: &str, typed: &str, line: Option<usize>) {
        if let Ok(setting) = find(name) {
            self.made(setting, parse(setting, &[typed]), line);
        }
    }

    fn made(&mut self, setting: &'static Setting, checked: Check, line: Option<usize>) {
        let (value, mismatch) = match checked.into_value() {
            Ok(made) => made,
            Err(mismatch) => {
                let message = format!("`{setting}` is {}", mismatch.found);
                return self.error(line, message, format!("expected: {}", mismatch.expected));
            }
        };
        if let Some(mismatch) = mismatch {
            let message = format!("`{setting}` is {}, which is out of range", mismatch.found);
            let advice = format!(
                "expected: {}; {} is used",
                mismatch.expected,
                medv_settings::display(setting, &value)
            );
            self.draft.problems.push(Problem::warning(line, message, advice));
        }
        let earlier = self.draft.made.iter().find(|made| made.made.setting == setting);
        if let Some(earlier) = earlier {
            let place = earlier.line.map_or_else(String::new, |line| format!(" in line {line}"));
            let message = format!("`{setting}` is set twice; the other is{place}");
            return self.error(line, message, "take one of them out");
        }
        self.draft.made.push(MadeIn { made: Made { setting, value }, line });
    }

    /// Adds addresses, each with its line. `file` is where the lines are, if not in `workspace.toml`.
    fn addresses(&mut self, addresses: &[(Option<usize>, String)], file: Option<(&Path, Option<usize>)>) {
        let first = file.map_or_else(|| addresses.first().and_then(|(line, _)| *line), |(_, line)| line);
        let (mut lines, first) = self.redirected.take().unwrap_or((Vec::new(), first));
        for (line, address) in addresses {
            let (place, line) = match file {
                Some((path, import)) => {
                    (format!("{}:{}: ", path.display(), line.unwrap_or_default()), import)
                }
                None => (String::new(), *line),
            };
            if let Err(error) = redirect_list::RedirectRule::parse(address) {
                self.error(line, format!("{place}`{address}` cannot be redirected"), error.to_string());
            } else if lines.contains(address) {
                let message = format!("{place}`{address}` is in the list twice");
                self.draft.problems.push(Problem::warning(line, message, "take one of them out"));
            } else {
                lines.push(address.clone());
            }
        }
        self.redirected = Some((lines, first));
    }

    /// The file that a key names, and what is in it.
    fn file(&mut self, key: &Key, item: &Item, line: Option<usize>, most: u64) -> Option<(PathBuf, Vec<u8>)> {
        let Some(name) = item.as_str() else {
            let message = format!("`{}` is {}", key.name, shown(item));
            self.error(line, message, "write the path of a file");
            return None;
        };
        let path = self.folder.join(name);
        match self.files.read(&path, most) {
            Ok(Some(bytes)) => Some((path, bytes)),
            Ok(None) => {
                let message = format!("{} is too long", path.display());
                self.error(line, message, format!("such a file has at most {most} bytes"));
                None
            }
            Err(error) => {
                let message = format!("{} cannot be read: {error}", path.display());
                self.error(line, message, "give the path from the folder of workspace.toml on");
                None
            }
        }
    }

    fn import(&mut self, path: &Path, bytes: &[u8], line: Option<usize>) {
        match redirect_list::decode(bytes) {
            Ok(text) => {
                let entries = redirect_list::entries(text);
                let numbered: Vec<_> =
                    entries.map(|(number, entry)| (Some(number), entry.to_owned())).collect();
                self.addresses(&numbered, Some((path, line)));
            }
            Err(number) => {
                let message = format!("{}:{number}: this line is not UTF-8", path.display());
                self.error(line, message, "save the file as UTF-8");
            }
        }
    }

    /// The settings of a `.reg` file. The workspace's name in it is not needed: `name` says it.
    fn reg_file(&mut self, path: &Path, bytes: &[u8], line: Option<usize>) {
        let file = match RegFile::from_bytes(bytes) {
            Ok(file) => file,
            Err(error) => {
                let advice = error.advised().unwrap_or("export the settings again").to_owned();
                return self.error(line, error.in_file(path).to_string(), advice);
            }
        };
        for entry in file.entries() {
            match find_in_registry(&entry.key, &entry.name) {
                Some(setting) if setting.kind == Kind::WorkspaceName => {}
                Some(setting) => self.made(setting, check(setting, &entry.value), line),
                None => {
                    let message =
                        format!(r"{}: `{}\{}` is not a setting", path.display(), entry.key, entry.name);
                    let advice = "it is left out of the package; install it by other means if it is needed";
                    self.draft.problems.push(Problem::warning(line, message, advice));
                }
            }
        }
    }

    fn error(&mut self, line: Option<usize>, message: impl Into<String>, advice: impl Into<String>) {
        self.draft.problems.push(Problem::error(line, message, advice));
    }

    fn line(&self, table: &dyn TableLike, key: &str, item: &Item) -> Option<usize> {
        let span = table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span())?;
        Some(self.line_of(&span))
    }

    fn line_of(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

/// A list of strings, or of numbers where these will do.
fn strings(item: &Item, or_numbers: bool) -> Option<Vec<String>> {
    let number =
        |value: &toml_edit::Value| value.as_integer().filter(|_| or_numbers).map(|number| number.to_string());
    let text = |value: &toml_edit::Value| value.as_str().map(str::to_owned).or_else(|| number(value));
    item.as_array()?.iter().map(text).collect()
}

/// What stands there, as much of it as a message needs.
fn shown(item: &Item) -> String {
    let text: String = item.to_string().trim().chars().take(60).collect();
    match item {
        Item::Table(_) | Item::ArrayOfTables(_) => "a table".to_owned(),
        _ if text.is_empty() => "nothing".to_owned(),
        _ => format!("`{text}`"),
    }
}
