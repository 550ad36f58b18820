//! How much `medv workspace build` reads and writes.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use medv_codec::Monitor;
use medv_packager::build::{BuildOptions, ProgramFiles, build};
use medv_packager::definition::Definition;
use medv_tests::images::noise;
use medv_tests::vhd_builder::dynamic;
use medv_tests::workshop::{Workshop, tree};

const MIB: u64 = 1 << 20;

/// Blocks of data in the disk of this many blocks, 2 MiB each.
const BLOCKS: (u32, u32) = (6, 20);

/// A workshop with a disk of which a part is there.
fn shop() -> Workshop {
    let shop = Workshop::new();
    let mut disk = dynamic(u64::from(BLOCKS.1) * 2 * MIB, 2 << 20);
    for block in 0..BLOCKS.0 {
        disk = disk.block(block * 3, &noise(block.into(), 2 << 20));
    }
    shop.write("office.vhd", disk.build().bytes);
    shop.write("workspace.toml", "name = \"Office\"\nimage = \"office.vhd\"\n");
    shop
}

#[derive(Default)]
struct Counts {
    announced: AtomicU64,
    advanced: AtomicU64,
    read: AtomicU64,
}

impl Monitor for Counts {
    fn begin(&self, disk_bytes: Option<u64>) {
        self.announced.fetch_add(disk_bytes.unwrap_or(0), SeqCst);
    }

    fn advance(&self, disk_bytes: u64) {
        self.advanced.fetch_add(disk_bytes, SeqCst);
    }

    fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, SeqCst);
    }
}

#[test]
fn the_disk_is_read_once_and_of_it_only_what_is_there() {
    let shop = shop();
    let text = fs::read_to_string(shop.path("workspace.toml")).unwrap();
    let definition = Definition::read(&text, &shop.path("")).0.unwrap();
    let programs = ProgramFiles::find(Some(&shop.path("programs"))).unwrap();
    let folder = shop.path("out");
    let options = BuildOptions {
        folder: &folder,
        force: false,
        programs: &programs,
        cache: None,
        deb: false,
        threads: None,
    };
    let counts = Counts::default();
    build(&definition, &options, &counts).unwrap();
    let size = u64::from(BLOCKS.1) * 2 * MIB;
    assert_eq!((counts.announced.into_inner(), counts.advanced.into_inner()), (size, size));
    assert_eq!(counts.read.into_inner(), u64::from(BLOCKS.0) * 2 * MIB);
}

/// What a process that has ended, and that nobody has waited for yet, has read and written by system calls.
fn read_and_written(child: &Child) -> (u64, u64) {
    let process = Path::new("/proc").join(child.id().to_string());
    let is_over = || {
        let stat = fs::read_to_string(process.join("stat")).expect("the process is there");
        stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z'))
    };
    while !is_over() {
        thread::sleep(Duration::from_millis(5));
    }
    let io = fs::read_to_string(process.join("io")).expect("the system counts");
    let count = |name: &str| -> u64 {
        io.lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|number| number.trim().parse().ok())
            .expect(name)
    };
    (count("rchar:"), count("wchar:"))
}

fn counted(mut command: Command) -> (u64, u64) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let counts = read_and_written(&child);
    assert!(child.wait().unwrap().success());
    counts
}

#[test]
fn nothing_is_read_twice_and_no_second_copy_is_written() {
    // The programs, the settings, what is looked at to learn what the disk is, and the way back to index and trailer.
    const SLACK: u64 = 2 * MIB;
    let shop = shop();
    let disk = u64::from(BLOCKS.0) * 2 * MIB;
    let (read, written) = counted(shop.medv(["workspace", "build", "-q"]));
    let package: u64 = tree(&shop.path("Office")).values().flatten().map(|bytes| bytes.len() as u64).sum();
    assert!(package > disk, "noise does not shrink");
    assert!((disk..disk + SLACK).contains(&read), "{read} bytes read of {disk}");
    assert!((package..package + SLACK).contains(&written), "{written} bytes written, {package} are there");
}

#[test]
fn nothing_of_a_disk_that_was_packed_before_is_read_or_written() {
    let shop = shop();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    fs::File::options().write(true).open(shop.path("office.vhd")).unwrap().set_modified(long_ago).unwrap();
    let _ = counted(shop.medv(["workspace", "build", "-q"]));
    let (read, written) = counted(shop.medv(["workspace", "build", "-q", "--force"]));
    assert!(read < 2 * MIB && written < 2 * MIB, "{read} bytes read, {written} written");
}
