//! `medv workspace install`, `uninstall` and `list`, on a root made for it.
#![cfg(unix)]

mod failing;
mod killed;
mod over_http;
mod refused;
mod removing;
mod upgrading;
mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use medv_codec::container::Container;
use medv_codec::source::FileSource;
use medv_format::Limits;
use medv_format::container::FrameKind;
use medv_format::journal::Journal;
use medv_settings::{Scope, Store, TomlStore, catalogue};
use medv_tests::command::Finished;
use medv_tests::images::{mixed, noise};
use medv_tests::vhd_builder::fixed;
use medv_tests::workshop::{Workshop, tree};

const MIB: usize = 1 << 20;

/// What a package is made of, but for its disk.
const OFFICE: &str = "name = \"Office\"\nimage = \"office.vhd\"\n[pack]\nlevel = 1\n[first-time-setup]\nmode = \"silent\"\n\
                      [computer-name]\nmask = \"XP-*\"\n[web-redirection]\naddresses = [\"http://a.example\", \"http://b.example\"]\n";

/// What an administrator had set before.
const OWN: &str = "# ours\n[VM]\nMultiUserEnabled = true # for the class room\n\n[Other]\nthing = 1\n";

/// A workshop with a disk, its package in `office`, and a root.
struct Site {
    shop: Workshop,
    disk: Vec<u8>,
}

impl Site {
    fn new() -> Self {
        Self::with_disk(mixed(1, 3 * MIB))
    }

    fn with_disk(disk: Vec<u8>) -> Self {
        let shop = Workshop::new();
        shop.write("office.vhd", fixed(&disk));
        shop.package(OFFICE, "office");
        shop.write("root/etc/medv/settings.toml", OWN);
        Self { shop, disk }
    }

    /// Another package of the same workspace: another disk, version and set of settings.
    fn second(&self) -> Vec<u8> {
        let disk = noise(2, 2 * MIB);
        self.shop.write("second/office.vhd", fixed(&disk));
        let text = OFFICE
            .replace("\"office.vhd\"", "\"second/office.vhd\"\nversion = \"1.1.0\"")
            .replace("mode = \"silent\"", "shared = false");
        self.shop.package(&text, "office2");
        disk
    }

    fn install(&self, arguments: &[&str]) -> Finished {
        let arguments = [&["workspace", "install"], arguments, &["--root", "root", "--json"]].concat();
        self.shop.run(arguments)
    }

    fn uninstall(&self, arguments: &[&str]) -> Finished {
        self.shop.run([&["workspace", "uninstall"], arguments, &["--root", "root", "--json"]].concat())
    }

    /// What `medv workspace list` says of the one workspace that is installed.
    fn listed(&self) -> Option<serde_json::Value> {
        let listed = self.shop.run(["workspace", "list", "--root", "root", "--json"]).exits(0).json();
        let all = listed["workspaces"].as_array().unwrap();
        assert!(all.len() <= 1, "{listed}");
        all.first().cloned()
    }

    fn root(&self, path: &str) -> PathBuf {
        self.shop.path("root").join(path)
    }

    /// The master disk.
    fn master(&self) -> PathBuf {
        self.root("var/lib/medv/workspace/office.vhd")
    }

    fn tree(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        tree(&self.shop.path("root"))
    }

    /// All that is installed is what `package` has, with this disk.
    fn assert_installed(&self, package: &str, disk: &[u8]) {
        let master = fs::read(self.master()).unwrap();
        assert!(master.len() == disk.len() + 512 && master.starts_with(disk), "another disk");
        let names: Vec<_> = fs::read_dir(self.root("var/lib/medv/workspace"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names, ["office.vhd"]);
        let names: Vec<_> = tree(&self.root("var/lib/medv")).into_keys().collect();
        let expected = [
            "allusers",
            "medvlock",
            "medvlock/medv.lock",
            "monitoring",
            "workspace",
            "workspace/office.vhd",
            "workspace.toml",
        ];
        assert_eq!(names, expected.map(PathBuf::from));
        assert_eq!(self.settings(), self.settings_of(package));
        let autostart = fs::read_to_string(self.root("etc/xdg/autostart/medv-host.desktop")).unwrap();
        assert!(autostart.contains("\nExec=medv-host run\n"), "{autostart}");
        let listed = self.listed().expect("it is installed");
        assert_eq!((&listed["name"], &listed["finished"]), (&"Office".into(), &true.into()));
    }

    /// How many frames of the disk the journal of an unfinished one has.
    fn journalled(&self) -> u64 {
        let bytes =
            fs::read(self.root("var/lib/medv/workspace/office.vhd.new.medv-journal")).unwrap_or_default();
        let journal = Journal::from_bytes(&bytes, &Limits::default());
        journal.map_or(0, |journal| journal.done.len() as u64)
    }

    /// Bytes of all data frames in the `.medv`, and how many there are.
    fn data(&self) -> (u64, u64) {
        let source = FileSource::open(&self.shop.path("office/office.medv")).unwrap();
        let container = Container::open(&source, &Limits::default()).unwrap();
        let frames = container.index.frames().filter(|frame| frame.entry.kind == FrameKind::Data);
        frames
            .fold((0, 0), |(bytes, count), frame| (bytes + u64::from(frame.entry.compressed_len), count + 1))
    }

    /// The settings of the machine, but for its own.
    fn settings(&self) -> Vec<(String, medv_settings::Value)> {
        let store = TomlStore::of_this_user(&self.shop.path("root")).unwrap();
        let get = |setting| Some((format!("{setting}"), store.get(Scope::Machine, setting).unwrap()?));
        catalogue().filter_map(get).filter(|(name, _)| name != r"VM\MultiUserEnabled").collect()
    }

    /// The settings in the `.reg` of a package.
    fn settings_of(&self, package: &str) -> Vec<(String, medv_settings::Value)> {
        let bytes = fs::read(self.shop.path(package).join("Office.reg")).unwrap();
        let entries = medv_settings::RegFile::from_bytes(&bytes).unwrap().entries();
        let name = |entry: &medv_settings::RegistryEntry| {
            medv_settings::find_in_registry(&entry.key, &entry.name).unwrap().to_string()
        };
        let all = entries.iter().map(|entry| (name(entry), entry.value.clone()));
        all.filter(|(name, _)| name != r"VM\MultiUserEnabled").collect()
    }
}

/// That `finished` failed in this way.
fn fails(finished: Finished, code: i32, messages: &[&str]) {
    let finished = finished.exits(code);
    for message in messages {
        assert!(finished.stderr.contains(message), "expected: {message}\nfound: {}", finished.stderr);
    }
}
