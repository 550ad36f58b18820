//! What system an image holds is read off volumes that mkntfs, wimlib and mke2fs made.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use medv_codec::disk::{Disk, OpenOptions, open};
use medv_host::answers::{GuestKind, guest_kind};

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().expect("it can be started");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Writes files, given by path and content, below `folder`.
fn write(folder: &Path, files: &[(&str, &[u8])]) {
    fs::create_dir_all(folder).unwrap();
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn look(image: &Path) -> GuestKind {
    let disk: Arc<dyn Disk> = Arc::from(open(image, &OpenOptions::default()).unwrap().disk);
    guest_kind(&disk).unwrap()
}

#[test]
fn a_disk_without_volumes_holds_nothing_known() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("empty.img");
    File::create(&image).unwrap().set_len(4 << 20).unwrap();
    assert_eq!(look(&image), GuestKind::Unknown);
}

mod with_wimlib_imagex {
    use super::*;

    /// A bare NTFS volume with `files` on it.
    fn ntfs(files: &[(&str, &[u8])]) -> GuestKind {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        File::create(at("disk.img")).unwrap().set_len(12 << 20).unwrap();
        run("mkntfs", &["-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "16", "-S", "63", &at("disk.img")]);
        write(&folder.path().join("tree"), files);
        run("wimlib-imagex", &["capture", &at("tree"), &at("tree.wim"), "--compress=none"]);
        run("wimlib-imagex", &["apply", &at("tree.wim"), "1", &at("disk.img")]);
        look(Path::new(&at("disk.img")))
    }

    const HIVE: (&str, &[u8]) = ("WINDOWS/system32/config/system", b"regf");
    const STATE: (&str, &[u8]) = ("Windows/Setup/State/State.ini", b"[State]\r\n");

    #[test]
    fn windows_xp_brings_its_answers_to_the_byte() {
        let file = b"[UserData]\r\n; M\xFCller\r\n".repeat(400);
        let kind = ntfs(&[HIVE, ("SYSPREP/Sysprep.inf", &file)]);
        assert_eq!(kind, GuestKind::Xp { sysprep_inf: file });
        assert_eq!(ntfs(&[HIVE]), GuestKind::Xp { sysprep_inf: Vec::new() });
    }

    #[test]
    fn later_windows_says_which_answer_file_counts() {
        let own: (&str, &[u8]) = ("Windows/System32/Sysprep/unattend.xml", b"<unattend/>");
        let unattend_xml = Some(own.1.to_vec());
        let kind = ntfs(&[STATE, own]);
        assert_eq!(kind, GuestKind::Windows { unattend_xml: unattend_xml.clone(), overruled_by: None });
        let overruled_by = Some("Windows/Panther/Unattend.xml");
        let kind = ntfs(&[STATE, own, ("Windows/Panther/unattend.xml", b"")]);
        assert_eq!(kind, GuestKind::Windows { unattend_xml, overruled_by });
    }

    #[test]
    fn a_volume_of_data_holds_nothing_known() {
        assert_eq!(ntfs(&[("photos/cat.jpg", b"")]), GuestKind::Unknown);
    }
}

mod with_mke2fs {
    use super::*;

    #[test]
    fn linux_is_told_by_its_os_release() {
        for (file, kind) in [("etc/os-release", GuestKind::Linux), ("etc/fstab", GuestKind::Unknown)] {
            let folder = tempfile::tempdir().unwrap();
            let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
            write(&folder.path().join("tree"), &[(file, b"ID=debian\n")]);
            run("mke2fs", &["-q", "-F", "-t", "ext4", "-d", &at("tree"), &at("disk.img"), "16M"]);
            assert_eq!(look(Path::new(&at("disk.img"))), kind, "{file}");
        }
    }
}
