//! What every package says about itself: properties, the one feature, and which products it replaces.

use msi::Value;
use uuid::Uuid;

use super::database::Database;
use super::identifier::braced;
use super::payload::FEATURE;
use super::schema::Table;
use super::version::ProductVersion;

/// Set to the products that are replaced.
pub(super) const OLDER: &str = "OLDERFOUND";
/// Set to a newer version that is installed.
pub(super) const NEWER: &str = "NEWERFOUND";

pub(super) struct Product<'a> {
    /// As Programs and Features shows it.
    pub(super) name: &'a str,
    pub(super) version: ProductVersion,
    pub(super) code: Uuid,
    pub(super) upgrade_code: Uuid,
    pub(super) publisher: Option<&'a str>,
    pub(super) help_link: Option<&'a str>,
    /// The folder that a caller may choose.
    pub(super) folder: &'a str,
    /// Properties that a caller may set, or that a search sets; they reach the part that runs with all rights.
    pub(super) public: &'a [&'a str],
}

const DEFAULT_PUBLISHER: &str = "medv";

pub(super) fn add(database: &mut Database, product: &Product<'_>) {
    let version = product.version.to_string();
    let mut public = product.public.to_vec();
    public.extend([product.folder, OLDER, NEWER]);
    public.sort_unstable();
    for (property, value) in [
        ("ProductCode", braced(product.code).as_str()),
        ("ProductLanguage", "1033"),
        ("ProductName", product.name),
        ("ProductVersion", &version),
        ("Manufacturer", product.publisher.unwrap_or(DEFAULT_PUBLISHER)),
        ("UpgradeCode", &braced(product.upgrade_code)),
        ("ALLUSERS", "1"),
        ("ARPCONTACT", product.publisher.unwrap_or_default()),
        ("ARPHELPLINK", product.help_link.unwrap_or_default()),
        ("ARPNOMODIFY", "1"),
        // Closing programs that have files open is the host agent's business, not the installer's.
        ("MSIRESTARTMANAGERCONTROL", "Disable"),
        ("SecureCustomProperties", &public.join(";")),
    ] {
        add_property(database, property, value);
    }
    add_feature(database, product);
    add_upgrades(database, product, &version);
}

/// A property. One without a value is not written: Windows Installer has none that is empty.
pub(super) fn add_property(database: &mut Database, property: &str, value: &str) {
    if !value.is_empty() {
        database.add(Table::Property, [property.into(), value.into()]);
    }
}

fn add_feature(database: &mut Database, product: &Product<'_>) {
    const SHOWN: i32 = 1;
    const INSTALLED: i32 = 1;
    const CANNOT_BE_ADVERTISED: i32 = 8;
    database.add(
        Table::Feature,
        [
            FEATURE.into(),
            Value::Null,
            "MED-V".into(),
            Value::Null,
            SHOWN.into(),
            INSTALLED.into(),
            product.folder.into(),
            CANNOT_BE_ADVERTISED.into(),
        ],
    );
}

/// Whatever has this product's `UpgradeCode` is replaced if it is not newer; its `ProductCode` is another one.
fn add_upgrades(database: &mut Database, product: &Product<'_>, version: &str) {
    const ONLY_DETECT: i32 = 0x2;
    const FROM_INCLUSIVE: i32 = 0x100;
    const TO_INCLUSIVE: i32 = 0x200;
    let mut row = |from: Value, to: Value, attributes: i32, property: &str| {
        let code = braced(product.upgrade_code).into();
        let row = [code, from, to, Value::Null, attributes.into(), Value::Null, property.into()];
        database.add(Table::Upgrade, row);
    };
    row("0.0.0".into(), version.into(), FROM_INCLUSIVE + TO_INCLUSIVE, OLDER);
    row(version.into(), Value::Null, ONLY_DETECT, NEWER);
}
