//! The whole life of a workspace on one machine with Windows, as Wine plays it: what `spec/workspace-package.md`
//! promises, in the order in which it happens. Exit codes are read whole.

mod components;
mod imports;
mod packager;

mod with_wine {
    use super::{components, imports, packager};
    use medv_packager::msi::ComponentKind;
    use medv_setup::codes;
    use medv_tests::images::noise;
    use medv_tests::windows_machine::{Ran, WindowsMachine};
    use medv_tests::windows_package::{Package, PackedDisk, installer};
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    /// Where the log of each step goes.
    const LOG: &str = "step.log";
    const MEDV: &str = "ProgramData/Microsoft/Medv";
    const WORKSPACE: &str = "ProgramData/Microsoft/Medv/Workspace";
    const LAYERS: &str = "users/root/AppData/Local/Microsoft/MEDV/v2/Virtual Machines/Office";
    const RUN: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
    const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";

    #[test]
    fn from_the_first_installation_to_the_last_removal() {
        let life = Life::new();
        let disk = PackedDisk::new(life.folder.path(), "office", &noise(1, 3 << 20));
        let first = life.package("first", "1.0.0", 5, &disk);
        life.refuses_without_the_host_agent(&first);
        life.installs_the_components();
        life.refuses_what_is_wrong(&disk, &first);
        life.undoes_a_failure_on_the_way(&disk);
        life.goes_on_after_a_kill();
        life.takes_settings_from_a_file();
        life.finds_folders_of_users();
        life.installs(&first, &disk);
        life.gives_rights();
        life.refuses_a_second_time(&first, &disk);
        life.never_puts_back_what_is_stale(&first, &disk);
        life.upgrades(&disk);
        life.keeps_the_host_agent_while_it_is_needed();
        life.removes_everything(&first);
        life.starts_again_with_the_packager();
    }

    /// The machine, and where packages for it are made.
    struct Life {
        machine: WindowsMachine,
        folder: tempfile::TempDir,
        host_agent: PathBuf,
        packager: PathBuf,
        /// How the machine stands, as long as nothing has changed it since that was looked at.
        known: RefCell<Option<Standing>>,
    }

    /// What must not change when an installation is refused.
    struct Standing {
        files: BTreeMap<String, u64>,
        /// Each value with its key. Wine's rollback is not exact about keys without values.
        registry: BTreeSet<String>,
    }

    impl Life {
        fn new() -> Self {
            let machine = WindowsMachine::new();
            for program in ["setup.exe", "uninstall.exe"] {
                imports::assert_safe(&machine.program(program));
            }
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name);
            let (host_agent, packager) =
                (at("MED-V_HostAgent_Setup.exe"), at("MED-V_WorkspacePackager_Setup.exe"));
            installer(&machine, ComponentKind::HostAgent, "0.1.0", &host_agent);
            installer(&machine, ComponentKind::WorkspacePackager, "0.1.0", &packager);
            // A hypervisor, as its installer registers it.
            let qemu = [r"add", r"HKLM\SOFTWARE\QEMU", "/v", "Install_Dir", "/d", r"C:\qemu"];
            assert_eq!(machine.run("reg", qemu).code, 0);
            Self { machine, folder, host_agent, packager, known: RefCell::default() }
        }

        fn package(&self, folder: &str, version: &str, timeout: u32, disk: &PackedDisk) -> Package {
            let folder = self.folder.path().join(folder);
            Package::new(&self.machine, folder, "Office", version, timeout, disk)
        }

        /// Runs a program silently, with a log; answers how it ended, and the log.
        fn silently(&self, program: &Path, arguments: &[&str]) -> (Ran, String) {
            let there = format!(r"C:\{LOG}");
            let all = ["/qn", "/l*", &there].into_iter().chain(arguments.iter().copied());
            let ran = self.machine.run(program, all);
            let file = self.machine.path(LOG);
            let log = fs::read(&file).map(|bytes| text_of(&bytes)).unwrap_or_default();
            _ = fs::remove_file(file);
            (ran, log)
        }

        /// Runs a program, which must end with `code`, and changes the machine.
        fn ends(&self, program: &Path, arguments: &[&str], code: u32) -> String {
            self.changes();
            self.runs(program, arguments, code)
        }

        /// The machine is about to be changed.
        fn changes(&self) {
            self.known.take();
        }

        fn runs(&self, program: &Path, arguments: &[&str], code: u32) -> String {
            let (ran, log) = self.silently(program, arguments);
            assert_eq!(ran.code, code, "{} {arguments:?}: {}\n{log}", program.display(), ran.text);
            log
        }

        /// Runs a program, which must end with `code`, say all of `why` in its log, and change nothing.
        ///
        /// Wine does not write the messages of actions that only stop, so for those `why` is the action's name; the
        /// messages are with the tests of the database.
        fn refuses(&self, program: &Path, arguments: &[&str], code: u32, why: &[&str]) {
            let before = self.known.take().unwrap_or_else(|| self.standing());
            let log = self.runs(program, arguments, code);
            for why in why {
                assert!(log.contains(why), "{} {arguments:?}: no {why:?} in\n{log}", program.display());
            }
            self.assert_stands(&before);
        }

        fn standing(&self) -> Standing {
            let keys = [r"SOFTWARE\Microsoft", r"SOFTWARE\Classes\Installer"];
            let registry = keys.iter().flat_map(|key| values_of(&self.machine.registry(key))).collect();
            Standing { files: self.machine.files(), registry }
        }

        fn assert_stands(&self, before: &Standing) {
            let after = self.standing();
            let changed: Vec<_> = before
                .files
                .keys()
                .chain(after.files.keys())
                .filter(|name| before.files.get(*name) != after.files.get(*name))
                .collect();
            assert!(changed.is_empty(), "{changed:?}");
            let changed: Vec<_> = before.registry.symmetric_difference(&after.registry).collect();
            assert!(changed.is_empty(), "{changed:?}");
            *self.known.borrow_mut() = Some(after);
        }

        fn workspace(&self, file: &str) -> PathBuf {
            self.machine.path(WORKSPACE).join(file)
        }

        fn refuses_without_the_host_agent(&self, package: &Package) {
            self.refuses(&package.setup(), &[], codes::FAILURE, &["StopWithoutHostAgent"]);
        }

        fn installs_the_components(&self) {
            self.ends(&self.host_agent, &[], codes::SUCCESS);
            self.ends(&self.packager, &[], codes::SUCCESS);
            let components = self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2\Components");
            for component in ["HostAgent", "WorkspacePackager"] {
                assert!(components.contains(&format!(r"Components\{component}]")), "{components}");
            }
            let programs = self.machine.path(components::FOLDER);
            components::assert_there(
                &self.machine,
                &[ComponentKind::HostAgent, ComponentKind::WorkspacePackager],
            );
            let entries = self.machine.registry(UNINSTALL);
            assert!(entries.contains(r#""DisplayName"="MED-V Host Agent""#), "{entries}");
            let version = self.machine.run(programs.join("medv.exe"), ["--version"]);
            assert!(version.text.starts_with("medv "), "{version:?}");
        }

        fn refuses_what_is_wrong(&self, disk: &PackedDisk, good: &Package) {
            let setup = good.setup();
            self.refuses(&setup, &["ALLUSERS="], codes::FAILURE, &["StopUnlessAllUsers"]);
            self.refuses(&setup, &["/quite"], codes::COMMAND_LINE, &[]);
            let said = self.machine.run(&setup, ["/nonsense"]);
            assert!(
                said.code == codes::COMMAND_LINE && said.text.contains("/nonsense: no such option"),
                "{said:?}"
            );
            let said = self.machine.run(&setup, ["/?"]);
            assert!(said.code == codes::SUCCESS && said.text.contains("OVERWRITEVHD"), "{said:?}");

            let missing = self.package("missing", "1.0.0", 5, disk);
            fs::remove_file(missing.medv()).unwrap();
            let why = ["office.medv", "not found", "copy all files"];
            self.refuses(&missing.setup(), &[], codes::SOURCE_ABSENT, &why);
            fs::copy(missing.msi(), missing.folder.join("second.msi")).unwrap();
            let why = ["Office.msi and second.msi", "expected one"];
            self.refuses(&missing.setup(), &[], codes::PACKAGE_OPEN_FAILED, &why);

            let damaged = self.package("damaged", "1.0.0", 5, disk);
            damaged.damage(1 << 20);
            let why = ["office.medv", "damaged", "copy the file again"];
            self.refuses(&damaged.setup(), &[], codes::PACKAGE_INVALID, &why);

            // The largest VHD there can be: no test machine has room for a fixed one.
            let huge = self.folder.path().join("huge.vhd");
            let size = 2040 << 30;
            let footer = medv_format::vhd::Footer::new_fixed(
                size,
                medv_tests::vhd_builder::UUID,
                medv_format::vhd::Timestamp(1),
            );
            let file = fs::File::create(&huge).unwrap();
            file.set_len(size).unwrap();
            std::os::unix::fs::FileExt::write_all_at(&file, &footer.to_bytes(), size).unwrap();
            let huge = self.package("huge", "1.0.0", 5, &PackedDisk::of(huge));
            let why = ["expected 2190", "free", "INSTALLDIR"];
            self.refuses(&huge.setup(), &[], codes::FAILURE, &why);

            self.changes();
            fs::create_dir_all(self.workspace("")).unwrap();
            fs::write(self.workspace("office.vhd"), "somebody's disk").unwrap();
            let why = ["office.vhd", "found a disk", "OVERWRITEVHD=1"];
            self.refuses(&setup, &[], codes::FAILURE, &why);
        }

        /// A damaged disk that only expanding finds, as Windows Installer was not started through setup.exe.
        fn undoes_a_failure_on_the_way(&self, disk: &PackedDisk) {
            let package = self.package("damaged-inside", "1.0.0", 5, disk);
            package.damage(1 << 20);
            let before = self.standing();
            self.installing_fails(&package, &["OVERWRITEVHD=1"], &["office.medv", "frame"]);
            self.assert_stands(&before);
            assert_eq!(fs::read(self.workspace("office.vhd")).unwrap(), b"somebody's disk");
            self.changes();
            fs::remove_dir_all(self.workspace("")).unwrap();
        }

        /// Has Windows Installer install a package that setup.exe would have refused; it must fail, and say all of `why`.
        fn installing_fails(&self, package: &Package, properties: &[&str], why: &[&str]) {
            let msi = WindowsMachine::windows_path(&package.msi());
            let log = format!(r"C:\{LOG}");
            let arguments = ["/i", &msi, "/qn", "/l*", &log].into_iter().chain(properties.iter().copied());
            let ran = self.machine.run("msiexec", arguments);
            let file = self.machine.path(LOG);
            let log = text_of(&fs::read(&file).unwrap());
            fs::remove_file(file).unwrap();
            // Windows says 1603 where Wine has 1627.
            assert!([codes::FAILURE, 1627].contains(&ran.code), "{ran:?}\n{log}");
            for why in why {
                assert!(log.contains(why), "no {why:?} in\n{log}");
            }
        }

        fn goes_on_after_a_kill(&self) {
            let disk = PackedDisk::new(self.folder.path(), "large", &noise(2, 448 << 20));
            let package = self.package("large", "1.0.0", 5, &disk);
            let before = self.standing();
            let arguments = ["/qn", "/l*", r"C:\step.log", "SUPPRESSMEDVLAUNCH=1"];
            let mut running = self.machine.start(package.setup(), arguments);
            let journal = self.workspace("large.vhd.new.medv-journal");
            // The journal's header has 112 bytes, and each frame that is on disk for good a record.
            while fs::metadata(&journal).map_or(0, |journal| journal.len()) <= 112 {
                assert!(!running.has_ended(), "it ended before anything was journalled");
                std::thread::sleep(Duration::from_millis(2));
            }
            self.machine.switch_off();
            running.wait();
            self.machine.switch_on();
            _ = fs::remove_file(self.machine.path(LOG));
            assert!(!self.workspace("large.vhd").exists());
            for left in ["large.vhd.new.medv-part", "large.vhd.new.medv-journal"] {
                assert!(self.workspace(left).is_file(), "{left}");
            }
            // Besides, only what Windows Installer notes for itself.
            let after = self.standing();
            let new = after.files.keys().filter(|name| !before.files.contains_key(*name));
            let ours: Vec<_> = new.filter(|name| !name.starts_with("windows/Installer/")).collect();
            assert_eq!(ours.len(), 3, "{ours:?}");
            let changed: Vec<_> = before.registry.symmetric_difference(&after.registry).collect();
            let foreign =
                changed.iter().find(|value| !value.contains(r"\CurrentVersion\Installer\UserData\"));
            assert!(foreign.is_none(), "{foreign:?}");

            let log = self.ends(&package.setup(), &["SUPPRESSMEDVLAUNCH=1"], codes::SUCCESS);
            let line = log.lines().find(|line| line.contains("frames were there")).expect("it says so");
            let resumed = line.split("disk of ").nth(1).and_then(|rest| rest.split([':', ' ']).nth(3));
            let resumed: u32 =
                resumed.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("{line}"));
            assert!(resumed > 0, "{line}");
            assert!(same_bytes(&self.workspace("large.vhd"), &disk.vhd), "the disk is not what was packed");
            let uninstall = self.workspace("uninstall.exe");
            self.ends(&uninstall, &["DELETEDIFFDISKS=1"], codes::SUCCESS);
            assert!(!self.workspace("").exists());
        }

        /// What administrators do with a `.reg`.
        fn takes_settings_from_a_file(&self) {
            self.changes();
            let text = concat!(
                "Windows Registry Editor Version 5.00\n\n",
                "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Medv\\v2\\Test]\n",
                "\"Lines\"=hex(7):61,00,00,00,62,00,00,00,00,00\n",
                "\"Number\"=dword:0000002a\n",
                "\"Text\"=\"a \\\"b\\\" C:\\\\d ü\"\n\n",
            );
            let units = std::iter::once('\u{feff}').chain(text.chars());
            let text_with_mark: String = units.collect::<String>().replace('\n', "\r\n");
            let bytes: Vec<u8> = text_with_mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
            fs::write(self.machine.path("settings.reg"), bytes).unwrap();
            assert_eq!(self.machine.run("reg", ["import", r"C:\settings.reg"]).code, 0);
            let key = r"SOFTWARE\Microsoft\Medv\v2\Test";
            assert_eq!(self.machine.registry(key).trim_start_matches('\u{feff}'), text);
            let key = format!(r"HKLM\{key}");
            assert_eq!(self.machine.run("reg", ["delete", &key, "/f"]).code, 0);
            fs::remove_file(self.machine.path("settings.reg")).unwrap();
        }

        fn installs(&self, package: &Package, disk: &PackedDisk) {
            let log =
                self.ends(&package.setup(), &["OVERWRITEVHD=1", "SUPPRESSMEDVLAUNCH=1"], codes::SUCCESS);
            assert!(!log.contains("warning"), "{log}");
            assert!(same_bytes(&self.workspace("office.vhd"), &disk.vhd), "the disk is not what was packed");
            let mut names: Vec<_> =
                fs::read_dir(self.workspace("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            assert_eq!(names, ["office.vhd", "uninstall.exe"]);
            for there in ["AllUsers", "Monitoring", "MedvLock/medv.lock"] {
                assert!(self.machine.path("ProgramData/Microsoft/Medv").join(there).exists(), "{there}");
            }
            let medv = self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2");
            for value in [
                r#""UpgradeTimeout"=dword:00000005"#,
                r#""DialogMsg"="[Grüße] \"quoted\" 100 % {x} #1""#,
                r#""Name"="Office""#,
                r#""Version"="1.0.0""#,
                r#""InstallDir"="C:\\ProgramData\\Microsoft\\Medv\\Workspace\\""#,
                r#""Disk"="C:\\ProgramData\\Microsoft\\Medv\\Workspace\\office.vhd""#,
                // "*.example.org", "a b", an end.
                r#""RedirectUrls"=hex(7):2a,00,2e,00,65,00,78,00,61,00,6d,00,70,00,6c,00,65"#,
            ] {
                assert!(medv.contains(value), "no {value} in {medv}");
            }
            let run = self.machine.registry(RUN);
            let value = r#""MED-V Host Agent"="\"C:\\Program Files\\Microsoft Enterprise Desktop Virtualization\\medv-host.exe\" run""#;
            assert!(run.contains(value), "{run}");
            let entries = self.machine.registry(UNINSTALL);
            assert_eq!(
                entries.matches(r#""DisplayName"="MED-V Workspace - Office""#).count(),
                1,
                "{entries}"
            );
        }

        /// Users have made the folders before, and may write there.
        fn finds_folders_of_users(&self) {
            use std::os::unix::fs::PermissionsExt;
            self.changes();
            fs::create_dir_all(self.workspace("")).unwrap();
            for folder in [self.machine.path(MEDV), self.workspace("")] {
                fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
            }
            assert!(self.rights("Workspace").ends_with(";0x1301ff;;;WD)"), "{}", self.rights("Workspace"));
        }

        /// Of owners Wine keeps nothing, of rights what a file's mode can say; `WD` is everybody.
        fn gives_rights(&self) {
            for path in ["", "Workspace", "Workspace/office.vhd", "Workspace/uninstall.exe"] {
                let rights = self.rights(path);
                assert!(
                    rights.ends_with(";0x1200a9;;;WD)"),
                    "{path:?}: everybody reads, and no more: {rights}"
                );
            }
        }

        fn rights(&self, path: &str) -> String {
            let path = WindowsMachine::windows_path(&self.machine.path(MEDV).join(path));
            let ran = self.machine.run(self.machine.program("examples/rights.exe"), [path]);
            assert_eq!(ran.code, 0, "{}", ran.text);
            ran.text.lines().next().unwrap_or_default().trim().to_owned()
        }

        fn refuses_a_second_time(&self, package: &Package, disk: &PackedDisk) {
            let why = ["found it installed", "OVERWRITEVHD=1"];
            self.refuses(&package.setup(), &[], codes::FAILURE, &why);
            fs::write(self.workspace("office.vhd"), "spoilt").unwrap();
            self.ends(&package.setup(), &["OVERWRITEVHD=1", "SUPPRESSMEDVLAUNCH=1"], codes::SUCCESS);
            assert!(same_bytes(&self.workspace("office.vhd"), &disk.vhd), "the disk is not what was packed");
            assert!(!self.workspace("office.vhd.replaced").exists());
        }

        /// What an earlier installation has replaced and could not delete is not put back by a repair that fails.
        fn never_puts_back_what_is_stale(&self, package: &Package, disk: &PackedDisk) {
            self.changes();
            fs::write(self.workspace("office.vhd.replaced"), "an older disk").unwrap();
            let whole = self.folder.path().join("whole.medv");
            fs::rename(package.medv(), &whole).unwrap();
            fs::copy(&whole, package.medv()).unwrap();
            package.damage(1 << 20);
            let repair = ["REINSTALL=ALL", "REINSTALLMODE=vamus", "OVERWRITEVHD=1"];
            self.installing_fails(package, &repair, &["office.medv", "frame"]);
            assert!(same_bytes(&self.workspace("office.vhd"), &disk.vhd), "the disk is not what was packed");
            fs::rename(&whole, package.medv()).unwrap();
            self.ends(&package.setup(), &["OVERWRITEVHD=1", "SUPPRESSMEDVLAUNCH=1"], codes::SUCCESS);
            assert!(same_bytes(&self.workspace("office.vhd"), &disk.vhd), "the disk is not what was packed");
            for gone in ["office.vhd.replaced", "office.vhd.undo"] {
                assert!(!self.workspace(gone).exists(), "{gone}");
            }
        }

        fn upgrades(&self, disk: &PackedDisk) {
            // The same disk with another setting: the disk is not touched.
            let second = self.package("second", "1.1.0", 9, disk);
            let written = || fs::metadata(self.workspace("office.vhd")).unwrap().modified().unwrap();
            let before = written();
            let log = self.ends(&second.setup(), &[], codes::SUCCESS);
            assert!(log.contains("the disk is there already"), "{log}");
            assert_eq!(before, written());
            let medv = self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2");
            assert!(
                medv.contains(r#""UpgradeTimeout"=dword:00000009"#) && medv.contains(r#""Version"="1.1.0""#)
            );
            let entries = self.machine.registry(UNINSTALL);
            assert_eq!(
                entries.matches(r#""DisplayName"="MED-V Workspace - Office""#).count(),
                1,
                "{entries}"
            );

            // Another disk.
            let elsewhere = self.folder.path().join("changed");
            fs::create_dir(&elsewhere).unwrap();
            let changed = PackedDisk::new(&elsewhere, "office", &noise(3, 4 << 20));
            let third = self.package("third", "1.2.0", 9, &changed);
            self.refuses(&third.setup(), &[], codes::FAILURE, &["office.vhd", "OVERWRITEVHD=1"]);
            self.ends(&third.setup(), &["OVERWRITEVHD=1"], codes::SUCCESS);
            assert!(
                same_bytes(&self.workspace("office.vhd"), &changed.vhd),
                "the disk is not what was packed"
            );
            assert!(self.machine.registry(RUN).contains("MED-V Host Agent"));

            // Back, or beside it, there is no way.
            self.refuses(&second.setup(), &["OVERWRITEVHD=1"], codes::FAILURE, &["StopNewerVersion"]);
            let folder = self.folder.path().join("other");
            let other = Package::new(&self.machine, folder, "Other", "1.0.0", 5, disk);
            self.refuses(&other.setup(), &["OVERWRITEVHD=1"], codes::FAILURE, &["StopOtherWorkspace"]);
        }

        fn keeps_the_host_agent_while_it_is_needed(&self) {
            self.refuses(&self.host_agent, &["/x"], codes::FAILURE, &["StopWorkspaceLeft"]);
            let before = self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2\Workspace");
            for (installer, kind) in [
                (&self.packager, ComponentKind::WorkspacePackager),
                (&self.host_agent, ComponentKind::HostAgent),
            ] {
                self.changes();
                components::lose(&self.machine, kind);
                self.ends(installer, &["/f"], codes::SUCCESS);
                components::assert_there(
                    &self.machine,
                    &[ComponentKind::HostAgent, ComponentKind::WorkspacePackager],
                );
            }
            self.ends(&self.packager, &["/x"], codes::SUCCESS);
            components::assert_there(&self.machine, &[ComponentKind::HostAgent]);
            assert_eq!(self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2\Workspace"), before);
            assert!(self.workspace("office.vhd").is_file());
        }

        fn removes_everything(&self, package: &Package) {
            let layers = self.machine.path(LAYERS);
            fs::create_dir_all(&layers).unwrap();
            fs::write(layers.join("layer.vhd"), "a user's layer").unwrap();
            fs::write(self.machine.path("ProgramData/Microsoft/Medv/AllUsers/shared.vhd"), "a layer")
                .unwrap();
            self.ends(&self.workspace("uninstall.exe"), &["DELETEDIFFDISKS=1"], codes::SUCCESS);
            assert!(!self.workspace("").exists() && !layers.exists());
            let shared = fs::read_dir(self.machine.path("ProgramData/Microsoft/Medv/AllUsers")).unwrap();
            assert_eq!(shared.count(), 0);
            assert!(!self.machine.registry(RUN).contains("MED-V"));
            assert!(!self.machine.registry(UNINSTALL).contains("MED-V Workspace"));
            let medv = self.machine.registry(r"SOFTWARE\Microsoft\Medv\v2");
            assert!(!medv.contains("UpgradeTimeout") && !medv.contains("Workspace]"), "{medv}");
            self.refuses(&package.setup(), &["/x"], codes::UNKNOWN_PRODUCT, &["not installed"]);

            self.ends(&self.host_agent, &["/x"], codes::SUCCESS);
            components::assert_there(&self.machine, &[]);
            assert!(!self.machine.path(components::FOLDER).exists());
            assert!(!self.machine.registry(UNINSTALL).contains("MED-V"));
        }
    }

    impl Life {
        fn starts_again_with_the_packager(&self) {
            self.changes();
            packager::keeps_settings_in_the_registry(&self.machine);
            let folder = self.folder.path().join("packager");
            let package = packager::packs_as_on_linux(&self.machine, &folder);
            packager::imports_the_settings(&self.machine, &package);
            packager::installs_all_by_the_batch_file(&self.machine, &package, &self.host_agent);
            self.ends(&self.workspace("uninstall.exe"), &["DELETEDIFFDISKS=1"], codes::SUCCESS);
            self.ends(&self.host_agent, &["/x"], codes::SUCCESS);
        }
    }

    /// Logs are UTF-16 with a mark, or UTF-8, as who wrote them likes.
    fn text_of(bytes: &[u8]) -> String {
        match bytes.strip_prefix(b"\xff\xfe") {
            Some(rest) => {
                let units: Vec<u16> =
                    rest.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
                String::from_utf16_lossy(&units)
            }
            None => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// The values in exported keys, each on a line with its key.
    fn values_of(exported: &str) -> Vec<String> {
        let (mut key, mut values) = ("", Vec::new());
        let exported = exported.replace("\\\n", "");
        for line in exported.lines() {
            match line.strip_prefix('[') {
                Some(name) => key = name,
                None if line.is_empty() || key.is_empty() => {}
                None => values.push(format!("[{key} {line}")),
            }
        }
        values
    }

    fn same_bytes(one: &Path, other: &Path) -> bool {
        fs::read(one).unwrap() == fs::read(other).unwrap()
    }
}
