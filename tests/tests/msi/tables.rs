//! Tables, read back with the crate `msi`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use msi::{Package, Select};

/// A database's tables: rows by the value of their first column.
pub(crate) struct Tables(Package<Cursor<Vec<u8>>>);

/// Values of a row by column; one that is null is empty.
pub(crate) type Row = BTreeMap<String, String>;

impl Tables {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        Self(Package::open(Cursor::new(bytes)).unwrap())
    }

    pub(crate) fn rows(&mut self, table: &str) -> Vec<Row> {
        let rows = self.0.select_rows(Select::table(table)).unwrap();
        let columns: Vec<String> = rows.columns().iter().map(|column| column.name().to_owned()).collect();
        let value = |value: &msi::Value| value.as_str().map_or_else(|| not_text(value), str::to_owned);
        rows.map(|row| columns.iter().map(|column| (column.clone(), value(&row[column.as_str()]))).collect())
            .collect()
    }

    /// The row whose first column is `key`.
    pub(crate) fn row(&mut self, table: &str, column: &str, key: &str) -> Row {
        let found = self.rows(table).into_iter().find(|row| row[column] == key);
        found.unwrap_or_else(|| panic!("{table} has no row {key}"))
    }

    pub(crate) fn property(&mut self, name: &str) -> String {
        self.row("Property", "Property", name)["Value"].clone()
    }

    pub(crate) fn stream(&mut self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_stream(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    pub(crate) fn summary(&self) -> &msi::SummaryInfo {
        self.0.summary_info()
    }

    /// The actions of a sequence in their order, with their conditions.
    pub(crate) fn sequence(&mut self, table: &str) -> Vec<(String, String)> {
        let mut rows = self.rows(table);
        rows.sort_by_key(|row| row["Sequence"].parse::<i32>().unwrap());
        rows.into_iter().map(|row| (row["Action"].clone(), row["Condition"].clone())).collect()
    }

    /// Every column that refers to another table: table, column, the other table, and its first column.
    pub(crate) fn references(&self) -> Vec<[String; 4]> {
        let mut references = Vec::new();
        for table in self.0.tables() {
            for column in table.columns() {
                if let Some(other) = other_table(column.name()) {
                    let key = self.0.get_table(other).unwrap().columns()[0].name().to_owned();
                    references.push([
                        table.name().to_owned(),
                        column.name().to_owned(),
                        other.to_owned(),
                        key,
                    ]);
                }
            }
        }
        references
    }
}

fn not_text(value: &msi::Value) -> String {
    value.as_int().map_or_else(String::new, |number| number.to_string())
}

/// By the names that Windows Installer gives to such columns: `Component_` refers to the table Component.
fn other_table(column: &str) -> Option<&str> {
    let other = match column {
        "Directory_Parent" => "Directory",
        "Feature_Parent" => "Feature",
        name => name.strip_suffix('_')?,
    };
    ["Directory", "Component", "Feature"].contains(&other).then_some(other)
}
