//! Debian packages, installed and removed for real. Root's business, and only where medv is not installed.

mod with_apt_get {
    use std::fs::{self, File};
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output};

    use medv_packager::deb::{MedvDeb, medv, medv_file_name};
    use medv_tests::command::{Finished, program, run};
    use medv_tests::images;

    fn apt(arguments: &[&str], path: &Path) -> Output {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        // apt gives the scripts of packages a search path of its own.
        apt.arg("-o")
            .arg(format!("DPkg::Path={}", path.display()))
            .args(["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"])
            .args(arguments);
        apt.output().expect("apt-get can be started")
    }

    fn must(output: &Output) {
        let told = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)];
        assert!(output.status.success(), "{}", told.concat());
    }

    /// medv itself, as `cargo xtask dist` packs it.
    fn medv_deb(folder: &Path) -> PathBuf {
        let (command, host) = (program("medv"), program("medv-host"));
        let programs = vec![("usr/bin/medv".to_owned(), &*command), ("usr/bin/medv-host".to_owned(), &*host)];
        let architecture = Command::new("dpkg").arg("--print-architecture").output().expect("dpkg").stdout;
        let architecture = String::from_utf8(architecture).expect("text").trim().to_owned();
        let deb = medv(&MedvDeb { version: "0.0.1", architecture: &architecture, programs });
        let path = folder.join(medv_file_name("0.0.1", &architecture));
        deb.and_then(|deb| deb.write(&mut File::create(&path)?)).expect("it can be written");
        path
    }

    /// A package of version `version`, built by `medv workspace build --deb`.
    fn workspace_deb(folder: &Path, version: &str, memory: u32) -> PathBuf {
        let definition = format!(
            "name = \"Büro's XP\"\nversion = \"{version}\"\nimage = \"disk.img\"\n[settings]\n\
             VmHostMemToGuestMemCalcEnabled = false\nVmMemory = {memory}\n"
        );
        fs::write(folder.join("workspace.toml"), definition).expect("writable");
        let out = format!("package-{version}");
        let built: Finished = run(
            folder,
            ["workspace", "build", "--programs", "programs", "--deb", "-o", &out, "--progress", "none"],
        );
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let debs = fs::read_dir(folder.join(&out)).expect("a folder");
        let mut debs = debs.map(|entry| entry.expect("an entry").path());
        debs.find(|path| path.extension().is_some_and(|extension| extension == "deb")).expect("a .deb")
    }

    /// Removes both packages and the group, whatever became of the test.
    struct Cleaned(String);

    impl Drop for Cleaned {
        fn drop(&mut self) {
            let purged = Command::new("dpkg").args(["--purge", "--force-all", &self.0, "medv"]).output();
            assert!(purged.is_ok_and(|output| output.status.success()));
            let gone = Command::new("groupdel").args(["-f", "medv-shared"]).output();
            assert!(gone.is_ok());
        }
    }

    fn package_of(deb: &Path) -> String {
        let name = deb.file_name().expect("a file").to_string_lossy();
        name.split('_').next().expect("a name").to_owned()
    }

    #[test]
    fn a_workspace_comes_and_goes_with_apt() {
        let scratch = tempfile::tempdir().expect("a folder");
        let folder = scratch.path();
        let disk = images::mixed(1, 9 << 20);
        fs::write(folder.join("disk.img"), &disk).expect("writable");
        fs::create_dir(folder.join("programs")).expect("writable");
        for name in ["setup.exe", "uninstall.exe", "medv-actions.dll"] {
            fs::write(folder.join("programs").join(name), name).expect("writable");
        }
        // A hypervisor, as far as looking for its program goes.
        let hypervisor = folder.join("bin/qemu-system-x86_64");
        fs::create_dir(folder.join("bin")).expect("writable");
        fs::copy("/bin/true", &hypervisor).expect("writable");
        let path = PathBuf::from(format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", folder.join("bin").display()));
        // apt's own user must be able to read what it installs.
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder, readable).expect("own folder");
        let installed = Path::new("/var/lib/medv/workspace/disk.vhd");
        let settings = || fs::read_to_string("/etc/medv/settings.toml").unwrap_or_default();

        let medv = medv_deb(folder);
        let (first, second) = (workspace_deb(folder, "1.0.0", 1024), workspace_deb(folder, "1.1.0", 1536));
        let workspace = package_of(&first);
        let cleaned = Cleaned(workspace.clone());
        must(&apt(&["install", medv.to_str().expect("text"), first.to_str().expect("text")], &path));
        let bytes = fs::read(installed).expect("the disk");
        assert!(bytes[..disk.len()] == disk, "the installed disk is not the disk");
        assert_eq!(bytes.len(), disk.len() + 512, "a fixed VHD");
        assert!(settings().contains("Memory = 1024"), "{}", settings());
        assert!(Path::new("/etc/xdg/autostart/medv-host.desktop").exists());
        let groups = fs::read_to_string("/etc/group").expect("a text");
        let shared = groups.lines().find_map(|line| line.strip_prefix("medv-shared:x:")).expect("the group");
        let shared: u32 = shared.trim_end_matches(':').parse().expect("a number, and no members");
        for (path, mode) in [("allusers", 0o2770), ("medvlock", 0o2750), ("medvlock/medv.lock", 0o660)] {
            let found = fs::metadata(Path::new("/var/lib/medv").join(path)).expect("it is there");
            assert_eq!((found.gid(), found.mode() & 0o7777), (shared, mode), "{path}");
        }

        must(&apt(&["install", second.to_str().expect("text")], &path));
        assert!(settings().contains("Memory = 1536"), "{}", settings());
        assert!(fs::read(installed).expect("the disk") == bytes);

        must(&apt(&["remove", &workspace], &path));
        assert!(!settings().contains("Memory"), "{}", settings());
        assert!(!Path::new("/etc/xdg/autostart/medv-host.desktop").exists());
        assert!(installed.exists(), "disks stay until they are purged");

        must(&apt(&["purge", &workspace], &path));
        assert!(!installed.exists());

        // What cannot be installed is not installed: the hypervisor is gone.
        fs::remove_file(&hypervisor).expect("own file");
        if !["/usr/bin/qemu-system-x86_64", "/usr/bin/kvm"].iter().any(|path| Path::new(path).exists()) {
            let refused = apt(&["install", first.to_str().expect("text")], &path);
            let told = String::from_utf8_lossy(&refused.stdout) + String::from_utf8_lossy(&refused.stderr);
            assert!(!refused.status.success() && told.contains("no hypervisor was found"), "{told}");
            assert!(!installed.exists() && settings().trim().is_empty(), "{}", settings());
        }
        drop(cleaned);
        assert!(!Path::new("/usr/bin/medv").exists());
    }
}
