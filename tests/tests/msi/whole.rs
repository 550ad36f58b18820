//! What holds for every database as a whole.

use std::collections::BTreeSet;
use std::io::Cursor;

use medv_packager::msi::{component, workspace};

use crate::packages;
use crate::tables::Tables;

fn databases() -> Vec<Vec<u8>> {
    let settings = packages::settings();
    vec![
        workspace(&packages::workspace(&settings)).unwrap(),
        component(&packages::host_agent()).unwrap(),
        component(&packages::packager()).unwrap(),
    ]
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(databases(), databases());
}

#[test]
fn the_order_of_the_settings_does_not_matter() {
    let mut settings = packages::settings();
    let first = workspace(&packages::workspace(&settings)).unwrap();
    settings.reverse();
    assert!(workspace(&packages::workspace(&settings)).unwrap() == first);
}

#[test]
fn compound_files_are_of_version_3_as_signing_tools_want_them() {
    for bytes in databases() {
        let file = cfb::CompoundFile::open_strict(Cursor::new(bytes)).unwrap();
        assert_eq!(file.version(), cfb::Version::V3);
        assert_eq!(
            file.root_entry().created(),
            std::time::UNIX_EPOCH - std::time::Duration::from_secs(11_644_473_600)
        );
    }
}

/// 20 MiB that do not compress need sectors that the file's header has no room to list.
#[test]
fn a_large_file_comes_back() {
    let mut state = 1_u32;
    let large: Vec<u8> = (0..20 << 20)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let settings = packages::settings();
    let mut wanted = packages::workspace(&settings);
    wanted.programs.actions = &large;
    let mut tables = Tables::of(workspace(&wanted).unwrap());
    assert!(tables.stream("Binary.MedvActions") == large);
}

#[test]
fn whatever_a_row_refers_to_is_there() {
    for bytes in databases() {
        let mut tables = Tables::of(bytes);
        let references = tables.references();
        assert!(references.len() > 10, "{references:?}");
        for [table, column, other, key] in references {
            let there: BTreeSet<String> = tables.rows(&other).iter().map(|row| row[&key].clone()).collect();
            for row in tables.rows(&table) {
                let value = &row[&column];
                assert!(value.is_empty() || there.contains(value), "{table}.{column}: {value}");
            }
        }
    }
}

#[test]
fn every_action_of_ours_has_its_place_and_every_place_its_action() {
    for bytes in databases() {
        let mut tables = Tables::of(bytes);
        let ours: BTreeSet<String> =
            tables.rows("CustomAction").iter().map(|row| row["Action"].clone()).collect();
        let sequence = tables.sequence("InstallExecuteSequence");
        for action in &ours {
            assert_eq!(sequence.iter().filter(|(name, _)| name == action).count(), 1, "{action}");
        }
        let unknown: Vec<_> = sequence.iter().filter(|(name, _)| !ours.contains(name)).collect();
        assert!(unknown.iter().all(|(name, _)| STANDARD.contains(&name.as_str())), "{unknown:?}");
    }
}

const STANDARD: &[&str] = &[
    "FindRelatedProducts",
    "AppSearch",
    "LaunchConditions",
    "ValidateProductID",
    "CostInitialize",
    "FileCost",
    "CostFinalize",
    "ResolveSource",
    "MigrateFeatureStates",
    "InstallValidate",
    "InstallInitialize",
    "RemoveExistingProducts",
    "ProcessComponents",
    "UnpublishFeatures",
    "RemoveRegistryValues",
    "RemoveShortcuts",
    "RemoveEnvironmentStrings",
    "WriteEnvironmentStrings",
    "RemoveFiles",
    "RemoveFolders",
    "CreateFolders",
    "InstallFiles",
    "CreateShortcuts",
    "WriteRegistryValues",
    "RegisterUser",
    "RegisterProduct",
    "PublishFeatures",
    "PublishProduct",
    "InstallFinalize",
];

/// Without that, what a caller says is dropped when Windows Installer asks for administrator rights.
#[test]
fn whatever_a_caller_or_a_search_sets_reaches_the_installation() {
    for bytes in databases() {
        let mut tables = Tables::of(bytes);
        let secure = tables.property("SecureCustomProperties");
        let secure: BTreeSet<&str> = secure.split(';').collect();
        let searched: Vec<String> =
            tables.rows("AppSearch").iter().map(|row| row["Property"].clone()).collect();
        let upgrades: Vec<String> =
            tables.rows("Upgrade").iter().map(|row| row["ActionProperty"].clone()).collect();
        for property in searched.iter().chain(&upgrades) {
            assert!(secure.contains(property.as_str()), "{property}");
        }
    }
    let settings = packages::settings();
    for (bytes, properties) in [
        (
            workspace(&packages::workspace(&settings)).unwrap(),
            &["INSTALLDIR", "OVERWRITEVHD", "SUPPRESSMEDVLAUNCH", "DELETEDIFFDISKS", "IGNORE_PREREQUISITES"]
                [..],
        ),
        (component(&packages::host_agent()).unwrap(), &["MEDVDIR", "IGNORE_PREREQUISITES"]),
        (component(&packages::packager()).unwrap(), &["MEDVDIR"]),
    ] {
        let secure = Tables::of(bytes).property("SecureCustomProperties");
        for property in properties {
            assert!(secure.split(';').any(|one| one == *property), "{property} in {secure}");
        }
    }
}

#[test]
fn every_search_has_a_place() {
    for bytes in databases() {
        let mut tables = Tables::of(bytes);
        let places: Vec<String> = ["RegLocator", "DrLocator"]
            .iter()
            .flat_map(|table| tables.rows(table))
            .map(|row| row["Signature_"].clone())
            .collect();
        let searches = tables.rows("AppSearch");
        assert_eq!(searches.len(), places.len());
        assert!(searches.iter().all(|row| places.contains(&row["Signature_"])));
    }
}

#[test]
fn what_is_older_is_replaced_and_what_is_newer_is_found() {
    for bytes in databases() {
        let mut tables = Tables::of(bytes);
        let (version, code) = (tables.property("ProductVersion"), tables.property("UpgradeCode"));
        let rows = tables.rows("Upgrade");
        assert!(rows.iter().all(|row| row["UpgradeCode"] == code));
        let of = |property: &str| {
            let row = rows.iter().find(|row| row["ActionProperty"] == property).unwrap();
            (row["VersionMin"].clone(), row["VersionMax"].clone(), row["Attributes"].parse::<i32>().unwrap())
        };
        // msidbUpgradeAttributesVersionMinInclusive, MaxInclusive; OnlyDetect.
        assert_eq!(of("OLDERFOUND"), ("0.0.0".into(), version.clone(), 0x100 + 0x200));
        assert_eq!(of("NEWERFOUND"), (version, String::new(), 0x2));
    }
}

#[test]
fn windows_is_told_what_kind_of_file_it_is() {
    for bytes in databases() {
        let tables = Tables::of(bytes);
        let summary = tables.summary();
        assert_eq!(summary.arch(), Some("x64"));
        assert_eq!(summary.page_count(), Some(500));
        assert_eq!(summary.word_count(), Some(2));
        assert_eq!((summary.creation_time(), summary.last_saved_time()), (None, None));
        assert!(summary.uuid().is_some());
    }
}
