//! Media are read back as a guest would read them.

use super::super::plan::Domain;
use super::*;
use std::path::PathBuf;

use medv_protocol::{Secret, UserAnswer};
use tempfile::TempDir;

fn plan(guest: GuestKind) -> Plan {
    let user = UserAnswer {
        name: "anna".into(),
        password_hash: Some(Secret::new("$6$salt$hash".into())),
        groups: Vec::new(),
    };
    Plan {
        guest,
        instance_id: "medv-1".into(),
        answers: Answers { computer_name: Some("MEDV-1".into()), user: Some(user), ..Answers::none() },
        password: None,
        domain: None::<Domain>,
    }
}

/// A folder with programs, and a place for the medium.
fn workshop() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for (system, end) in [("linux", ""), ("windows", ".exe")] {
        let programs = folder.path().join("guest").join(system);
        fs::create_dir_all(&programs).unwrap();
        for program in ["medv-guest", "ftscompletion"] {
            fs::write(programs.join(format!("{program}{end}")), format!("{program} for {system}")).unwrap();
        }
    }
    let image = folder.path().join("answers.img");
    (folder, image)
}

fn made(guest: GuestKind) -> (TempDir, Made) {
    let (folder, image) = workshop();
    let made = make(&plan(guest), Some(&folder.path().join("guest")), &image).unwrap().unwrap();
    (folder, made)
}

fn xp(sysprep_inf: &[u8]) -> GuestKind {
    GuestKind::Xp { sysprep_inf: sysprep_inf.to_vec() }
}

const WINDOWS: GuestKind = GuestKind::Windows { unattend_xml: None, overruled_by: None };

mod with_mcopy {
    use super::*;
    use std::process::Command;

    /// A file of the medium, as mtools reads it.
    fn file(medium: &Medium, path: &str) -> String {
        let output = Command::new("mcopy")
            .arg("-i")
            .arg(&medium.image)
            .args([&format!("::{path}"), "-"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    #[test]
    fn a_linux_guest_finds_what_cloud_init_reads_and_its_agent() {
        let (_folder, Made { medium, untold }) = made(GuestKind::Linux);
        assert_eq!((medium.drive, untold.len()), (Drive::Disk, 0));
        assert_eq!(file(&medium, "meta-data"), "instance-id: \"medv-1\"\nlocal-hostname: \"MEDV-1\"\n");
        assert!(file(&medium, "user-data").starts_with("#!/bin/sh\n"));
        assert_eq!(file(&medium, "medv/medv-guest"), "medv-guest for linux");
        assert_eq!(file(&medium, "medv/ftscompletion"), "ftscompletion for linux");
        let answers = Answers::from_json(file(&medium, "medv/answers.json").as_bytes()).unwrap();
        assert_eq!(answers, plan(GuestKind::Linux).answers);
    }

    #[test]
    fn a_windows_guest_finds_its_answer_file_and_its_agent() {
        let (_folder, Made { medium, .. }) = made(WINDOWS);
        assert_eq!(medium.drive, Drive::UsbStick);
        assert!(file(&medium, "Unattend.xml").contains("<ComputerName>MEDV-1</ComputerName>"));
        assert_eq!(file(&medium, "medv/medv-guest.exe"), "medv-guest for windows");
    }

    #[test]
    fn windows_xp_finds_its_own_answers_on_a_floppy_disk() {
        let (_folder, Made { medium, .. }) = made(xp(b"[UserData]\r\nComputerName=*\r\n"));
        assert_eq!(medium.drive, Drive::Floppy);
        assert_eq!(file(&medium, "sysprep.inf"), "[UserData]\r\nComputerName=MEDV-1\r\n");
    }
}

mod with_blkid {
    use super::*;

    #[test]
    fn the_medium_is_found_by_its_label() {
        let (_folder, made) = made(GuestKind::Linux);
        let output = std::process::Command::new("blkid")
            .args(["-p", "-o", "value", "-s", "LABEL"])
            .arg(&made.medium.image)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "CIDATA\n");
    }
}

#[test]
fn an_answer_file_that_windows_reads_before_the_medium_is_told_of() {
    let overruled_by = Some("Windows/Panther/Unattend.xml");
    let (_folder, made) = made(GuestKind::Windows { unattend_xml: None, overruled_by });
    assert!(made.untold[0].contains("Windows/Panther/Unattend.xml"), "{:?}", made.untold);
}

#[test]
fn an_answer_file_that_cannot_be_read_is_told_of_and_replaced() {
    let unattend_xml = Some(b"<unattend".to_vec());
    let (_folder, made) = made(GuestKind::Windows { unattend_xml, overruled_by: None });
    assert!(made.untold[0].contains("answer file"), "{:?}", made.untold);
}

#[test]
fn a_guest_of_an_unknown_system_gets_no_medium() {
    let (folder, image) = workshop();
    assert_eq!(make(&plan(GuestKind::Unknown), Some(folder.path()), &image).unwrap(), None);
    assert!(!image.exists());
}

#[test]
fn programs_that_are_missing_are_named() {
    let (folder, image) = workshop();
    let error = make(&plan(GuestKind::Linux), Some(folder.path()), &image).unwrap_err();
    assert!(error.path().unwrap().ends_with("linux/medv-guest"), "{error}");
    assert!(make(&plan(GuestKind::Linux), None, &image).is_err());
}

#[test]
fn a_medium_replaces_one_that_was_left_behind_and_goes_without_a_trace() {
    let (folder, image) = workshop();
    fs::write(&image, "left behind").unwrap();
    let programs = folder.path().join("guest");
    let medium = make(&plan(GuestKind::Linux), Some(&programs), &image).unwrap().unwrap().medium;
    // Another name of the same file shows what deleting leaves on the disk.
    let other = folder.path().join("other");
    fs::hard_link(&image, &other).unwrap();
    remove(&medium.image).unwrap();
    assert!(!image.exists());
    assert!(fs::read(&other).unwrap().iter().all(|byte| *byte == 0));
    remove(&medium.image).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_it_and_a_link_is_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, image) = workshop();
    let victim = folder.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, &image).unwrap();
    make(&plan(GuestKind::Linux), Some(&folder.path().join("guest")), &image).unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"precious");
    assert_eq!(fs::symlink_metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
}
