//! `msiextract` unpacks what we packed.

use std::fs;

use medv_packager::msi::{component, workspace};

use crate::packages::{self, FILES};
use crate::with_msiinfo::run;

#[test]
fn uninstall_exe_comes_out_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let settings = packages::settings();
    let large: Vec<u8> =
        (0..300_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let mut wanted = packages::workspace(&settings);
    wanted.programs.uninstall = &large;
    fs::write(folder.path().join("x.msi"), workspace(&wanted).unwrap()).unwrap();
    let listed = run("msiextract", folder.path(), &["x.msi"]);
    let path = listed.lines().find(|line| line.ends_with("uninstall.exe")).expect("it is listed");
    assert!(path.ends_with("Microsoft/Medv/Workspace/uninstall.exe"), "{path}");
    assert!(fs::read(folder.path().join(path)).unwrap() == large);
}

#[test]
fn a_component_s_files_are_in_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("x.msi"), component(&packages::packager()).unwrap()).unwrap();
    let listed = run("msiextract", folder.path(), &["x.msi"]);
    for (path, bytes) in FILES {
        let end = format!("Microsoft Enterprise Desktop Virtualization/{}", path.replace('\\', "/"));
        let path =
            listed.lines().find(|line| line.ends_with(&end)).unwrap_or_else(|| panic!("{end} in {listed}"));
        assert_eq!(&fs::read(folder.path().join(path)).unwrap(), bytes);
    }
}
