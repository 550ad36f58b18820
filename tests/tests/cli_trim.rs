//! `medv pack --trim` as a user meets it.

use std::fs;

use medv_tests::command::run;

#[test]
fn a_disk_where_nothing_can_be_trimmed_is_packed_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("disk.img"), vec![7; 1 << 20]).unwrap();
    let report = run(folder.path(), ["pack", "disk.img", "--trim"]).exits(0);
    assert!(report.text().contains("free, trimmed  0 B"), "{}", report.text());
    assert!(report.text().contains("no volume with a known file system was found"), "{}", report.text());
    let _ = run(folder.path(), ["expand", "disk.medv", "-o", "out.img"]).exits(0);
    assert!(fs::read(folder.path().join("out.img")).unwrap() == [7; 1 << 20]);
}

mod with_mke2fs {
    use std::os::unix::fs::FileExt;
    use std::path::Path;
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;

    /// An ext4 volume with a file, and rubbish where a second one was.
    fn folder_with_volume() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        fs::create_dir(&source).unwrap();
        fs::write(source.join("kept"), noise(700_000)).unwrap();
        let image = fs::File::create(folder.path().join("disk.img")).unwrap();
        image.set_len(24 << 20).unwrap();
        for at in (0..24 << 20).step_by(4096) {
            image.write_all_at(&noise(4096), at).unwrap();
        }
        drop(image);
        // Without discard, free blocks keep their rubbish.
        let options = ["-q", "-F", "-t", "ext4", "-b", "1024", "-E", "nodiscard", "-d", "source", "disk.img"];
        tool(folder.path(), "mke2fs", &options);
        folder
    }

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 17u64;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as u8
        })
        .take(len)
        .collect()
    }

    fn tool(folder: &Path, program: &str, arguments: &[&str]) {
        let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn live_files_survive_and_the_container_says_what_was_trimmed() {
        let folder = folder_with_volume();
        let document = run(folder.path(), ["pack", "disk.img", "--trim", "--json"]).exits(0).json();
        let volume = &document["volumes"][0];
        assert_eq!((&volume["file_system"], &volume["outcome"]), (&"ext4".into(), &"trimmed".into()));
        let trimmed = document["trimmed_bytes"].as_u64().unwrap();
        assert!(trimmed > 16 << 20, "{document}");
        let info = run(folder.path(), ["info", "disk.medv", "--json"]).exits(0).json();
        assert_eq!(
            (&info["container"]["trimmed"], &info["container"]["trimmed_bytes"]),
            (&true.into(), &trimmed.into())
        );
        let shown = run(folder.path(), ["info", "disk.medv"]).exits(0);
        assert!(shown.text().contains("trimmed"), "{}", shown.text());

        let _ = run(folder.path(), ["expand", "disk.medv", "-o", "out.img"]).exits(0);
        tool(folder.path(), "e2fsck", &["-fn", "out.img"]);
        tool(folder.path(), "debugfs", &["-R", "dump kept copy", "out.img"]);
        assert!(fs::read(folder.path().join("copy")).unwrap() == noise(700_000));
    }

    #[test]
    fn a_refused_volume_is_packed_whole_and_the_reason_is_told() {
        let folder = folder_with_volume();
        // The state of a file system that was not unmounted.
        let image = fs::OpenOptions::new().write(true).open(folder.path().join("disk.img")).unwrap();
        image.write_all_at(&[0, 0], 1024 + 58).unwrap();
        drop(image);
        let packed = run(folder.path(), ["pack", "disk.img", "--trim"]).exits(0);
        assert!(packed.stderr.contains("packed with its free space, because "), "{}", packed.stderr);
        assert!(packed.text().contains("not trimmed, because "), "{}", packed.text());
        let _ = run(folder.path(), ["expand", "disk.medv", "-o", "out.img"]).exits(0);
        assert!(
            fs::read(folder.path().join("out.img")).unwrap()
                == fs::read(folder.path().join("disk.img")).unwrap()
        );
    }
}
