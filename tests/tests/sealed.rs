//! Whether an image is sealed is read off volumes that mkntfs, wimlib and mke2fs made.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use medv_codec::disk::{Disk, OpenOptions, open};
use medv_packager::sealed::{Sealed, sealed};

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().expect("it can be started");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Writes files, given by path and content, below `folder`.
fn write(folder: &Path, files: &[(&str, &str)]) {
    fs::create_dir_all(folder).unwrap();
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn look(image: &Path) -> Sealed {
    let disk: Arc<dyn Disk> = Arc::from(open(image, &OpenOptions::default()).unwrap().disk);
    sealed(&disk).unwrap()
}

fn reason(sealed: &Sealed) -> &str {
    let Sealed::No { reason, .. } = sealed else { panic!("{sealed:?}") };
    reason
}

fn caution(sealed: &Sealed) -> Option<&str> {
    let Sealed::Yes { caution, .. } = sealed else { panic!("{sealed:?}") };
    caution.as_ref().map(|caution| caution.message.as_str())
}

#[test]
fn a_disk_without_volumes_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("empty.img");
    File::create(&image).unwrap().set_len(4 << 20).unwrap();
    assert!(matches!(look(&image), Sealed::Unknown { .. }));
}

mod with_wimlib_imagex {
    use super::*;

    /// A bare NTFS volume with `files` on it.
    fn ntfs(files: &[(&str, &str)]) -> Sealed {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        File::create(at("disk.img")).unwrap().set_len(12 << 20).unwrap();
        run("mkntfs", &["-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "16", "-S", "63", &at("disk.img")]);
        write(&folder.path().join("tree"), files);
        run("wimlib-imagex", &["capture", &at("tree"), &at("tree.wim"), "--compress=none"]);
        run("wimlib-imagex", &["apply", &at("tree.wim"), "1", &at("disk.img")]);
        look(Path::new(&at("disk.img")))
    }

    #[test]
    fn windows_7_and_later_say_it_in_their_setup_state() {
        let state = "[State]\r\nImageState=IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\r\n";
        let path = "Windows/Setup/State/State.ini";
        let answers = ("Windows/Panther/unattend.xml", "<unattend/>");
        assert_eq!(caution(&ntfs(&[(path, state)])), None);
        // Whoever wrote it may not know that nothing that the host says counts then.
        assert!(caution(&ntfs(&[(path, state), answers])).unwrap().contains("Unattend.xml is read before"));
        let used = ntfs(&[(path, "[State]\r\nImageState=IMAGE_STATE_COMPLETE\r\n"), answers]);
        assert!(reason(&used).contains("IMAGE_STATE_COMPLETE"), "{used:?}");
    }

    #[test]
    fn windows_xp_has_its_sysprep_folder() {
        let hive = ("WINDOWS/system32/config/system", "regf");
        let sysprep = ("SYSPREP/Setupcl.exe", "MZ");
        assert_eq!(caution(&ntfs(&[hive, sysprep, ("SYSPREP/Sysprep.inf", "[Unattended]")])), None);
        assert!(caution(&ntfs(&[hive, sysprep])).unwrap().contains("sysprep.inf"));
        assert!(reason(&ntfs(&[hive])).contains("setupcl.exe"));
    }

    #[test]
    fn a_volume_of_data_tells_nothing() {
        assert!(matches!(ntfs(&[("photos/cat.jpg", "")]), Sealed::Unknown { .. }));
    }

    #[test]
    fn a_damaged_volume_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("disk.img");
        File::create(&image).unwrap().set_len(12 << 20).unwrap();
        let name = image.to_str().unwrap();
        run("mkntfs", &["-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "16", "-S", "63", name]);
        let whole = fs::read(&image).unwrap();
        // The master file table begins in the fourth cluster of 4 KiB.
        for byte in (0..2048).step_by(7) {
            let mut damaged = whole.clone();
            damaged[4 * 4096 + byte] ^= 0xFF;
            fs::write(&image, &damaged).unwrap();
            assert!(matches!(look(&image), Sealed::Unknown { .. }), "byte {byte}");
        }
    }
}

mod with_mke2fs {
    use super::*;

    fn ext4(files: &[(&str, &str)]) -> Sealed {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        write(&folder.path().join("tree"), files);
        run("mke2fs", &["-q", "-F", "-t", "ext4", "-d", &at("tree"), &at("disk.img"), "16M"]);
        look(Path::new(&at("disk.img")))
    }

    const SYSTEM: (&str, &str) = ("etc/os-release", "ID=debian\n");
    const CLOUD: (&str, &str) = ("etc/cloud/cloud.cfg", "users:\n");

    #[test]
    fn linux_has_no_identity_when_it_is_sealed() {
        assert_eq!(caution(&ext4(&[SYSTEM, CLOUD])), None);
        assert_eq!(caution(&ext4(&[SYSTEM, CLOUD, ("etc/machine-id", "uninitialized\n")])), None);
        assert!(caution(&ext4(&[SYSTEM])).unwrap().contains("cloud-init"));
        let used = ext4(&[SYSTEM, CLOUD, ("etc/machine-id", "0123456789abcdef0123456789abcdef\n")]);
        assert!(reason(&used).contains("0123456789abcdef"), "{used:?}");
    }

    #[test]
    fn cloud_init_that_has_run_will_not_run_again() {
        let used = ext4(&[SYSTEM, CLOUD, ("var/lib/cloud/instance/boot-finished", "")]);
        assert!(reason(&used).contains("cloud-init"), "{used:?}");
    }

    #[test]
    fn a_volume_of_data_tells_nothing() {
        assert!(matches!(ext4(&[("photos/cat.jpg", "")]), Sealed::Unknown { .. }));
    }
}
