//! A database in the making, and how it becomes a file.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, Write};

use cfb::CompoundFile;
use medv_codec::{Error, Result};
use msi::{CodePage, Insert, Package, PackageType, Value};
use uuid::Uuid;

use super::identifier::Material;
use super::schema::Table;

/// Rows and streams, as they are added.
pub(super) struct Database {
    rows: BTreeMap<Table, Vec<Vec<Value>>>,
    streams: BTreeMap<String, Vec<u8>>,
}

impl Database {
    pub(super) fn new() -> Self {
        Self { rows: Table::ALL.map(|table| (table, Vec::new())).into(), streams: BTreeMap::new() }
    }

    pub(super) fn add<const N: usize>(&mut self, table: Table, row: [Value; N]) {
        self.rows.entry(table).or_default().push(row.into());
    }

    /// A stream, such as a cabinet.
    pub(super) fn add_stream(&mut self, name: &str, bytes: Vec<u8>) {
        self.streams.insert(name.to_owned(), bytes);
    }

    /// A row of the Binary table, and the stream that belongs to it.
    pub(super) fn add_binary(&mut self, name: &str, bytes: &[u8]) {
        self.add(Table::Binary, [name.into(), Value::Binary]);
        self.add_stream(&format!("Binary.{name}"), bytes.to_vec());
    }

    /// The file. `subject` is for the file's properties, in ASCII.
    ///
    /// # Errors
    /// [`medv_codec::ErrorKind::Usage`], with the cause, if a table refuses a row: a value that is too long.
    pub(super) fn into_bytes(self, subject: &str) -> Result<Vec<u8>> {
        self.write(subject).map_err(|error| {
            Error::usage("a value does not fit into the Windows Installer database")
                .caused_by(error)
                .advice("the cause says which; shorten the name or the setting that it comes from")
        })
    }

    fn write(self, subject: &str) -> io::Result<Vec<u8>> {
        let package_code = self.package_code();
        let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new()))?;
        // Names and messages may be of any language.
        package.set_database_codepage(CodePage::Utf8);
        let summary = package.summary_info_mut();
        summary.set_codepage(CodePage::Windows1252);
        summary.set_title("Installation Database");
        summary.set_subject(subject);
        summary.set_author("medv");
        summary.set_keywords(&["Installer".to_owned()]);
        summary.set_comments("Needs Windows Installer 5.0, and an administrator.");
        summary.set_creating_application("medv");
        summary.set_arch("x64");
        summary.set_languages(&[msi::LanguageId::from_id(LANGUAGE)]);
        summary.set_uuid(package_code);
        summary.set_page_count(WINDOWS_INSTALLER_5);
        summary.set_word_count(COMPRESSED);
        summary.set_doc_security(READ_ONLY_RECOMMENDED);
        for (table, rows) in self.rows {
            package.create_table(table.name(), table.columns())?;
            if !rows.is_empty() {
                package.insert_rows(Insert::into(table.name()).rows(rows))?;
            }
        }
        for (name, bytes) in &self.streams {
            package.write_stream(name)?.write_all(bytes)?;
        }
        compound_file_version_3(package.into_inner()?)
    }

    /// Another one for whatever is different: Windows takes two files of one `PackageCode` for the same.
    fn package_code(&self) -> Uuid {
        let mut material = Material::new("medv 2026-11-22 package code");
        for (table, rows) in &self.rows {
            material.add(table.name());
            for value in rows.iter().flatten() {
                match value {
                    Value::Null => material.add("null"),
                    Value::Int(number) => material.add(format!("number {number}")),
                    Value::Str(text) => material.add(format!("text {text}")),
                    Value::Binary => material.add("stream"),
                }
            }
        }
        for (name, bytes) in &self.streams {
            material.add(name);
            material.add(bytes);
        }
        material.uuid()
    }
}

/// English (United States), which every Windows has.
const LANGUAGE: u16 = 1033;
/// The version that a database asks for, times 100: that of Windows 7.
const WINDOWS_INSTALLER_5: i32 = 500;
/// Word count: long file names, compressed files.
const COMPRESSED: i32 = 2;
const READ_ONLY_RECOMMENDED: i32 = 2;

/// The same streams in a compound file of version 3, the only one that signing tools take, and without free space.
fn compound_file_version_3(source: Cursor<Vec<u8>>) -> io::Result<Vec<u8>> {
    let mut source = CompoundFile::open(source)?;
    let mut copy = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    copy.set_storage_clsid("/", *source.root_entry().clsid())?;
    let streams: Vec<_> =
        source.walk().filter(cfb::Entry::is_stream).map(|entry| entry.path().to_owned()).collect();
    for path in streams {
        copy_stream(&mut source.open_stream(&path)?, &mut copy.create_stream(&path)?)?;
    }
    copy.flush()?;
    Ok(copy.into_inner().into_inner())
}

fn copy_stream(source: &mut (impl Read + Seek), target: &mut impl Write) -> io::Result<()> {
    io::copy(source, target)?;
    target.flush()
}
