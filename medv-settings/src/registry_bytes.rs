//! The bytes of a value as the registry has them.

use crate::value::Value;

/// `REG_SZ`: UTF-16, a zero behind it.
pub(crate) const SZ: u32 = 1;
/// `REG_DWORD`: four bytes, little endian.
pub(crate) const DWORD: u32 = 4;
/// `REG_MULTI_SZ`: UTF-16, a zero behind each line and one behind the last.
pub(crate) const MULTI_SZ: u32 = 7;

/// The registry's number for the type, and the bytes.
pub(crate) fn encode(value: &Value) -> (u32, Vec<u8>) {
    match value {
        Value::Number(number) => (DWORD, number.to_le_bytes().to_vec()),
        Value::Text(text) => (SZ, zero_ended(text).collect()),
        Value::Lines(lines) => {
            let lines = lines.iter().flat_map(|line| zero_ended(line));
            (MULTI_SZ, lines.chain([0, 0]).collect())
        }
    }
}

fn zero_ended(text: &str) -> impl Iterator<Item = u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes)
}

/// The value, if it is of a type that settings have, and is well-formed. Zeros that should be at the end may be missing, as
/// not every program writes them.
pub(crate) fn decode(kind: u32, bytes: &[u8]) -> Option<Value> {
    match kind {
        DWORD => Some(Value::Number(u32::from_le_bytes(bytes.try_into().ok()?))),
        SZ => {
            let text = text_of(bytes)?;
            Some(Value::Text(without_zero(&text).to_owned()))
        }
        MULTI_SZ => {
            let text = text_of(bytes)?;
            let text = without_zero(&text);
            if text.is_empty() {
                return Some(Value::Lines(Vec::new()));
            }
            let lines: Vec<String> = without_zero(text).split('\0').map(str::to_owned).collect();
            (!lines.iter().any(String::is_empty)).then_some(Value::Lines(lines))
        }
        _ => None,
    }
}

fn text_of(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

fn without_zero(text: &str) -> &str {
    text.strip_suffix('\0').unwrap_or(text)
}
