//! A workspace's `.msi`.

use medv_codec::{Error, Result};
use medv_format::digest::Digest;
use medv_settings::RegistryEntry;
use uuid::Uuid;

use super::action::{self, Kind, LIBRARY};
use super::check::{self, HYPERVISOR_PROPERTIES, found};
use super::database::Database;
use super::disk_actions::{self, FOUND_DIGEST};
use super::folder::{self, Folders};
use super::formatted::escape;
use super::identifier::{Material, braced, workspace_upgrade_code};
use super::install_folder::{self, FOUND_FOLDER};
use super::payload::{self, File, KeyPath};
use super::product::{self, Product, add_property};
use super::registry::{self, MEDV, RUN};
use super::search::{self, Place};
use super::sequence::{self, at};
use super::version::ProductVersion;

/// What a workspace's `.msi` is made of.
#[derive(Clone, Debug)]
pub struct Workspace<'a> {
    /// The workspace's name (specification, "Names").
    pub name: &'a str,
    /// Its version.
    pub version: ProductVersion,
    /// Who made it, for Programs and Features; "medv" if not given.
    pub publisher: Option<&'a str>,
    /// The address that Programs and Features shows for help.
    pub help_link: Option<&'a str>,
    /// The disk in the `.medv` beside the `.msi`.
    pub disk: Disk<'a>,
    /// The settings, `VM\Name` among them.
    pub settings: &'a [RegistryEntry],
    /// The package's `.reg`, which is part of what the `ProductCode` stands for.
    pub reg: &'a [u8],
    /// Programs inside the `.msi`.
    pub programs: Programs<'a>,
}

/// The facts about the disk that installing it needs.
#[derive(Clone, Copy, Debug)]
pub struct Disk<'a> {
    /// The file name of the `.medv` and of the `.vhd`, without its extension.
    pub image: &'a str,
    /// What the expanded VHD takes, in bytes.
    pub bytes_on_disk: u64,
    /// Digest of the index of the `.medv`, from its trailer.
    pub index_digest: Digest,
    /// Digest of the disk's content, from the trailer.
    pub image_digest: Digest,
}

/// Programs for Windows that the `.msi` carries.
#[derive(Clone, Copy, Debug)]
pub struct Programs<'a> {
    /// `medv-actions.dll`: the actions that Windows Installer calls.
    pub actions: &'a [u8],
    /// `uninstall.exe`, which is left beside the disk.
    pub uninstall: &'a [u8],
}

impl Workspace<'_> {
    /// The identifier by which a later version finds this one to replace it.
    pub fn upgrade_code(&self) -> Uuid {
        workspace_upgrade_code(self.name)
    }

    /// The identifier of this very product: another one for another version, disk, setting or program.
    pub fn product_code(&self) -> Uuid {
        Material::new("medv 2026-11-22 workspace product code")
            .part(self.name)
            .part(self.version.to_string())
            .part(self.disk.index_digest.0)
            .part(self.reg)
            .part(self.programs.actions)
            .part(self.programs.uninstall)
            .uuid()
    }

    fn component(&self, component: &str) -> Uuid {
        Material::new("medv 2026-11-22 workspace component")
            .part(self.name.to_lowercase())
            .part(component)
            .uuid()
    }
}

/// Component that the settings and the entries belong to.
const ENTRIES: &str = "Entries";

/// Writes the `.msi` of a workspace.
///
/// # Errors
/// [`medv_codec::ErrorKind::Usage`] for a name or a setting that a database cannot hold, [`medv_codec::ErrorKind::Limit`]
/// for programs that are too large.
pub fn workspace(workspace: &Workspace<'_>) -> Result<Vec<u8>> {
    check_name("the workspace's name", workspace.name)?;
    check_name("the name of the disk", workspace.disk.image)?;
    let mut database = Database::new();
    sequence::add_standard_actions(&mut database);
    add_product(&mut database, workspace);
    add_checks(&mut database);
    let key = format!(r"{MEDV}\Workspace");
    install_folder::add(&mut database, "INSTALLDIR", &key);
    search::add(&mut database, FOUND_DIGEST, Place::Registry { key: &key, name: "ImageDigest" });
    add_programs(&mut database, workspace)?;
    add_entries(&mut database, workspace)?;
    disk_actions::add_all(&mut database);
    add_start(&mut database);
    database.into_bytes("MED-V Workspace")
}

/// The tables could not hold these letters, or an action would mistake them.
fn check_name(what: &str, name: &str) -> Result<()> {
    let bad = |letter: char| letter.is_control() || r#"\/:*?"<>|"#.contains(letter);
    match name.chars().find(|letter| bad(*letter)) {
        Some(letter) => Err(Error::usage(format!("{what}, {name:?}, has {letter:?} in it"))
            .advice("use letters that can be in a file name")),
        None if name.is_empty() => Err(Error::usage(format!("{what} is empty")).advice("give it one")),
        None => Ok(()),
    }
}

fn add_product(database: &mut Database, workspace: &Workspace<'_>) {
    let mut public = vec![
        "OVERWRITEVHD",
        "SUPPRESSMEDVLAUNCH",
        "DELETEDIFFDISKS",
        found::HOST_AGENT_VERSION,
        found::HOST_AGENT_FOLDER,
        found::WORKSPACE,
        FOUND_FOLDER,
        FOUND_DIGEST,
    ];
    public.extend(HYPERVISOR_PROPERTIES);
    let product = Product {
        name: &format!("MED-V Workspace - {}", workspace.name),
        version: workspace.version,
        code: workspace.product_code(),
        upgrade_code: workspace.upgrade_code(),
        publisher: workspace.publisher,
        help_link: workspace.help_link,
        folder: "INSTALLDIR",
        public: &public,
    };
    product::add(database, &product);
    let disk = &workspace.disk;
    for (property, value) in [
        ("WorkspaceName", workspace.name.to_owned()),
        ("ImageName", disk.image.to_owned()),
        ("MedvFile", format!("{}.medv", disk.image)),
        ("ImageDigest", disk.image_digest.to_string()),
        ("IndexDigest", disk.index_digest.to_string()),
        ("BytesOnDisk", disk.bytes_on_disk.to_string()),
        // Programs and Features counts in KiB.
        ("ARPSIZE", (disk.bytes_on_disk / 1024).clamp(1, u64::from(u32::MAX >> 1)).to_string()),
        ("OVERWRITEVHD", "0".to_owned()),
        ("DELETEDIFFDISKS", "0".to_owned()),
    ] {
        add_property(database, property, &value);
    }
}

fn add_checks(database: &mut Database) {
    check::add_all_users(database);
    check::add_host_agent(database);
    check::add_hypervisor(database);
    check::add_only_workspace(database);
    check::add_not_newer(database);
}

fn add_programs(database: &mut Database, workspace: &Workspace<'_>) -> Result<()> {
    database.add_binary(LIBRARY, workspace.programs.actions);
    let mut folders = Folders::new(database);
    folder::add_system_folder(database, "CommonAppDataFolder");
    folders.add(database, "MicrosoftFolder", "CommonAppDataFolder", "Microsoft");
    folders.add(database, "MedvFolder", "MicrosoftFolder", "Medv");
    folders.add(database, "INSTALLDIR", "MedvFolder", "Workspace");
    let uninstall = File {
        key: "uninstall.exe".to_owned(),
        component: "Uninstall".to_owned(),
        identifier: workspace.component("Uninstall"),
        folder: "INSTALLDIR".to_owned(),
        name: "uninstall.exe",
        bytes: workspace.programs.uninstall,
    };
    payload::add_files(database, &mut folders, &[uninstall])?;
    // The disk comes before the files, and needs its folder.
    database.add(super::schema::Table::CreateFolder, ["INSTALLDIR".into(), "Uninstall".into()]);
    Ok(())
}

fn add_entries(database: &mut Database, workspace: &Workspace<'_>) -> Result<()> {
    let identity = "WorkspaceName";
    payload::add_component(
        database,
        ENTRIES,
        workspace.component(ENTRIES),
        "INSTALLDIR",
        KeyPath::Registry(identity),
    );
    let key = format!(r"{MEDV}\Workspace");
    let code = braced(workspace.product_code());
    for (row, name, value) in [
        (identity, "Name", escape(workspace.name)),
        ("WorkspaceVersion", "Version", workspace.version.to_string()),
        ("WorkspaceProductCode", "ProductCode", escape(&code)),
        ("WorkspaceInstallDir", "InstallDir", "[INSTALLDIR]".to_owned()),
        ("WorkspaceDisk", "Disk", format!("[INSTALLDIR]{}.vhd", escape(workspace.disk.image))),
        ("WorkspaceImageDigest", "ImageDigest", workspace.disk.image_digest.to_string()),
    ] {
        registry::add(database, ENTRIES, row, &key, name, &value);
    }
    let run = "\"[HOSTAGENTFOLDER]medv-host.exe\" run";
    registry::add(database, ENTRIES, "Run", RUN, "MED-V Host Agent", run);
    registry::add_settings(database, ENTRIES, workspace.settings)
}

/// Starts the host agent when the caller asks for it, for whoever installs: the system has no desktop to show it on.
fn add_start(database: &mut Database) {
    let asked = "SUPPRESSMEDVLAUNCH = \"0\" AND NOT REMOVE AND UserSID <> \"S-1-5-18\"";
    let set = Kind::Set { property: "HostAgentProgram", to: "[HOSTAGENTFOLDER]medv-host.exe" };
    action::add(database, "SetHostAgentProgram", set, asked, at::DONE);
    let start = Kind::Start { property: "HostAgentProgram", arguments: "run" };
    action::add(database, "StartHostAgent", start, asked, at::DONE + 1);
}
