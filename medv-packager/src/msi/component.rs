//! The `.msi` of one of medv's own components.

use medv_codec::{Error, Result};
use msi::Value;
use uuid::Uuid;

use super::check::{self, HYPERVISOR_PROPERTIES, found};
use super::database::Database;
use super::folder::{self, Folders};
use super::identifier::Material;
use super::install_folder::{self, FOUND_FOLDER};
use super::payload::{self, File, KeyPath};
use super::product::{self, Product};
use super::registry::{self, MEDV};
use super::schema::Table;
use super::sequence;
use super::version::ProductVersion;

/// What a component's `.msi` is made of.
#[derive(Clone, Debug)]
pub struct Component<'a> {
    /// Which component.
    pub kind: ComponentKind,
    /// Its version.
    pub version: ProductVersion,
    /// Its files: path below `MEDVDIR`, with `/` or `\` between folders, and content.
    pub files: &'a [(&'a str, &'a [u8])],
}

/// One of medv's own components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// The host agent. Needs a hypervisor; stays while a workspace is installed.
    HostAgent,
    /// The packager of workspaces.
    WorkspacePackager,
}

impl ComponentKind {
    /// Its name, as its registry key and its installer have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HostAgent => "HostAgent",
            Self::WorkspacePackager => "WorkspacePackager",
        }
    }

    /// Its name in Programs and Features, and in the Start menu.
    pub fn title(self) -> &'static str {
        match self {
            Self::HostAgent => "MED-V Host Agent",
            Self::WorkspacePackager => "MED-V Workspace Packager",
        }
    }

    /// Variables of the system that the component's folders are added to: so that consoles find `medv`, and PowerShell its
    /// cmdlets.
    fn search_paths(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::HostAgent => &[],
            Self::WorkspacePackager => {
                &[("PATH", "[MEDVDIR]"), ("PSModulePath", r"[MEDVDIR]WindowsPowerShell\Modules")]
            }
        }
    }

    fn shortcut(self) -> Shortcut {
        match self {
            Self::HostAgent => Shortcut {
                name: "MEDVHOST|MED-V Host Agent",
                target: "[MEDVDIR]medv-host.exe",
                arguments: "run",
            },
            // The packager has no window of its own: a console with what it can do. The search path of who clicks may be older.
            Self::WorkspacePackager => Shortcut {
                name: "MEDVPACK|MED-V Workspace Packager",
                target: "[System64Folder]cmd.exe",
                arguments: "/k \"set PATH=[MEDVDIR];%PATH%&& medv workspace --help\"",
            },
        }
    }
}

struct Shortcut {
    name: &'static str,
    target: &'static str,
    arguments: &'static str,
}

impl Component<'_> {
    /// The identifier by which a later version finds this one to replace it.
    pub fn upgrade_code(&self) -> Uuid {
        Material::new("medv 2026-11-22 component upgrade code").part(self.kind.name()).uuid()
    }

    /// The identifier of this very product: another one for another version or file.
    pub fn product_code(&self) -> Uuid {
        let mut material = Material::new("medv 2026-11-22 component product code")
            .part(self.kind.name())
            .part(self.version.to_string());
        for (path, bytes) in self.files {
            material.add(path);
            material.add(bytes);
        }
        material.uuid()
    }
}

const ENTRIES: &str = "Entries";
const ENTRIES_KEY_PATH: &str = "ComponentVersion";

/// Writes the `.msi` of a component.
///
/// # Errors
/// [`medv_codec::ErrorKind::Usage`] for a path that does not stay below `MEDVDIR`, [`medv_codec::ErrorKind::Limit`] for
/// files that are too large.
pub fn component(component: &Component<'_>) -> Result<Vec<u8>> {
    let mut database = Database::new();
    sequence::add_standard_actions(&mut database);
    add_product(&mut database, component);
    add_checks(&mut database, component.kind);
    install_folder::add(&mut database, "MEDVDIR", &key(component.kind));
    let mut folders = Folders::new(&mut database);
    add_files(&mut database, &mut folders, component)?;
    add_entries(&mut database, component);
    database.into_bytes(component.kind.title())
}

fn add_product(database: &mut Database, component: &Component<'_>) {
    let mut public = vec![FOUND_FOLDER];
    if component.kind == ComponentKind::HostAgent {
        public.push(found::WORKSPACE);
        public.extend(HYPERVISOR_PROPERTIES);
    }
    let product = Product {
        name: component.kind.title(),
        version: component.version,
        code: component.product_code(),
        upgrade_code: component.upgrade_code(),
        publisher: None,
        help_link: None,
        folder: "MEDVDIR",
        public: &public,
    };
    product::add(database, &product);
}

fn add_checks(database: &mut Database, kind: ComponentKind) {
    check::add_all_users(database);
    if kind == ComponentKind::HostAgent {
        check::add_hypervisor(database);
        check::add_no_workspace_left(database);
    }
    check::add_not_newer(database);
}

fn key(kind: ComponentKind) -> String {
    format!(r"{MEDV}\Components\{}", kind.name())
}

fn add_files(database: &mut Database, folders: &mut Folders, component: &Component<'_>) -> Result<()> {
    folder::add_system_folder(database, "ProgramFiles64Folder");
    folders.add(database, "MEDVDIR", "ProgramFiles64Folder", "Microsoft Enterprise Desktop Virtualization");
    let mut sorted = component.files.to_vec();
    sorted.sort_by_key(|(path, _)| path.to_lowercase());
    let mut files = Vec::new();
    for ((path, bytes), number) in sorted.into_iter().zip(1..) {
        let mut names: Vec<&str> = path.split(['/', '\\']).collect();
        if names.iter().any(|name| !is_file_name(name)) {
            return Err(Error::usage(format!("{path:?} is not a path below the component's folder"))
                .advice("write names that Windows takes, with / between them"));
        }
        let name = names.pop().unwrap_or_default();
        let folder = names
            .iter()
            .fold("MEDVDIR".to_owned(), |parent, name| folders.subfolder(database, &parent, name));
        // One identifier for one path, whichever component brings it: both have medv.exe, in the same folder.
        let place = path.to_lowercase().replace('\\', "/");
        files.push(File {
            key: format!("File{number}"),
            component: format!("Program{number}"),
            identifier: Material::new("medv 2026-11-22 component file").part(place).uuid(),
            folder,
            name,
            bytes,
        });
    }
    payload::add_files(database, folders, &files)
}

fn is_file_name(name: &str) -> bool {
    let bad = |letter: char| letter.is_control() || r#":*?"<>|"#.contains(letter);
    !name.is_empty() && !name.ends_with(['.', ' ']) && !name.chars().any(bad)
}

fn add_entries(database: &mut Database, component: &Component<'_>) {
    let kind = component.kind;
    let identifier = Material::new("medv 2026-11-22 component entries").part(kind.name()).uuid();
    payload::add_component(database, ENTRIES, identifier, "MEDVDIR", KeyPath::Registry(ENTRIES_KEY_PATH));
    let version = component.version.to_string();
    registry::add(database, ENTRIES, ENTRIES_KEY_PATH, &key(kind), "Version", &version);
    registry::add(database, ENTRIES, "ComponentInstallDir", &key(kind), "InstallDir", "[MEDVDIR]");

    for (variable, folder) in kind.search_paths() {
        // Set on installation, taken out on removal, in the system's variables; behind what is there.
        let (name, value) = (format!("=-*{variable}"), format!("[~];{folder}"));
        database.add(
            Table::Environment,
            [format!("Search{variable}").into(), name.into(), value.into(), ENTRIES.into()],
        );
    }
    folder::add_system_folder(database, "ProgramMenuFolder");
    folder::add_system_folder(database, "System64Folder");
    let shortcut = kind.shortcut();
    database.add(
        Table::Shortcut,
        [
            "StartMenu".into(),
            "ProgramMenuFolder".into(),
            shortcut.name.into(),
            ENTRIES.into(),
            shortcut.target.into(),
            shortcut.arguments.into(),
            kind.title().into(),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            "MEDVDIR".into(),
        ],
    );
}
