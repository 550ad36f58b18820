//! Block devices, as target of `expand` and as source of `pack`.
#![cfg(target_os = "linux")]

mod with_losetup {
    use std::fs;
    use std::os::unix::fs::FileExt;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;

    use medv_tests::command::{Finished, medv, run};
    use medv_tests::web_server::{Misbehaviour, WebServer};
    use tempfile::TempDir;

    const MIB: usize = 1 << 20;

    /// A loop device over a file full of stale data.
    struct Device {
        path: String,
        _backing: TempDir,
    }

    impl Device {
        fn new(mib: usize) -> Self {
            let backing = tempfile::tempdir().unwrap();
            let file = backing.path().join("backing");
            fs::write(&file, vec![0xA5; mib * MIB]).unwrap();
            let attached = Command::new("losetup").args(["--show", "-f"]).arg(&file).output().unwrap();
            assert!(attached.status.success(), "{}", String::from_utf8_lossy(&attached.stderr));
            let path = String::from_utf8(attached.stdout).unwrap().trim().to_owned();
            Self { path, _backing: backing }
        }

        fn read(&self, len: usize) -> Vec<u8> {
            let mut bytes = vec![0; len];
            fs::File::open(&self.path).unwrap().read_exact_at(&mut bytes, 0).unwrap();
            bytes
        }

        fn journal(&self) -> PathBuf {
            PathBuf::from(format!(
                "/var/lib/medv/{}.journal",
                self.path.trim_start_matches('/').replace('/', "-")
            ))
        }
    }

    impl Drop for Device {
        fn drop(&mut self) {
            let _ = fs::remove_file(self.journal());
            let _ = Command::new("losetup").args(["-d", &self.path]).status();
        }
    }

    /// A disk of 16 MiB: noise, 6 MiB of zeros, noise.
    fn packed() -> (TempDir, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let mut state = 9u64;
        let mut disk: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_le_bytes()
        })
        .take(2 * MIB)
        .flatten()
        .collect();
        disk[4 * MIB..10 * MIB].fill(0);
        fs::write(folder.path().join("disk.img"), &disk).unwrap();
        let _ = run(folder.path(), ["pack", "disk.img", "--chunk-size", "256KiB"]).exits(0);
        (folder, disk)
    }

    fn arguments<'a>(source: &'a str, device: &'a Device) -> [&'a str; 7] {
        ["expand", source, "--format", "raw", "--force", "-o", &device.path]
    }

    #[test]
    fn stale_data_is_gone_where_the_disk_is_zero() {
        let (folder, disk) = packed();
        let device = Device::new(17);
        let _ = run(folder.path(), arguments("disk.medv", &device)).exits(0);
        let found = device.read(17 * MIB);
        assert!(found[..disk.len()] == disk[..]);
        assert!(found[disk.len()..].iter().all(|byte| *byte == 0xA5), "what is not the disk's is left alone");
        assert!(!device.journal().exists());
    }

    #[test]
    fn a_device_is_written_only_when_asked_for_and_insisted_on() {
        let (folder, _) = packed();
        let device = Device::new(17);
        for options in [&[][..], &["--format", "raw"], &["--force"], &["--format", "fixed", "--force"]] {
            let given = ["expand", "disk.medv", "-o", &device.path];
            let refused = run(folder.path(), given.iter().chain(options)).exits(2);
            assert!(refused.stderr.contains("--format raw --force"), "{}", refused.stderr);
        }
        assert!(device.read(17 * MIB).iter().all(|byte| *byte == 0xA5));
    }

    #[test]
    fn a_device_that_is_too_small_is_left_alone() {
        let (folder, _) = packed();
        let device = Device::new(15);
        let refused = run(folder.path(), arguments("disk.medv", &device)).exits(2);
        assert!(refused.stderr.contains("larger device"), "{}", refused.stderr);
        assert!(device.read(15 * MIB).iter().all(|byte| *byte == 0xA5));
    }

    /// Stopped by `signal` half way, it ends with the same bytes; after Ctrl-C it does not begin again.
    fn stopped_by(signal: &str) {
        let (folder, disk) = packed();
        let device = Device::new(16);
        let server =
            WebServer::serving_file(folder.path().join("disk.medv")).misbehaving(|number, request| {
                let is_late = request.range().is_none_or(|range| !range.starts_with("bytes=-"));
                (number < 4 && is_late).then(|| Misbehaviour::Slow(64 << 10, Duration::from_millis(20)))
            });
        let url = server.url();
        let mut command = medv();
        command.args(arguments(&url, &device)).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        while device.read(MIB) != disk[..MIB] {
            assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
            sleep(Duration::from_millis(5));
        }
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let stopped = Finished::from(child.wait_with_output().unwrap());
        assert_eq!(stopped.code, (signal == "INT").then_some(130), "{}", stopped.stderr);
        assert!(device.journal().exists());

        let again =
            run(folder.path(), arguments("disk.medv", &device).iter().chain(&["--json"])).exits(0).json();
        assert_eq!(again["resumed_frames"].as_u64().unwrap() > 0, signal == "INT", "{again}");
        assert!(device.read(disk.len()) == disk);
        assert!(!device.journal().exists());
    }

    #[test]
    fn an_interrupted_expand_goes_on() {
        stopped_by("INT");
    }

    #[test]
    fn a_killed_expand_is_done_again() {
        stopped_by("KILL");
    }

    #[test]
    fn a_damaged_medv_is_not_saved_beside_a_device() {
        let (folder, _) = packed();
        let mut file = fs::read(folder.path().join("disk.medv")).unwrap();
        let middle = file.len() / 2;
        file[middle] ^= 1;
        fs::write(folder.path().join("bad.medv"), file).unwrap();
        let device = Device::new(16);
        let refused = run(folder.path(), arguments("bad.medv", &device)).exits(1);
        assert!(refused.stderr.contains("--force with a file for -o"), "{}", refused.stderr);
        assert!(!PathBuf::from(format!("{}.partial", device.path)).exists());
    }

    #[test]
    fn a_device_is_packed_like_a_file() {
        let (folder, disk) = packed();
        let device = Device::new(16);
        let _ = run(folder.path(), arguments("disk.medv", &device)).exits(0);
        let given = ["pack", &device.path, "-o", "device.medv", "--chunk-size", "256KiB", "--json"];
        let document = run(folder.path(), given).exits(0).json();
        assert_eq!(document["virtual_size"], disk.len(), "{document}");
        assert!(
            fs::read(folder.path().join("device.medv")).unwrap()
                == fs::read(folder.path().join("disk.medv")).unwrap()
        );
    }
}
