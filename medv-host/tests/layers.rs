//! Layers over master disks of every form.

mod with_qemu_img {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use medv_codec::ErrorKind;
    use medv_host::layer::{Master, MasterForm, check, create, delete, master_of, saved_state};

    fn qemu_img(arguments: &[&str]) -> String {
        let output = Command::new("qemu-img").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn vhd(folder: &Path, form: &str) -> PathBuf {
        let path = folder.join(format!("{form}, of mine.vhd"));
        let options = format!("subformat={form},force_size=on");
        qemu_img(&["create", "-q", "-f", "vpc", "-o", &options, path.to_str().unwrap(), "4M"]);
        path
    }

    #[test]
    fn a_layer_stands_on_its_master_and_has_its_size() {
        for (form, expected) in [("fixed", MasterForm::Raw), ("dynamic", MasterForm::DynamicVhd)] {
            let folder = tempfile::tempdir().unwrap();
            let path = vhd(folder.path(), form);
            let before = fs::read(&path).unwrap();
            let master = Master::open(&path).unwrap();
            assert_eq!((master.form, master.size), (expected, 4 << 20));
            let layer = folder.path().join("alice.qcow2");
            create(&layer, &master).unwrap();
            assert_eq!(master_of(&layer).unwrap(), master);
            check(&layer, &master).unwrap();
            let information =
                qemu_img(&["info", "--output=json", "--backing-chain", layer.to_str().unwrap()]);
            assert!(information.contains("\"virtual-size\": 4194304"), "{information}");
            assert_eq!(fs::read(&path).unwrap(), before);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside the layer");
        }
    }

    #[test]
    fn a_layer_is_not_made_in_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let master = Master::open(&vhd(folder.path(), "fixed")).unwrap();
        let layer = folder.path().join("alice.qcow2");
        create(&layer, &master).unwrap();
        assert_eq!(create(&layer, &master).unwrap_err().kind(), ErrorKind::Usage);
    }

    #[test]
    fn a_layer_over_another_disk_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = vhd(folder.path(), "fixed");
        let layer = folder.path().join("alice.qcow2");
        create(&layer, &Master::open(&path).unwrap()).unwrap();
        let other = vhd(folder.path(), "dynamic");
        assert!(
            check(&layer, &Master::open(&other).unwrap())
                .unwrap_err()
                .to_string()
                .contains("stands on another disk")
        );
        // Another disk at the master's place.
        fs::copy(other, &path).unwrap();
        assert_eq!(master_of(&layer).unwrap_err().kind(), ErrorKind::Damaged);
        fs::remove_file(&path).unwrap();
        assert_eq!(master_of(&layer).unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn a_layer_fits_no_other_image_of_the_same_path_and_size() {
        let folder = tempfile::tempdir().unwrap();
        let master = Master::open(&vhd(folder.path(), "fixed")).unwrap();
        let digest = "0123456789abcdef".repeat(4);
        let (one, other) = (master.clone().with_image(&digest), master.with_image(&digest[1..]));
        let layer = folder.path().join("alice.qcow2");
        create(&layer, &one).unwrap();
        check(&layer, &one).unwrap();
        assert_eq!(master_of(&layer).unwrap(), one);
        assert_eq!(check(&layer, &other).unwrap_err().kind(), ErrorKind::Damaged);
        qemu_img(&["info", layer.to_str().unwrap()]);
    }

    #[test]
    fn a_file_that_is_no_layer_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("plain.qcow2");
        qemu_img(&["create", "-q", "-f", "qcow2", plain.to_str().unwrap(), "1M"]);
        let cut = folder.path().join("cut.qcow2");
        fs::write(&cut, b"QFI\xfb").unwrap();
        let other = folder.path().join("other.qcow2");
        fs::write(&other, [1; 100]).unwrap();
        for path in [plain, cut, other] {
            let error = master_of(&path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        }
    }

    #[test]
    fn a_layer_that_would_have_qemu_open_another_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let master = Master::open(&vhd(folder.path(), "fixed")).unwrap();
        let layer = folder.path().join("alice.qcow2");
        create(&layer, &master).unwrap();
        let mut bytes = fs::read(&layer).unwrap();
        bytes[79] |= 4;
        fs::write(&layer, bytes).unwrap();
        let error = check(&layer, &master).unwrap_err();
        assert!(error.to_string().contains("in another file"), "{error}");
    }

    #[test]
    fn a_differencing_disk_is_no_master() {
        let folder = tempfile::tempdir().unwrap();
        let disk = vhd(folder.path(), "dynamic");
        let mut bytes = fs::read(&disk).unwrap();
        let last = bytes.len() - 512;
        for footer in [0, last] {
            let footer = &mut bytes[footer..][..512];
            // The type of the disk, and the sum of all bytes but its own.
            footer[60..64].copy_from_slice(&4u32.to_be_bytes());
            footer[64..68].fill(0);
            let sum: u32 = footer.iter().copied().map(u32::from).sum();
            footer[64..68].copy_from_slice(&(!sum).to_be_bytes());
        }
        fs::write(&disk, bytes).unwrap();
        let error = Master::open(&disk).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Damaged), "{error}");
    }

    #[test]
    fn deleting_takes_the_saved_state_along() {
        let folder = tempfile::tempdir().unwrap();
        let layer = folder.path().join("alice.qcow2");
        create(&layer, &Master::open(&vhd(folder.path(), "fixed")).unwrap()).unwrap();
        fs::write(saved_state(&layer), b"state").unwrap();
        delete(&layer).unwrap();
        assert!(!layer.exists() && !saved_state(&layer).exists());
        delete(&layer).unwrap();
    }
}
