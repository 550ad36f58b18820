//! The tables of `docs/settings.md` are those of the catalogue.

use std::fs;
use std::path::Path;

use medv_settings::{catalogue, table};

/// Set to write the tables into the document.
const WRITE: &str = "MEDV_WRITE_DOCS";

const START: &str = "<!-- settings -->\n";
const END: &str = "<!-- end of settings -->\n";

#[test]
fn the_document_has_the_tables_of_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let (before, rest) = page.split_once(START).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    let expected = format!("\n{}", table());
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, format!("{before}{START}{expected}{END}{after}")).unwrap();
    } else {
        assert!(shown == expected, "docs/settings.md is not up to date; to write it, set {WRITE}=1");
    }
}

#[test]
fn every_setting_has_a_row_with_all_its_columns() {
    let table = table();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), 53);
    for (row, setting) in rows.into_iter().zip(catalogue()) {
        // A bar in a cell has a backslash in front.
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        assert!(
            row.starts_with(&format!("| `{}`<br>{} |", setting.name, setting.kind.registry_type())),
            "{row}"
        );
        assert!(row.contains(setting.meaning), "{row}");
    }
}
