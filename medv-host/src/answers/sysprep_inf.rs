//! `Sysprep.inf` of Windows XP, edited in place: only the values that are set change. Comments, order, case, blank lines,
//! quotes, line ends and the code page stay as the administrator has them.
//!
//! The file is taken as bytes, or as units of UTF-16 if it begins with a byte order mark. Section names, key names, and
//! what separates them are ASCII in every code page that Windows has; the second bytes of double-byte characters may
//! look like `]` or `=`, but never stand in front of a key's `=`.

use std::fmt;

use encoding_rs::Encoding;

/// A text that the file's code page has no characters for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsayable {
    /// The text.
    pub(super) text: String,
    /// The code page.
    pub(super) code_page: u16,
}

impl fmt::Display for Unsayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` cannot be written in code page {}", self.text, self.code_page)
    }
}

impl std::error::Error for Unsayable {}

/// An answer file of Mini-Setup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SysprepInf {
    units: Vec<u16>,
    form: Form,
}

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A unit is a byte.
    CodePage,
    /// A unit is two bytes, the lower one first, behind a byte order mark.
    Utf16,
}

/// Where a line is, in units: its text, and where the next one begins.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

impl SysprepInf {
    /// Takes the content of a file; any bytes will do.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        match bytes.strip_prefix(b"\xFF\xFE") {
            Some(wide) if wide.len() % 2 == 0 => {
                let units = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                Self { units, form: Form::Utf16 }
            }
            _ => Self { units: bytes.iter().map(|byte| u16::from(*byte)).collect(), form: Form::CodePage },
        }
    }

    /// The content of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self.form {
            Form::CodePage => self.units.iter().map(|unit| *unit as u8).collect(),
            Form::Utf16 => b"\xFF\xFE"
                .iter()
                .copied()
                .chain(self.units.iter().flat_map(|unit| unit.to_le_bytes()))
                .collect(),
        }
    }

    /// What a key says, without quotes, if that is ASCII.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<String> {
        let sections = self.sections(section);
        let (start, end) = sections.iter().find_map(|section| self.values(*section, key).first().copied())?;
        let text: Option<String> =
            self.units[start..end].iter().map(|unit| u8::try_from(*unit).ok().map(char::from)).collect();
        text.map(|text| text.trim().trim_matches('"').to_owned()).filter(|text| text.is_ascii())
    }

    /// Sets a key. A missing key is added at the end of its section, a missing section at the end of the file. Where a key
    /// stands more than once all of them are set, so that setup finds this answer whichever it reads.
    ///
    /// # Errors
    /// If `code_page` has no characters for `value`. The file is not changed then.
    pub(super) fn set(
        &mut self,
        section: &str,
        key: &str,
        value: &str,
        code_page: u16,
    ) -> Result<(), Unsayable> {
        let value = self
            .encode(&quoted(value), code_page)
            .ok_or_else(|| Unsayable { text: value.to_owned(), code_page })?;
        let sections = self.sections(section);
        let mut found: Vec<(usize, usize)> =
            sections.iter().flat_map(|section| self.values(*section, key)).collect();
        found.reverse();
        for (start, end) in &found {
            if self.units[*start..*end] != value[..] {
                self.units.splice(*start..*end, value.iter().copied());
            }
        }
        if found.is_empty() {
            let line_end = self.line_end();
            let mut added = ascii(key);
            added.push(u16::from(b'='));
            added.extend(value);
            match sections.first() {
                Some(section) => self.add_line(self.end_of(*section), added, &line_end),
                None => {
                    let end = self.units.len();
                    self.add_line(end, ascii(&format!("[{section}]")), &line_end);
                    let end = self.units.len();
                    self.add_line(end, added, &line_end);
                }
            }
        }
        Ok(())
    }

    /// Adds a line at `at`, which is where a line begins or the end of a file that may lack its last line end.
    fn add_line(&mut self, at: usize, text: Vec<u16>, line_end: &[u16]) {
        let unended = at > 0 && !is_line_end(self.units[at - 1]);
        let mut line = if unended { line_end.to_vec() } else { Vec::new() };
        line.extend(text);
        line.extend(line_end);
        self.units.splice(at..at, line);
    }

    /// The line after the last one of the section that says something: blank lines stay between sections.
    fn end_of(&self, section: Line) -> usize {
        let inside = self.lines_from(section.next).take_while(|line| !self.is_heading(*line));
        let last = inside.filter(|line| !trim(&self.units[line.start..line.end]).is_empty()).last();
        last.map_or(section.next, |line| line.next)
    }

    /// The headings with this name.
    fn sections(&self, name: &str) -> Vec<Line> {
        let named = |line: &Line| {
            let text = trim(&self.units[line.start..line.end]);
            let inside = text.strip_prefix(&[u16::from(b'[')]).and_then(|text| {
                let end = text.iter().position(|unit| *unit == u16::from(b']'))?;
                Some(trim(&text[..end]))
            });
            inside.is_some_and(|inside| same(inside, name))
        };
        self.lines_from(0).filter(named).collect()
    }

    /// Where in a section the values of this key stand, without the blanks around them.
    fn values(&self, section: Line, key: &str) -> Vec<(usize, usize)> {
        let inside = self.lines_from(section.next).take_while(|line| !self.is_heading(*line));
        inside
            .filter_map(|line| {
                let text = &self.units[line.start..line.end];
                let equals = text.iter().position(|unit| *unit == u16::from(b'='))?;
                if !same(trim(&text[..equals]), key) {
                    return None;
                }
                let behind = &text[equals + 1..];
                let said = &behind[..before_comment(behind)];
                let blanks = said.iter().take_while(|unit| is_blank(**unit)).count();
                let start = line.start + equals + 1 + if blanks == said.len() { 0 } else { blanks };
                Some((start, start + trim(said).len()))
            })
            .collect()
    }

    fn is_heading(&self, line: Line) -> bool {
        trim(&self.units[line.start..line.end]).first() == Some(&u16::from(b'['))
    }

    fn lines_from(&self, start: usize) -> impl Iterator<Item = Line> + '_ {
        let mut at = start;
        std::iter::from_fn(move || {
            let rest = self.units.get(at..).filter(|rest| !rest.is_empty())?;
            let end = rest.iter().position(|unit| is_line_end(*unit)).unwrap_or(rest.len());
            let ending = match rest[end..] {
                [13, 10, ..] => 2,
                [] => 0,
                _ => 1,
            };
            let line = Line { start: at, end: at + end, next: at + end + ending };
            at = line.next;
            Some(line)
        })
    }

    /// How the file ends its lines; as Windows does if it has none.
    fn line_end(&self) -> Vec<u16> {
        self.lines_from(0)
            .find(|line| line.next > line.end)
            .map_or_else(|| vec![13, 10], |line| self.units[line.end..line.next].to_vec())
    }

    fn encode(&self, text: &str, code_page: u16) -> Option<Vec<u16>> {
        if self.form == Form::Utf16 || text.is_ascii() {
            return Some(text.encode_utf16().collect());
        }
        let (bytes, _, lost) = encoding(code_page)?.encode(text);
        (!lost).then(|| bytes.iter().map(|byte| u16::from(*byte)).collect())
    }
}

/// The encoding of one of Windows' code pages for texts.
fn encoding(code_page: u16) -> Option<&'static Encoding> {
    Some(match code_page {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1252 => encoding_rs::WINDOWS_1252,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        _ => return None,
    })
}

/// A value as it stands in the file: in quotes unless it is a plain word. What would end the line or the quotes is left
/// out.
fn quoted(value: &str) -> String {
    let value: String = value.chars().filter(|c| *c != '"' && !c.is_control()).collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:*\\".contains(c);
    if value.chars().all(is_plain) { value } else { format!("\"{value}\"") }
}

/// Where a comment begins that follows a value: a `;` outside quotes.
fn before_comment(value: &[u16]) -> usize {
    let mut inside = false;
    let begins = |unit: &u16| {
        inside ^= *unit == u16::from(b'"');
        !inside && *unit == u16::from(b';')
    };
    value.iter().position(begins).unwrap_or(value.len())
}

fn ascii(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn same(units: &[u16], name: &str) -> bool {
    let lower = |unit: u16| u8::try_from(unit).map_or(unit, |byte| u16::from(byte.to_ascii_lowercase()));
    units.len() == name.len() && units.iter().zip(name.bytes()).all(|(a, b)| lower(*a) == lower(u16::from(b)))
}

fn trim(units: &[u16]) -> &[u16] {
    let start = units.iter().take_while(|unit| is_blank(**unit)).count();
    let end = units[start..].iter().rev().take_while(|unit| is_blank(**unit)).count();
    &units[start..units.len() - end]
}

fn is_blank(unit: u16) -> bool {
    unit == u16::from(b' ') || unit == u16::from(b'\t')
}

fn is_line_end(unit: u16) -> bool {
    unit == 10 || unit == 13
}

#[cfg(test)]
mod tests;
