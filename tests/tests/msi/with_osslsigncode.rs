//! `osslsigncode` signs what we write, and what is signed is still read.

use std::path::Path;

use medv_packager::msi::workspace;

use crate::packages;
use crate::tables::Tables;
use crate::with_msiinfo::run;

#[test]
fn a_database_can_be_signed() {
    let folder = tempfile::tempdir().unwrap();
    let settings = packages::settings();
    std::fs::write(folder.path().join("x.msi"), workspace(&packages::workspace(&settings)).unwrap()).unwrap();
    let own = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web_server").join(name);
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let (certificate, key) = (own("certificate.pem"), own("key.pem"));
    let signed = ["sign", "-certs", &certificate, "-key", &key, "-in", "x.msi", "-out", "signed.msi"];
    run("osslsigncode", folder.path(), &signed);
    let bytes = std::fs::read(folder.path().join("signed.msi")).unwrap();
    assert!(msi::Package::open(std::io::Cursor::new(&bytes)).unwrap().has_digital_signature());
    assert_eq!(Tables::of(bytes).property("ProductVersion"), "1.2.3");
}
