//! VHDs that qemu made, read by us, and VHDs that we made, read by qemu.
//!
//! qemu-img has no check for this format ("does not support checks"), so that it takes a file of ours is
//! asked of
//! `info`, `compare` and `convert`.

/// The test runner leaves this module out where qemu-img and qemu-io are not installed.
mod with_qemu_img {
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    use medv_codec::disk::{Disk, DiskForm, OpenOptions, OpenedDisk, open};
    use medv_format::vhd::{
        BlockIndex, CreatorApplication, DynamicLayout, Footer, LARGEST_DISK, SectorBitmap, SizeRule,
        Timestamp, Uuid,
    };
    use medv_format::{DiskOffset, FileOffset};
    use medv_tests::vhd_builder::{
        Scratch, UUID, assert_same, differencing, dynamic, fixed, fixed_with, pattern, put, read_all,
    };

    const MIB: usize = 1 << 20;

    fn run(program: &str, arguments: &[&str]) -> Output {
        Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"))
    }

    /// Runs qemu-img, which must succeed, and gives its output.
    fn qemu_img(arguments: &[&str]) -> String {
        let output = run("qemu-img", arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn utf8(path: &Path) -> &str {
        path.to_str().unwrap()
    }

    fn create(path: &Path, form: &str, force_size: bool, size: u64) {
        let options = format!("subformat={form},force_size={}", if force_size { "on" } else { "off" });
        qemu_img(&["create", "-q", "-f", "vpc", "-o", &options, utf8(path), &size.to_string()]);
    }

    /// Writes through qemu, a run of one byte.
    fn write(path: &Path, byte: u8, offset: u64, len: u64) {
        let command = format!("write -q -P {byte} {offset} {len}");
        let output = run("qemu-io", &["-f", "vpc", "-c", &command, utf8(path)]);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn virtual_size(path: &Path) -> u64 {
        let info = qemu_img(&["info", "-f", "vpc", "--output=json", utf8(path)]);
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        info["virtual-size"].as_u64().unwrap()
    }

    /// The disk as qemu sees it, as a raw file beside it.
    fn by_qemu(path: &Path, format: &str) -> std::path::PathBuf {
        let raw = path.with_extension("raw");
        qemu_img(&["convert", "-f", format, "-O", "raw", utf8(path), utf8(&raw)]);
        raw
    }

    fn open_ours(path: &Path) -> OpenedDisk {
        open(path, &OpenOptions::default()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Compares two disks wherever one of them may have data.
    fn assert_same_disk(ours: &dyn Disk, theirs: &dyn Disk) {
        assert_eq!(ours.virtual_size(), theirs.virtual_size(), "virtual size");
        for by in [ours, theirs] {
            let mut from = DiskOffset::ZERO;
            while let Some(extent) = by.next_extent(from).unwrap() {
                compare(ours, theirs, extent.start.get(), extent.end.get());
                from = extent.end;
            }
        }
    }

    fn compare(ours: &dyn Disk, theirs: &dyn Disk, start: u64, end: u64) {
        let (mut one, mut other) = (vec![0xAA; MIB], vec![0x55; MIB]);
        for at in (start..end).step_by(MIB) {
            let len = usize::try_from(end - at).unwrap().min(MIB);
            ours.read_at(DiskOffset::new(at), &mut one[..len]).unwrap();
            theirs.read_at(DiskOffset::new(at), &mut other[..len]).unwrap();
            assert!(one[..len] == other[..len], "different between {at} and {}", at + len as u64);
        }
    }

    /// Creates a disk through qemu, writes into it here and there, and reads it in both ways.
    fn made_by_qemu(form: &str, force_size: bool, size: u64) {
        let scratch = Scratch::new();
        let path = scratch.path("disk.vhd");
        create(&path, form, force_size, size);
        let actual = virtual_size(&path);
        write(&path, 1, 0, 512);
        for (byte, offset) in [(2, actual / 3), (3, actual / 2), (4, actual.saturating_sub(70_000))] {
            let offset = offset / 512 * 512;
            write(&path, byte, offset, (actual - offset).min(70_000 / 512 * 512));
        }
        write(&path, 5, actual - 512, 512);
        let ours = open_ours(&path);
        let expected = if form == "fixed" { DiskForm::Fixed } else { DiskForm::Dynamic };
        assert_eq!((ours.form, ours.disk.virtual_size()), (expected, actual), "{form} {force_size} {size}");
        let theirs = open(
            &by_qemu(&path, "vpc"),
            &OpenOptions { assume: medv_codec::disk::Assume::Raw, ..OpenOptions::default() },
        );
        assert_same_disk(&*ours.disk, &*theirs.unwrap().disk);
        let mut sector = [0; 512];
        ours.disk.read_at(DiskOffset::new(actual - 512), &mut sector).unwrap();
        assert_eq!(sector, [5; 512]);
    }

    #[test]
    fn its_fixed_disks_of_many_sizes() {
        for size in
            [512, 1000, 1536, 70_144, 1 << 20, (1 << 20) + 512, 63 << 20, 1 << 30, 137 << 30, LARGEST_DISK]
        {
            made_by_qemu("fixed", true, size);
        }
        for size in [512, 1000, 70_144, 1 << 20, 63 << 20, 1 << 30, 40 << 30] {
            made_by_qemu("fixed", false, size);
        }
    }

    #[test]
    fn its_dynamic_disks_of_many_sizes() {
        for size in
            [512, 1000, 1536, 70_144, 1 << 20, (1 << 20) + 512, 63 << 20, 1 << 30, 137 << 30, LARGEST_DISK]
        {
            made_by_qemu("dynamic", true, size);
        }
        for size in [512, 1000, 70_144, 1 << 20, 63 << 20, 1 << 30, 40 << 30] {
            made_by_qemu("dynamic", false, size);
        }
    }

    #[test]
    fn what_it_converts_from_raw() {
        let scratch = Scratch::new();
        let mut payload = vec![0; 17 * MIB + 3 * 512];
        for at in [0, 3 * MIB - 100, 9 * MIB, 17 * MIB] {
            put(&mut payload, at, &pattern(at as u64, 1500));
        }
        let raw = scratch.write("disk.img", &payload);
        for (form, kind) in [("fixed", DiskForm::Fixed), ("dynamic", DiskForm::Dynamic)] {
            let path = scratch.path("disk.vhd");
            let options = format!("subformat={form},force_size=on");
            qemu_img(&["convert", "-f", "raw", "-O", "vpc", "-o", &options, utf8(&raw), utf8(&path)]);
            let opened = open_ours(&path);
            assert_eq!(opened.form, kind);
            assert_same(&read_all(&*opened.disk), &payload);
        }
    }

    /// Has qemu read a file of ours.
    fn assert_qemu_reads(scratch: &Scratch, vhd: &[u8], expected: &[u8], what: &str) {
        let path = scratch.write("ours.vhd", vhd);
        assert_eq!(virtual_size(&path), expected.len() as u64, "{what}");
        let raw = scratch.write("expected.img", expected);
        qemu_img(&["compare", "-f", "vpc", "-F", "raw", utf8(&path), utf8(&raw)]);
        assert_same(&fs::read(by_qemu(&path, "vpc")).unwrap(), expected);
        let checked = run("qemu-img", &["check", "-f", "vpc", utf8(&path)]);
        assert_eq!(checked.status.code(), Some(63), "{what}: qemu-img can check this format now, so do");
    }

    #[test]
    fn our_fixed_disks() {
        let scratch = Scratch::new();
        for size in [512, 68 * 512, MIB, 3 * MIB + 512] {
            let payload = pattern(size as u64, size);
            assert_qemu_reads(&scratch, &fixed(&payload), &payload, &format!("fixed, {size}"));
        }
    }

    #[test]
    fn our_dynamic_disks_in_all_block_sizes_that_it_takes() {
        let scratch = Scratch::new();
        for block_size in [4 << 10, 64 << 10, 512 << 10, 2 << 20, 4 << 20, 16 << 20] {
            let len = block_size as usize;
            let size = 4 * len + 1536;
            let layout = DynamicLayout::new(size as u64, block_size).unwrap();
            let footer = Footer::new_fixed(size as u64, UUID, Timestamp(1)).as_dynamic(layout.header());
            let present = [0, 1, 4];
            let mut vhd = vec![0; usize::try_from(layout.file_len(3).unwrap()).unwrap()];
            let mut expected = vec![0; size.next_multiple_of(len)];
            let at = |offset: FileOffset| usize::try_from(offset.get()).unwrap();
            for (nth, block) in (0..).zip(present) {
                let (place, data) = (layout.place(nth).unwrap(), pattern(block.into(), len));
                put(&mut vhd, at(place.bitmap), SectorBitmap::full(block_size).as_bytes());
                put(&mut vhd, at(place.data), &data);
                put(&mut expected, block as usize * len, &data);
            }
            expected.truncate(size);
            put(&mut vhd, 0, &footer.to_bytes());
            put(&mut vhd, at(layout.header()), &layout.dynamic_header().to_bytes());
            put(&mut vhd, at(layout.table()), &layout.table_for(present.map(BlockIndex)).unwrap().to_bytes());
            put(&mut vhd, at(layout.end_footer(3).unwrap()), &footer.to_bytes());
            assert_qemu_reads(&scratch, &vhd, &expected, &format!("dynamic, {block_size}"));
            assert_same(&read_all(&*open_ours(&scratch.path("ours.vhd")).disk), &expected);
        }
    }

    #[test]
    fn its_disks_in_another_form_of_ours() {
        let scratch = Scratch::new();
        let path = scratch.path("disk.vhd");
        create(&path, "dynamic", true, 5 * MIB as u64);
        write(&path, 7, 3 << 20, 4096);
        let ours = open_ours(&path);
        let payload = read_all(&*ours.disk);
        let footer = ours.footer.unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_same(&bytes[..512], &footer.to_bytes());
        assert_same(&bytes[512..1536], &ours.dynamic_header.unwrap().to_bytes());
        let as_fixed = [&payload[..], &footer.as_fixed().to_bytes()].concat();
        assert_qemu_reads(&scratch, &as_fixed, &payload, "as fixed");
    }

    #[test]
    fn both_take_the_same_size_for_every_creator() {
        let scratch = Scratch::new();
        let payload = pattern(12, MIB);
        for creator in [
            b"vpc ",
            b"qemu",
            b"qem2",
            b"win ",
            b"d2v ",
            b"tap\0",
            b"CTXS",
            b"vbox",
            b"wa\0\0",
            b"vs  ",
            b"\0\0\0\0",
        ] {
            let vhd =
                fixed_with(&payload, |footer| footer.creator_application = CreatorApplication(*creator));
            let path = scratch.write("disk.vhd", &vhd);
            assert_eq!(
                open_ours(&path).disk.virtual_size(),
                virtual_size(&path),
                "{}",
                creator.escape_ascii()
            );
        }
        // And where the user overrules the creator.
        let path = scratch.write(
            "disk.vhd",
            &fixed_with(&payload, |footer| footer.creator_application = CreatorApplication::QEMU),
        );
        for (rule, size_calc) in [(SizeRule::Geometry, "chs"), (SizeRule::CurrentSize, "current_size")] {
            let image = format!("driver=vpc,force_size_calc={size_calc},file.filename={}", utf8(&path));
            let info = qemu_img(&["info", "--image-opts", "--output=json", &image]);
            let info: serde_json::Value = serde_json::from_str(&info).unwrap();
            let ours = open(&path, &OpenOptions { size_rule: rule, ..OpenOptions::default() }).unwrap();
            assert_eq!(Some(ours.disk.virtual_size()), info["virtual-size"].as_u64());
        }
    }

    /// Without `force_size` it rounds up to whole cylinders, which is never a whole MiB, and it makes nothing beyond
    /// 2040 GiB.
    #[test]
    fn the_sizes_that_it_makes() {
        let scratch = Scratch::new();
        let path = scratch.path("disk.vhd");
        for (form, asked, made) in [("dynamic", 40 << 30, 42_951_106_560), ("fixed", 1 << 30, 1_073_995_776)]
        {
            create(&path, form, false, asked);
            assert_eq!(open_ours(&path).disk.virtual_size(), made);
            assert_eq!(virtual_size(&path), made);
        }
        let too_large = (LARGEST_DISK + (1 << 30)).to_string();
        let made =
            run("qemu-img", &["create", "-q", "-f", "vpc", "-o", "force_size=on", utf8(&path), &too_large]);
        assert!(!made.status.success());
    }

    /// qemu's driver does not know parents: it opens a child without a word and gives zeros for everything
    /// that is in the parent. We read the chain.
    #[test]
    fn it_is_wrong_about_differencing_disks() {
        let scratch = Scratch::new();
        let base = pattern(1, 4 << 16);
        scratch.write("parent.vhd", &fixed(&base));
        let child = differencing(4 << 16, 1 << 16, Uuid([2; 16]), UUID).relative("parent.vhd");
        let child = child.block_with_bits(1, &vec![9; 1 << 16], |sector| sector < 64);
        let path = scratch.write("child.vhd", &child.build().bytes);
        let mut expected = base;
        expected[1 << 16..(1 << 16) + 64 * 512].fill(9);
        assert_same(&read_all(&*open_ours(&path).disk), &expected);

        let theirs = fs::read(by_qemu(&path, "vpc")).unwrap();
        assert!(theirs[..1 << 16].iter().all(|&byte| byte == 0));
        assert!(theirs != expected);
    }

    /// qemu looks at the front first, so a fixed disk whose first bytes are a VHD is taken for that inner
    /// VHD. The footer at the end says what the file is, so we read the outer disk.
    #[test]
    fn it_is_wrong_about_a_vhd_inside_a_vhd() {
        let scratch = Scratch::new();
        let inner = dynamic(1 << 20, 1 << 16).block(0, &pattern(1, 1 << 16)).build().bytes;
        let path = scratch.write("disk.vhd", &fixed(&inner));
        assert_same(&read_all(&*open_ours(&path).disk), &inner);
        assert_eq!(virtual_size(&path), 1 << 20);
        assert_ne!(inner.len(), 1 << 20);
    }

    /// For blocks below 4 KiB qemu computes a bitmap of no length, and so returns the bitmap as data. The
    /// specification rounds bitmaps up to a sector, which we do.
    #[test]
    fn it_is_wrong_about_small_blocks() {
        let scratch = Scratch::new();
        let data = pattern(1, 512);
        let path = scratch.write("disk.vhd", &dynamic(8 * 512, 512).block(1, &data).build().bytes);
        let ours = read_all(&*open_ours(&path).disk);
        assert_same(&ours[512..1024], &data);
        let theirs = fs::read(by_qemu(&path, "vpc")).unwrap();
        assert_same(&theirs[512..1024], SectorBitmap::full(512).as_bytes());
    }

    /// qemu counts in sectors and drops what does not fill one. Every byte of the disk is the disk's, so we
    /// keep it.
    #[test]
    fn it_is_wrong_about_the_tail_of_an_odd_size() {
        let scratch = Scratch::new();
        let mut payload = pattern(1, 4096);
        let path = scratch.write("disk.vhd", &fixed_with(&payload, |footer| footer.current_size = 4000));
        payload.truncate(4000);
        assert_same(&read_all(&*open_ours(&path).disk), &payload);
        assert_eq!(virtual_size(&path), 4000 / 512 * 512);
    }

    /// qemu takes disk type 5, which was never defined, for a dynamic disk, and reads on past a dynamic
    /// header whose checksum is wrong. We refuse both: nobody can say what such a file means.
    #[test]
    fn it_is_wrong_to_take_dead_types_and_bad_checksums() {
        let scratch = Scratch::new();
        let built = dynamic(1 << 20, 1 << 16).block(0, &pattern(1, 1 << 16)).build();
        let dead = scratch.write("dead.vhd", &built.clone().footers(60, &[0, 0, 0, 5]).bytes);
        let mut summed_wrong = built.bytes;
        summed_wrong[512 + 36] ^= 1;
        let summed_wrong = scratch.write("wrong.vhd", &summed_wrong);
        for path in [dead, summed_wrong] {
            assert_eq!(virtual_size(&path), 1 << 20);
            assert!(open(&path, &OpenOptions::default()).is_err());
        }
    }

    /// qemu refuses a dynamic disk whose copy in front is gone, though the footer at the end is fine. We read
    /// it.
    #[test]
    fn it_is_wrong_to_need_the_copy_in_front() {
        let scratch = Scratch::new();
        let data = pattern(1, 1 << 16);
        let mut built = dynamic(1 << 16, 1 << 16).block(0, &data).build();
        built.bytes[..512].fill(0);
        let path = scratch.write("disk.vhd", &built.bytes);
        assert_same(&read_all(&*open_ours(&path).disk), &data);
        assert!(!run("qemu-img", &["info", "-f", "vpc", utf8(&path)]).status.success());
    }
}
