//! `.reg` files: changes to a registry, as text. No I/O.
//!
//! Read is version 5 of the format, in UTF-16 or UTF-8 with a byte order mark, or in plain ASCII. Refused are version 4
//! (`REGEDIT4`), other text, and texts that go on in the next line. What is read and is none of ours is kept.

mod encoding;
mod reader;
mod writer;

use crate::catalogue::place;
use crate::error::Result;
use crate::value::{RegistryEntry, Value};

/// The first line of every file.
const HEADER: &str = "Windows Registry Editor Version 5.00";

/// The hive of a machine's settings.
const MACHINE: &str = "HKEY_LOCAL_MACHINE";

/// What a `.reg` file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegFile {
    /// The keys, as they stand in the file.
    pub keys: Vec<RegKey>,
}

/// `[HKEY_LOCAL_MACHINE\SOFTWARE]` and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegKey {
    /// The key, with the hive. No line breaks.
    pub path: String,
    /// The key is to be deleted, with all that is in it. It has no values then.
    pub deleted: bool,
    /// Its values, as they stand in the file.
    pub values: Vec<RegValue>,
}

/// `"Name"=…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegValue {
    /// The value's name; empty for a key's default value. No line breaks.
    pub name: String,
    /// What it is to be.
    pub data: RegData,
}

/// What a value is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegData {
    /// Of a type that settings have.
    Value(Value),
    /// Of another type, or not well-formed.
    Raw {
        /// The registry's number for the type.
        kind: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Deleted.
    Deleted,
}

impl RegFile {
    /// The largest file that is read, in bytes.
    pub const MAX_BYTES: usize = 16 << 20;

    /// A file of these entries, below `HKEY_LOCAL_MACHINE`: settings in the order of the catalogue, then the others by key
    /// and name.
    pub fn of(entries: &[RegistryEntry]) -> Self {
        let mut sorted: Vec<&RegistryEntry> = entries.iter().collect();
        sorted.sort_by_cached_key(|entry| {
            (place(&entry.key, &entry.name), entry.key.to_lowercase(), entry.name.to_lowercase())
        });
        let mut keys: Vec<RegKey> = Vec::new();
        for entry in sorted {
            let value = RegValue { name: entry.name.clone(), data: RegData::Value(entry.value.clone()) };
            let path = format!("{MACHINE}\\{}", entry.key);
            match keys.last_mut().filter(|key| key.path.eq_ignore_ascii_case(&path)) {
                Some(key) => key.values.push(value),
                None => keys.push(RegKey { path, deleted: false, values: vec![value] }),
            }
        }
        Self { keys }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// With the line: what is not as the format has it is damaged, another version is unsupported, more than
    /// [`Self::MAX_BYTES`] is beyond the limit.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        reader::read(&encoding::decode(bytes)?)
    }

    /// The file: UTF-16, little endian, with a byte order mark.
    pub fn to_bytes(&self) -> Vec<u8> {
        encoding::encode(&writer::write(self))
    }

    /// The bytes of a file with these entries behind what it says, where they count.
    ///
    /// # Errors
    /// If `file` cannot be read.
    pub fn append(file: &[u8], entries: &[RegistryEntry]) -> Result<Vec<u8>> {
        let mut text = encoding::decode(file)?;
        reader::read(&text)?;
        let end = text.trim_end().len();
        text.truncate(end);
        // Lines of other systems end without a carriage return.
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        Ok(encoding::encode(&format!("{text}\r\n\r\n{}", writer::keys(&Self::of(entries)))))
    }

    /// What is set below `HKEY_LOCAL_MACHINE` when the file has been read from its beginning to its end, as far as it is of
    /// types that settings have.
    pub fn entries(&self) -> Vec<RegistryEntry> {
        let mut entries: Vec<RegistryEntry> = Vec::new();
        for key in &self.keys {
            let Some(path) = below_machine(&key.path) else { continue };
            if key.deleted {
                entries.retain(|entry| !is_within(&entry.key, path));
            }
            for value in &key.values {
                let is_it = |entry: &RegistryEntry| {
                    entry.key.eq_ignore_ascii_case(path) && entry.name.eq_ignore_ascii_case(&value.name)
                };
                entries.retain(|entry| !is_it(entry));
                if let RegData::Value(data) = &value.data {
                    let (key, name) = (path.to_owned(), value.name.clone());
                    entries.push(RegistryEntry { key, name, value: data.clone() });
                }
            }
        }
        entries
    }
}

/// The key without the hive, if that is the machine's.
fn below_machine(path: &str) -> Option<&str> {
    let (hive, key) = path.split_once('\\')?;
    hive.eq_ignore_ascii_case(MACHINE).then_some(key)
}

/// Whether it is the key, or one below it.
fn is_within(key: &str, outer: &str) -> bool {
    let start = key.get(..outer.len()).is_some_and(|start| start.eq_ignore_ascii_case(outer));
    start && key.get(outer.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}
