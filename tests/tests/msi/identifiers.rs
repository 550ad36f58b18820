//! Identifiers change if and only if what they stand for does.

use medv_format::digest::Digest;
use medv_packager::msi::{Component, ComponentKind, ProductVersion, Workspace, component, workspace};

use crate::packages::{self, FILES};
use crate::tables::Tables;

/// Which of `UpgradeCode`, `ProductCode`, `PackageCode` another workspace shares with the sample.
fn same(change: impl FnOnce(&mut Workspace<'_>)) -> [bool; 3] {
    let settings = packages::settings();
    let codes = |wanted: &Workspace<'_>| {
        let mut tables = Tables::of(workspace(wanted).unwrap());
        let braced = |uuid: uuid::Uuid| uuid.braced().to_string().to_uppercase();
        assert_eq!(tables.property("UpgradeCode"), braced(wanted.upgrade_code()));
        assert_eq!(tables.property("ProductCode"), braced(wanted.product_code()));
        [wanted.upgrade_code(), wanted.product_code(), tables.summary().uuid().unwrap()]
    };
    let before = codes(&packages::workspace(&settings));
    let mut changed = packages::workspace(&settings);
    change(&mut changed);
    let after = codes(&changed);
    assert!(after.iter().all(|code| code.get_version_num() == 8));
    [0, 1, 2].map(|code| before[code] == after[code])
}

#[test]
fn nothing_changes_with_nothing() {
    assert_eq!(same(|_| {}), [true, true, true]);
}

#[test]
fn another_product_of_the_same_workspace_replaces_it() {
    assert_eq!(same(|it| it.version = ProductVersion::new(1, 2, 4)), [true, false, false]);
    assert_eq!(same(|it| it.disk.index_digest = Digest([9; 32])), [true, false, false]);
    assert_eq!(same(|it| it.reg = b"other settings"), [true, false, false]);
    assert_eq!(same(|it| it.programs.actions = b"another library"), [true, false, false]);
    assert_eq!(same(|it| it.programs.uninstall = b"another program"), [true, false, false]);
}

#[test]
fn the_name_in_another_case_is_another_product_of_the_same_workspace() {
    assert_eq!(same(|it| it.name = "BÜRO [日本] {1}"), [true, false, false]);
    assert_eq!(same(|it| it.name = "Buro [日本] {1}"), [false, false, false]);
}

#[test]
fn another_file_of_the_same_product_is_another_package() {
    assert_eq!(same(|it| it.help_link = None), [true, true, false]);
    assert_eq!(same(|it| it.settings = &[]), [true, true, false]);
}

/// Windows Installer keeps count of what is installed by these.
#[test]
fn parts_keep_their_identifiers_from_version_to_version() {
    let settings = packages::settings();
    let parts = |wanted: &Workspace<'_>| {
        let mut parts: Vec<String> = Tables::of(workspace(wanted).unwrap())
            .rows("Component")
            .into_iter()
            .map(|row| row["ComponentId"].clone())
            .collect();
        parts.sort();
        parts.dedup();
        parts
    };
    let first = packages::workspace(&settings);
    let next = Workspace { version: ProductVersion::new(1, 3, 0), reg: b"", settings: &[], ..first.clone() };
    let other = Workspace { name: "Other", ..first.clone() };
    assert_eq!(parts(&first).len(), 2);
    assert_eq!(parts(&first), parts(&next));
    assert!(parts(&other).iter().all(|part| !parts(&first).contains(part)));
}

#[test]
fn components_are_replaced_by_what_is_different() {
    let host = packages::host_agent();
    let newer = Component { version: ProductVersion::new(2, 0, 2), ..host.clone() };
    let rebuilt = Component { files: &FILES[1..], ..host.clone() };
    let other = Component { kind: ComponentKind::WorkspacePackager, ..host.clone() };
    assert_eq!(host.upgrade_code(), newer.upgrade_code());
    assert_ne!(host.upgrade_code(), other.upgrade_code());
    for changed in [&newer, &rebuilt, &other] {
        assert_ne!(host.product_code(), changed.product_code());
    }
}

#[test]
fn a_file_that_both_components_bring_stays_until_both_are_gone() {
    let parts = |wanted: &Component<'_>, folder: &str| -> Vec<String> {
        let mut tables = Tables::of(component(wanted).unwrap());
        let rows = tables.rows("Component");
        rows.iter()
            .filter(|row| row["Component"].starts_with(folder))
            .map(|row| row["ComponentId"].clone())
            .collect()
    };
    let (host, packager) = (packages::host_agent(), packages::packager());
    assert_eq!(parts(&host, "Program").len(), 3);
    assert_eq!(parts(&host, "Program"), parts(&packager, "Program"));
    assert_ne!(parts(&host, "Entries"), parts(&packager, "Entries"));
}
