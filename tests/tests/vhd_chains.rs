//! Differencing chains: found, flattened, and never followed where the user did not allow it.

use std::fs;
use std::path::{Path, PathBuf};

use medv_codec::ErrorKind;
use medv_codec::disk::{DiskForm, OpenOptions, Severity, examine, open};
use medv_format::Limits;
use medv_format::vhd::Uuid;
use medv_tests::vhd_builder::{
    Scratch, Sparse, assert_same, differencing, dynamic, fixed, pattern, put, read_all,
};

const BLOCK: usize = 1 << 16;
const SIZE: usize = 6 * BLOCK;

fn uuid(generation: u8) -> Uuid {
    Uuid([generation; 16])
}

/// The disk of a generation: the first stands alone, every other one has the one before it as its parent,
/// writes block `generation` and one sector of block 0.
fn generation(generation: u8) -> Sparse {
    let mut disk = if generation == 0 {
        let mut disk = dynamic(SIZE as u64, 1 << 16);
        disk.footer.uuid = uuid(0);
        disk
    } else {
        differencing(SIZE as u64, 1 << 16, uuid(generation), uuid(generation - 1))
    };
    let seed = u64::from(generation);
    disk = disk.block_with_bits(0, &pattern(seed, BLOCK), |sector| {
        generation == 0 || sector == usize::from(generation)
    });
    if generation > 0 {
        disk = disk.block(generation.into(), &pattern(seed, BLOCK));
    }
    disk
}

/// What generation `last` looks like.
fn content(last: u8) -> Vec<u8> {
    let mut content = vec![0; SIZE];
    for generation in 0..=last {
        let (data, at) = (pattern(generation.into(), BLOCK), usize::from(generation));
        if generation == 0 {
            put(&mut content, 0, &data);
        } else {
            put(&mut content, at * 512, &data[at * 512..(at + 1) * 512]);
            put(&mut content, at * BLOCK, &data);
        }
    }
    content
}

fn with_parents(parents: &[PathBuf]) -> OpenOptions {
    OpenOptions { parents: parents.to_vec(), ..OpenOptions::default() }
}

fn assert_chain(path: &Path, options: &OpenOptions, last: u8) {
    let opened = open(path, options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.form, DiskForm::Differencing);
    assert_eq!(opened.chain.len(), usize::from(last) + 1);
    assert_same(&read_all(&*opened.disk), &content(last));
}

fn error_of(path: &Path, options: &OpenOptions) -> medv_codec::Error {
    let error = open(path, options).map(|_| ()).unwrap_err();
    let examination = examine(path, options).unwrap();
    assert_eq!(examination.findings.last().unwrap().severity, Severity::Refused(error.kind()));
    error
}

/// Three files in one folder, each with a locator of this kind to the one before.
fn three_in(scratch: &Scratch, folder: &str, locate: impl Fn(Sparse, &str) -> Sparse) -> PathBuf {
    scratch.write(&format!("{folder}/0.vhd"), &generation(0).build().bytes);
    scratch.write(&format!("{folder}/1.vhd"), &locate(generation(1), "0.vhd").build().bytes);
    scratch.write(&format!("{folder}/2.vhd"), &locate(generation(2), "1.vhd").build().bytes)
}

#[test]
fn three_deep_by_relative_locators() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "vm", |disk, parent| disk.relative(&format!(r".\{parent}")));
    assert_chain(&path, &OpenOptions::default(), 2);
}

#[cfg(unix)]
#[test]
fn three_deep_by_absolute_locators() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("vm")).unwrap();
    let folder = fs::canonicalize(scratch.path("vm")).unwrap();
    let path =
        three_in(&scratch, "vm", |disk, parent| disk.absolute(&folder.join(parent).display().to_string()));
    assert_chain(&path, &OpenOptions::default(), 2);
}

#[test]
fn the_working_directory_does_not_matter() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "a/b", Sparse::relative);
    let link = scratch.path("a/b/../b/2.vhd");
    assert_chain(&path, &OpenOptions::default(), 2);
    assert_chain(&link, &OpenOptions::default(), 2);
}

#[test]
fn a_moved_folder_is_still_found() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "old", |disk, parent| {
        disk.absolute(&format!(r"D:\machines\old\{parent}"))
            .absolute(&format!("/srv/old/{parent}"))
            .relative(parent)
    });
    let moved = scratch.path("new");
    fs::rename(path.parent().unwrap(), &moved).unwrap();
    assert_chain(&moved.join("2.vhd"), &OpenOptions::default(), 2);
}

#[test]
fn a_stale_absolute_path_still_names_the_file_beside_the_child() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "vm", |disk, parent| disk.absolute(&format!(r"D:\machines\old\{parent}")));
    assert_chain(&path, &OpenOptions::default(), 2);
}

#[test]
fn parents_elsewhere_are_found_in_given_files_and_folders() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "vm", Sparse::relative);
    let (base, middle) = (scratch.path("base"), scratch.path("middle"));
    for folder in [&base, &middle] {
        fs::create_dir(folder).unwrap();
    }
    fs::rename(scratch.path("vm/0.vhd"), base.join("0.vhd")).unwrap();
    fs::rename(scratch.path("vm/1.vhd"), middle.join("renamed.vhd")).unwrap();
    error_of(&path, &OpenOptions::default());
    error_of(&path, &with_parents(&[base.clone(), middle.clone()]));
    assert_chain(&path, &with_parents(&[base.clone(), middle.join("renamed.vhd")]), 2);
    assert_chain(&path, &with_parents(&[base.join("0.vhd"), middle.join("renamed.vhd")]), 2);
}

#[test]
fn the_given_parent_goes_before_what_the_disk_says() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "vm", Sparse::relative);
    let copy = scratch.path("copy.vhd");
    fs::copy(scratch.path("vm/1.vhd"), &copy).unwrap();
    let opened = open(&path, &with_parents(&[copy.clone(), scratch.path("vm")])).unwrap();
    assert_eq!(opened.chain[1], fs::canonicalize(copy).unwrap());
    assert_same(&read_all(&*opened.disk), &content(2));
}

#[test]
fn a_missing_parent_is_said_with_all_places_and_what_to_do() {
    let scratch = Scratch::new();
    let path = scratch.write("1.vhd", &generation(1).relative(r".\base\0.vhd").build().bytes);
    let error = error_of(&path, &with_parents(&[scratch.path("nowhere.vhd")]));
    assert_eq!(error.kind(), ErrorKind::Damaged);
    let said = error.to_string();
    assert!(said.contains("nowhere.vhd: not there") && said.contains("base/0.vhd: not there"), "{said}");
    assert!(said.contains(&uuid(0).to_string()), "{said}");
    assert!(error.advised().unwrap().contains("--parent"), "{error:?}");

    let nameless = scratch.write("1.vhd", &generation(1).build().bytes);
    assert!(error_of(&nameless, &OpenOptions::default()).to_string().contains("no path"));
}

#[test]
fn a_parent_of_another_uuid_is_refused_even_if_given() {
    let scratch = Scratch::new();
    let path = scratch.write("2.vhd", &generation(2).relative("0.vhd").build().bytes);
    let wrong = scratch.write("0.vhd", &generation(0).build().bytes);
    for options in [OpenOptions::default(), with_parents(&[wrong])] {
        let error = error_of(&path, &options);
        assert_eq!(error.kind(), ErrorKind::Damaged);
        let said = error.to_string();
        assert!(said.contains(&uuid(0).to_string()) && said.contains(&uuid(1).to_string()), "{said}");
    }
}

#[test]
fn cycles_end() {
    let scratch = Scratch::new();
    let own_parent = differencing(SIZE as u64, 1 << 16, uuid(1), uuid(1)).relative("1.vhd");
    let path = scratch.write("1.vhd", &own_parent.build().bytes);
    let error = error_of(&path, &OpenOptions::default());
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(error.to_string().contains("cycle"), "{error}");

    let one = differencing(SIZE as u64, 1 << 16, uuid(1), uuid(2)).relative("2.vhd");
    let two = differencing(SIZE as u64, 1 << 16, uuid(2), uuid(1)).relative("1.vhd");
    scratch.write("1.vhd", &one.build().bytes);
    let path = scratch.write("2.vhd", &two.build().bytes);
    assert!(error_of(&path, &OpenOptions::default()).to_string().contains("cycle"));
}

#[test]
fn depth_is_limited() {
    let scratch = Scratch::new();
    let path = three_in(&scratch, "vm", Sparse::relative);
    let limited = |chain_depth| OpenOptions {
        limits: Limits { chain_depth, ..Limits::default() },
        ..OpenOptions::default()
    };
    assert_chain(&path, &limited(3), 2);
    assert_eq!(error_of(&path, &limited(2)).kind(), ErrorKind::Limit);
}

/// A parent outside the child's folder, and a child that names it by `locate`.
fn escape(locate: impl Fn(&Scratch, Sparse) -> Sparse) {
    let scratch = Scratch::new();
    scratch.write("secret/0.vhd", &generation(0).build().bytes);
    fs::create_dir(scratch.path("vm")).unwrap();
    let child = locate(&scratch, generation(1));
    let path = scratch.write("vm/1.vhd", &child.build().bytes);
    let error = error_of(&path, &OpenOptions::default());
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("outside the allowed folders"), "{error}");
    assert!(error.advised().unwrap().contains("--parent"));
    assert_chain(&path, &with_parents(&[scratch.path("secret")]), 1);
    assert_chain(&path, &with_parents(&[scratch.path("secret/0.vhd")]), 1);
}

#[test]
fn no_way_out_by_dots() {
    escape(|_, child| child.relative(r"..\secret\0.vhd"));
    escape(|_, child| child.relative("../secret/0.vhd"));
    escape(|_, child| child.relative(r".\x\..\..\secret\0.vhd"));
    escape(|_, child| child.relative(r"..\vm\..\secret\0.vhd"));
    // A relative path that calls itself absolute, and the other way round.
    escape(|_, child| child.absolute(r"..\secret\0.vhd"));
}

#[cfg(unix)]
#[test]
fn no_way_out_by_absolute_paths_and_links() {
    let absolute = |scratch: &Scratch| {
        let path = fs::canonicalize(scratch.path("secret/0.vhd")).unwrap();
        path.display().to_string()
    };
    escape(|scratch, child| child.absolute(&absolute(scratch)));
    escape(|scratch, child| child.relative(&absolute(scratch)));
    escape(|scratch, child| child.locator(0x4D61_6358, format!("file://{}", absolute(scratch)).as_bytes()));
    escape(|scratch, mut child| {
        child.header.parent_name = medv_tests::vhd_builder::header_name(&absolute(scratch));
        child
    });
    escape(|scratch, child| {
        std::os::unix::fs::symlink(scratch.path("secret/0.vhd"), scratch.path("vm/0.vhd")).unwrap();
        child.relative("0.vhd")
    });
    escape(|scratch, child| {
        std::os::unix::fs::symlink(scratch.path("secret"), scratch.path("vm/folder")).unwrap();
        child.relative(r"folder\0.vhd")
    });
}

#[test]
fn no_way_onto_the_network() {
    for path in [
        r"\\server\share\0.vhd",
        "//server/share/0.vhd",
        r"\\?\UNC\server\share\0.vhd",
        r"\\.\PhysicalDrive0",
    ] {
        let scratch = Scratch::new();
        let path = scratch.write("1.vhd", &generation(1).absolute(path).build().bytes);
        let error = error_of(&path, &OpenOptions::default());
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("not on this machine"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_folder_as_parent_does_not_hang() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path("folder.vhd")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(scratch.path("pipe.vhd")).status().unwrap().success());
    for name in ["folder.vhd", "pipe.vhd"] {
        let path = scratch.write("1.vhd", &generation(1).relative(name).build().bytes);
        error_of(&path, &OpenOptions::default());
        assert_eq!(
            open(&scratch.path(name), &OpenOptions::default()).map(|_| ()).unwrap_err().kind(),
            ErrorKind::Usage
        );
    }
}

#[test]
fn a_damaged_parent_is_named() {
    let scratch = Scratch::new();
    let mut parent = generation(0).build();
    parent.bytes[512 + 100] ^= 1;
    scratch.write("0.vhd", &parent.bytes);
    let path = scratch.write("1.vhd", &generation(1).relative("0.vhd").build().bytes);
    let error = error_of(&path, &OpenOptions::default());
    assert_eq!(error.path().and_then(Path::file_name).unwrap(), "0.vhd");
    assert_eq!(error.kind(), ErrorKind::Damaged);
}

#[test]
fn a_fixed_parent_under_many_small_blocks() {
    let scratch = Scratch::new();
    let base = pattern(9, SIZE);
    scratch.write("0.vhd", &fixed(&base));
    let mut child = differencing(SIZE as u64, 512, uuid(1), medv_tests::vhd_builder::UUID).relative("0.vhd");
    let mut expected = base;
    for index in (0..SIZE / 512).filter(|index| index % 3 == 0) {
        let data = pattern(index as u64, 512);
        put(&mut expected, index * 512, &data);
        child = child.block(u32::try_from(index).unwrap(), &data);
    }
    let path = scratch.write("1.vhd", &child.build().bytes);
    assert_same(&read_all(&*open(&path, &OpenOptions::default()).unwrap().disk), &expected);
}
