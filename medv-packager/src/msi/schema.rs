//! The tables, and their columns as Windows Installer defines them.

use msi::{Category, Column, ColumnBuilder};

/// A table of the database, in the order in which they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Property,
    Directory,
    Component,
    File,
    Feature,
    FeatureComponents,
    Media,
    Registry,
    CreateFolder,
    Shortcut,
    Environment,
    Binary,
    CustomAction,
    ActionText,
    AppSearch,
    Signature,
    RegLocator,
    DrLocator,
    LaunchCondition,
    Upgrade,
    InstallExecuteSequence,
    InstallUISequence,
    AdminExecuteSequence,
    AdminUISequence,
    AdvtExecuteSequence,
}

impl Table {
    /// All of them: Windows Installer looks for some even if they are empty.
    pub(super) const ALL: [Self; 25] = [
        Self::Property,
        Self::Directory,
        Self::Component,
        Self::File,
        Self::Feature,
        Self::FeatureComponents,
        Self::Media,
        Self::Registry,
        Self::CreateFolder,
        Self::Shortcut,
        Self::Environment,
        Self::Binary,
        Self::CustomAction,
        Self::ActionText,
        Self::AppSearch,
        Self::Signature,
        Self::RegLocator,
        Self::DrLocator,
        Self::LaunchCondition,
        Self::Upgrade,
        Self::InstallExecuteSequence,
        Self::InstallUISequence,
        Self::AdminExecuteSequence,
        Self::AdminUISequence,
        Self::AdvtExecuteSequence,
    ];

    pub(super) fn name(self) -> String {
        format!("{self:?}")
    }

    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "one arm a table")]
    pub(super) fn columns(self) -> Vec<Column> {
        match self {
            Self::Property => vec![
                key("Property").id_string(72),
                of("Value").localizable().text_string(0),
            ],
            Self::Directory => vec![
                key("Directory").id_string(72),
                refers("Directory_Parent", "Directory").nullable().id_string(72),
                of("DefaultDir").localizable().category(Category::DefaultDir).string(255),
            ],
            Self::Component => vec![
                key("Component").id_string(72),
                of("ComponentId").nullable().category(Category::Guid).string(38),
                refers("Directory_", "Directory").id_string(72),
                of("Attributes").int16(),
                of("Condition").nullable().category(Category::Condition).string(255),
                of("KeyPath").nullable().id_string(72),
            ],
            Self::File => vec![
                key("File").id_string(72),
                refers("Component_", "Component").id_string(72),
                of("FileName").localizable().category(Category::Filename).string(255),
                of("FileSize").range(0, i32::MAX).int32(),
                of("Version").nullable().category(Category::Version).string(72),
                of("Language").nullable().category(Category::Language).string(20),
                of("Attributes").nullable().range(0, i32::from(i16::MAX)).int16(),
                of("Sequence").range(1, i32::from(i16::MAX)).int16(),
            ],
            Self::Feature => vec![
                key("Feature").id_string(38),
                refers("Feature_Parent", "Feature").nullable().id_string(38),
                of("Title").localizable().nullable().text_string(64),
                of("Description").localizable().nullable().text_string(255),
                of("Display").nullable().range(0, i32::from(i16::MAX)).int16(),
                of("Level").range(0, i32::from(i16::MAX)).int16(),
                refers("Directory_", "Directory").nullable().category(Category::UpperCase).string(72),
                of("Attributes").int16(),
            ],
            Self::FeatureComponents => vec![
                key("Feature_").foreign_key("Feature", 1).id_string(38),
                key("Component_").foreign_key("Component", 1).id_string(72),
            ],
            Self::Media => vec![
                key("DiskId").range(1, i32::from(i16::MAX)).int16(),
                of("LastSequence").range(0, i32::from(i16::MAX)).int16(),
                of("DiskPrompt").localizable().nullable().text_string(64),
                of("Cabinet").nullable().category(Category::Cabinet).string(255),
                of("VolumeLabel").nullable().text_string(32),
                of("Source").nullable().category(Category::Property).string(72),
            ],
            Self::Registry => vec![
                key("Registry").id_string(72),
                of("Root").range(-1, 3).int16(),
                of("Key").localizable().category(Category::RegPath).string(255),
                of("Name").localizable().nullable().formatted_string(255),
                of("Value").localizable().nullable().formatted_string(0),
                refers("Component_", "Component").id_string(72),
            ],
            Self::CreateFolder => vec![
                key("Directory_").foreign_key("Directory", 1).id_string(72),
                key("Component_").foreign_key("Component", 1).id_string(72),
            ],
            Self::Shortcut => vec![
                key("Shortcut").id_string(72),
                refers("Directory_", "Directory").id_string(72),
                of("Name").localizable().category(Category::Filename).string(128),
                refers("Component_", "Component").id_string(72),
                of("Target").category(Category::Shortcut).string(72),
                of("Arguments").nullable().formatted_string(255),
                of("Description").localizable().nullable().text_string(255),
                of("Hotkey").nullable().range(0, i32::from(i16::MAX)).int16(),
                of("Icon_").nullable().id_string(72),
                of("IconIndex").nullable().int16(),
                of("ShowCmd").nullable().int16(),
                of("WkDir").nullable().id_string(72),
            ],
            Self::Environment => vec![
                key("Environment").id_string(72),
                of("Name").localizable().text_string(255),
                of("Value").localizable().nullable().formatted_string(255),
                of("Component_").foreign_key("Component", 1).id_string(72),
            ],
            Self::Binary => vec![
                key("Name").id_string(72),
                of("Data").category(Category::Binary).binary(),
            ],
            Self::CustomAction => vec![
                key("Action").id_string(72),
                of("Type").range(1, i32::from(i16::MAX)).int16(),
                of("Source").nullable().category(Category::CustomSource).string(72),
                of("Target").nullable().formatted_string(255),
                of("ExtendedType").nullable().range(0, i32::MAX).int32(),
            ],
            Self::ActionText => vec![
                key("Action").id_string(72),
                of("Description").localizable().nullable().text_string(0),
                of("Template").localizable().nullable().category(Category::Template).string(0),
            ],
            Self::AppSearch => vec![
                key("Property").id_string(72),
                key("Signature_").id_string(72),
            ],
            Self::Signature => vec![
                key("Signature").id_string(72),
                of("FileName").category(Category::Filename).string(255),
                of("MinVersion").nullable().text_string(20),
                of("MaxVersion").nullable().text_string(20),
                of("MinSize").nullable().range(0, i32::MAX).int32(),
                of("MaxSize").nullable().range(0, i32::MAX).int32(),
                of("MinDate").nullable().range(0, i32::MAX).int32(),
                of("MaxDate").nullable().range(0, i32::MAX).int32(),
                of("Languages").nullable().category(Category::Language).string(255),
            ],
            Self::RegLocator => vec![
                key("Signature_").id_string(72),
                of("Root").range(0, 3).int16(),
                of("Key").category(Category::RegPath).string(255),
                of("Name").nullable().formatted_string(255),
                of("Type").nullable().range(0, 18).int16(),
            ],
            Self::DrLocator => vec![
                key("Signature_").id_string(72),
                key("Parent").nullable().id_string(72),
                key("Path").nullable().category(Category::AnyPath).string(255),
                of("Depth").nullable().range(0, i32::from(i16::MAX)).int16(),
            ],
            Self::LaunchCondition => vec![
                key("Condition").category(Category::Condition).string(255),
                of("Description").localizable().formatted_string(255),
            ],
            Self::Upgrade => vec![
                key("UpgradeCode").category(Category::Guid).string(38),
                key("VersionMin").nullable().text_string(20),
                key("VersionMax").nullable().text_string(20),
                key("Language").nullable().category(Category::Language).string(255),
                key("Attributes").range(0, i32::MAX).int32(),
                of("Remove").nullable().formatted_string(255),
                of("ActionProperty").category(Category::UpperCase).string(72),
            ],
            Self::InstallExecuteSequence
            | Self::InstallUISequence
            | Self::AdminExecuteSequence
            | Self::AdminUISequence
            | Self::AdvtExecuteSequence => vec![
                key("Action").id_string(72),
                of("Condition").nullable().category(Category::Condition).string(255),
                of("Sequence").nullable().range(-4, i32::from(i16::MAX)).int16(),
            ],
        }
    }
}

fn of(name: &str) -> ColumnBuilder {
    Column::build(name)
}

fn key(name: &str) -> ColumnBuilder {
    Column::build(name).primary_key()
}

fn refers(name: &str, table: &str) -> ColumnBuilder {
    Column::build(name).foreign_key(table, 1)
}
