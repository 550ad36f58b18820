//! What the text of a `.reg` file says.

use std::iter::Enumerate;
use std::str::Lines;

use super::{HEADER, RegData, RegFile, RegKey, RegValue};
use crate::check::shortened;
use crate::error::{Error, ErrorKind, Result};
use crate::registry_bytes::decode;
use crate::value::Value;

pub(super) fn read(text: &str) -> Result<RegFile> {
    let mut lines = text.lines().enumerate();
    read_header(&mut lines)?;
    let mut file = RegFile::default();
    while let Some((number, line)) = lines.next() {
        let at = |error: Error| match error.line() {
            None => error.in_line(number.saturating_add(1)),
            Some(_) => error,
        };
        let line = line.trim_start();
        if is_nothing(line) {
            continue;
        }
        if let Some(key) = line.strip_prefix('[') {
            file.keys.push(read_key(key).map_err(at)?);
            continue;
        }
        let value = read_value(line, &mut lines).map_err(at)?;
        match file.keys.last_mut() {
            Some(key) if !key.deleted => key.values.push(value),
            Some(_) => return Err(at(found("a value in a deleted key", "another key first"))),
            None => return Err(at(found("a value", "a key in front of it"))),
        }
    }
    Ok(file)
}

fn read_header(lines: &mut Enumerate<Lines<'_>>) -> Result<()> {
    for (number, line) in lines {
        match line.trim() {
            "" => {}
            HEADER => return Ok(()),
            "REGEDIT4" => {
                let error =
                    Error::new(ErrorKind::Unsupported, format!("found REGEDIT4, supported `{HEADER}`"));
                let advice = "import it into a registry, and export that again";
                return Err(error.in_line(number.saturating_add(1)).advice(advice));
            }
            other => return Err(unlike(other, &format!("`{HEADER}`")).in_line(number.saturating_add(1))),
        }
    }
    Err(found("no text", &format!("`{HEADER}`")).in_line(1))
}

/// What stands behind the bracket. A key's name may have brackets in it.
fn read_key(text: &str) -> Result<RegKey> {
    let end = text.rfind(']').ok_or_else(|| unlike(text, "] at the end of a key"))?;
    let path = text.get(..end).unwrap_or_default();
    let (path, deleted) = match path.strip_prefix('-') {
        Some(path) => (path, true),
        None => (path, false),
    };
    if path.is_empty() {
        return Err(found("an empty name", "a key"));
    }
    Ok(RegKey { path: path.to_owned(), deleted, values: Vec::new() })
}

/// A line, and those that it goes on in.
fn read_value(line: &str, lines: &mut Enumerate<Lines<'_>>) -> Result<RegValue> {
    let (name, rest) = match line.strip_prefix('@') {
        Some(rest) => (String::new(), rest),
        None => {
            let quoted = line.strip_prefix('"').ok_or_else(|| unlike(line, "a key, a value or a comment"))?;
            read_quoted(quoted)?
        }
    };
    let rest = rest.trim_start();
    let data = rest.strip_prefix('=').ok_or_else(|| unlike(rest, "= behind a value's name"))?.trim_start();
    Ok(RegValue { name, data: read_data(data, lines)? })
}

fn read_data(text: &str, lines: &mut Enumerate<Lines<'_>>) -> Result<RegData> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (text, rest) = read_quoted(quoted)?;
        nothing_else(rest)?;
        return Ok(RegData::Value(Value::Text(text)));
    }
    if let Some(rest) = text.strip_prefix('-') {
        nothing_else(rest)?;
        return Ok(RegData::Deleted);
    }
    let Some((kind, rest)) = text.split_once(':') else { return Err(not_data(text)) };
    if kind.eq_ignore_ascii_case("dword") {
        let digits = rest.split(';').next().unwrap_or_default().trim();
        let number = hexadecimal(digits, 8).ok_or_else(|| unlike(rest, "1 to 8 hexadecimal digits"))?;
        return Ok(RegData::Value(Value::Number(number)));
    }
    let kind = kind_of(kind).ok_or_else(|| not_data(text))?;
    let bytes = read_bytes(rest, lines)?;
    Ok(match decode(kind, &bytes) {
        Some(value) => RegData::Value(value),
        None => RegData::Raw { kind, bytes },
    })
}

/// The type that `hex` or `hex(7)` is.
fn kind_of(word: &str) -> Option<u32> {
    const BINARY: u32 = 3;
    let (start, rest) = word.split_at_checked(3)?;
    if !start.eq_ignore_ascii_case("hex") {
        return None;
    }
    if rest.is_empty() {
        return Some(BINARY);
    }
    hexadecimal(rest.strip_prefix('(')?.strip_suffix(')')?, 8)
}

/// Bytes with commas between them. Behind a comma, a backslash and the end of a line are passed over.
fn read_bytes(first: &str, lines: &mut Enumerate<Lines<'_>>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut line = first;
    loop {
        let content = line.split(';').next().unwrap_or_default().trim();
        let (content, goes_on) = match content.strip_suffix('\\') {
            Some(content) => (content.trim_end(), true),
            None => (content, false),
        };
        let content = if goes_on { content.strip_suffix(',').unwrap_or(content) } else { content };
        let is_empty = content.is_empty() && (goes_on || bytes.is_empty());
        for byte in content.split(',').filter(|_| !is_empty) {
            let byte = byte.trim();
            let read = hexadecimal(byte, 2).and_then(|byte| u8::try_from(byte).ok());
            bytes.push(read.ok_or_else(|| unlike(byte, "a byte in hexadecimal"))?);
        }
        if !goes_on {
            return Ok(bytes);
        }
        line = lines.next().ok_or_else(|| found("the end of the file", "another line of bytes"))?.1;
    }
}

fn hexadecimal(text: &str, most: usize) -> Option<u32> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(text, 16).ok().filter(|_| is_number)
}

/// A text and what follows its closing quotation mark.
fn read_quoted(text: &str) -> Result<(String, &str)> {
    let mut content = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Ok((content, letters.as_str())),
            '\\' => match letters.next() {
                Some(escaped @ ('\\' | '"')) => content.push(escaped),
                Some(other) => {
                    return Err(found(&format!("\\{}", other.escape_debug()), "\\\\ or \\\" in a text"));
                }
                None => break,
            },
            letter => content.push(letter),
        }
    }
    let advice = "a text with line breaks is written as hex(1):";
    Err(found("the end of the line", "\" at the end of a text").advice(advice))
}

fn nothing_else(rest: &str) -> Result<()> {
    if is_nothing(rest.trim_start()) { Ok(()) } else { Err(unlike(rest, "the end of the line")) }
}

fn is_nothing(line: &str) -> bool {
    line.trim_end().is_empty() || line.starts_with(';')
}

fn not_data(text: &str) -> Error {
    unlike(text, "a text, dword:, hex: or hex(N):")
}

fn unlike(text: &str, expected: &str) -> Error {
    found(&format!("`{}`", shortened(text)), expected)
}

fn found(found: &str, expected: &str) -> Error {
    Error::damaged(format!("found {found}, expected {expected}"))
}
