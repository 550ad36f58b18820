//! The text of a `.reg` file, as regedit writes it.

use std::fmt::Write as _;

use super::{HEADER, RegData, RegFile, RegValue};
use crate::registry_bytes::encode;
use crate::value::Value;

/// A line with bytes goes on in the next one when it is longer than this.
const LONGEST: usize = 76;

pub(super) fn write(file: &RegFile) -> String {
    format!("{HEADER}\r\n\r\n{}", keys(file))
}

/// Everything but the header.
pub(super) fn keys(file: &RegFile) -> String {
    let mut text = String::new();
    for key in &file.keys {
        let minus = if key.deleted { "-" } else { "" };
        let _ = write!(text, "[{minus}{}]\r\n", key.path);
        for value in &key.values {
            line(&mut text, value);
        }
        text.push_str("\r\n");
    }
    text
}

fn line(text: &mut String, value: &RegValue) {
    let start = text.len();
    if value.name.is_empty() {
        text.push_str("@=");
    } else {
        let _ = write!(text, "\"{}\"=", escaped(&value.name));
    }
    match &value.data {
        RegData::Deleted => text.push('-'),
        RegData::Value(Value::Number(number)) => _ = write!(text, "dword:{number:08x}"),
        RegData::Value(Value::Text(content)) if !content.contains(['\r', '\n', '\0']) => {
            let _ = write!(text, "\"{}\"", escaped(content));
        }
        RegData::Value(value) => {
            let (kind, content) = encode(value);
            bytes(text, start, kind, &content);
        }
        RegData::Raw { kind, bytes: content } => bytes(text, start, *kind, content),
    }
    text.push_str("\r\n");
}

fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

/// `hex(7):66,00,…`; the line began at `start`.
fn bytes(text: &mut String, start: usize, kind: u32, bytes: &[u8]) {
    const BINARY: u32 = 3;
    match kind {
        BINARY => text.push_str("hex:"),
        kind => _ = write!(text, "hex({kind:x}):"),
    }
    let mut column = text.get(start..).map_or(0, |line| line.chars().count());
    let mut bytes = bytes.iter().peekable();
    while let Some(byte) = bytes.next() {
        let _ = write!(text, "{byte:02x}");
        if bytes.peek().is_none() {
            break;
        }
        text.push(',');
        column = column.saturating_add(3);
        if column > LONGEST {
            text.push_str("\\\r\n  ");
            column = 2;
        }
    }
}
