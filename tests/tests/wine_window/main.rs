//! The windows of setup.exe, as somebody sees them who presses their buttons, on a machine that Wine plays.

mod with_wine {
    #[expect(non_snake_case, reason = "the program's name")]
    mod with_Xvfb {
        use std::fs;
        use std::path::{Path, PathBuf};

        use medv_packager::msi::ComponentKind;
        use medv_setup::codes;
        use medv_tests::images::noise;
        use medv_tests::screen::Screen;
        use medv_tests::windows_machine::{Running, WindowsMachine};
        use medv_tests::windows_package::{Package, PackedDisk, installer};

        const WORKSPACE: &str = "ProgramData/Microsoft/Medv/Workspace";
        const AGENT: &str = "Program Files/Microsoft Enterprise Desktop Virtualization/medv-host.exe";

        #[test]
        fn what_is_pressed_is_done() {
            let desk = Desk::new();
            desk.installs_and_repairs_the_host_agent();
            desk.stops_in_the_middle();
            desk.warns_of_the_network_and_starts_what_is_ticked();
        }

        struct Desk {
            machine: WindowsMachine,
            folder: tempfile::TempDir,
            host_agent: PathBuf,
            // After the machine, which shows its windows there.
            _screen: Screen,
        }

        impl Desk {
            fn new() -> Self {
                let screen = Screen::new();
                let machine = WindowsMachine::with_screen(&screen);
                let qemu = ["add", r"HKLM\SOFTWARE\QEMU", "/v", "Install_Dir", "/d", r"C:\qemu"];
                assert_eq!(machine.run("reg", qemu).code, 0);
                let folder = tempfile::tempdir().unwrap();
                let host_agent = folder.path().join("MED-V_HostAgent_Setup.exe");
                installer(&machine, ComponentKind::HostAgent, "0.1.0", &host_agent);
                Self { machine, folder, host_agent, _screen: screen }
            }

            /// Waits for a page of `setup` with this button, presses it, and answers with what the page says.
            fn press(&self, setup: &mut Running, button: &str) -> String {
                let mut press =
                    self.machine.start(self.machine.program("examples/press.exe"), ["MED-V Setup", button]);
                while !press.has_ended() {
                    assert!(!setup.has_ended(), "it ended without a page with {button:?}");
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                press.end().text
            }

            fn start(&self, program: impl AsRef<std::ffi::OsStr>) -> Running {
                self.machine.start(program, [] as [&str; 0])
            }

            fn workspace(&self, file: &str) -> PathBuf {
                self.machine.path(WORKSPACE).join(file)
            }

            fn installs_and_repairs_the_host_agent(&self) {
                let mut setup = self.start(&self.host_agent);
                let page = self.press(&mut setup, "Install");
                assert!(page.contains("MED-V Host Agent") && page.contains("for all users"), "{page}");
                assert!(self.press(&mut setup, "Finish").contains("Everything is done"));
                assert_eq!(setup.end().code, codes::SUCCESS);

                let agent = self.machine.path(AGENT);
                fs::remove_file(&agent).unwrap();
                let mut setup = self.start(&self.host_agent);
                let page = self.press(&mut setup, "Repair");
                assert!(
                    page.contains("Remove") && page.contains("It is installed on this computer"),
                    "{page}"
                );
                assert!(self.press(&mut setup, "Finish").contains("Everything is done"));
                assert_eq!(setup.end().code, codes::SUCCESS);
                assert!(agent.is_file());
            }

            fn stops_in_the_middle(&self) {
                let disk = PackedDisk::new(self.folder.path(), "large", &noise(2, 448 << 20));
                let package = self.package("large", &disk);
                let mut setup = self.start(package.setup());
                // It must be there in time.
                let unfinished = format!(r"C:\{WORKSPACE}\large.vhd.new.medv-part").replace('/', r"\");
                let press = self.machine.program("examples/press.exe");
                let cancel = self.machine.start(press, ["MED-V Setup", "Cancel", &unfinished]);
                assert!(self.press(&mut setup, "Install").contains("Disk: large.medv"));
                let page = cancel.end().text;
                assert!(page.contains("Installing"), "{page}");
                let page = self.press(&mut setup, "Close");
                assert!(page.contains("Cancelled") && page.contains("1602"), "{page}");
                assert_eq!(setup.end().code, codes::USER_EXIT);
                // Wine does not roll back what is cancelled: the folder stays, without anything in it.
                assert_eq!(fs::read_dir(self.workspace("")).unwrap().count(), 0);
            }

            fn warns_of_the_network_and_starts_what_is_ticked(&self) {
                let disk = PackedDisk::new(self.folder.path(), "office", &noise(1, 3 << 20));
                let package = self.package("office", &disk);
                let share = self.machine.share(&package.folder);
                let mut setup = self.start(format!("{share}setup.exe"));
                let page = self.press(&mut setup, "Install");
                assert!(
                    page.contains("Disk: office.medv") && page.contains("runs from the network"),
                    "{page}"
                );
                let page = self.press(&mut setup, "Finish");
                assert!(page.contains("Start MED-V"), "{page}");
                while !WindowsMachine::runs("medv-host.exe") {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                assert_eq!(setup.end().code, codes::SUCCESS);
                assert!(
                    same_bytes(&self.workspace("office.vhd"), &disk.vhd),
                    "the disk is not what was packed"
                );
            }

            fn package(&self, name: &str, disk: &PackedDisk) -> Package {
                let folder = self.folder.path().join(format!("{name}-package"));
                Package::new(&self.machine, folder, "Office", "1.0.0", 5, disk)
            }
        }

        fn same_bytes(one: &Path, other: &Path) -> bool {
            fs::read(one).unwrap() == fs::read(other).unwrap()
        }
    }
}
