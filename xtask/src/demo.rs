//! `cargo xtask demo`: one disk through everything, with what happened as a table.

mod disk;
mod server;

use crate::Result;
use crate::packages::provide;
use crate::shell::{build_medv, capture, command, find, target};
use serde_json::Value;
use server::Server;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// A disk to use instead of one made here; it is only read
    disk: Option<PathBuf>,
    /// Keep what was made, under target/demo
    #[arg(long)]
    keep: bool,
    /// A medv to show instead of the one that is built from here
    #[arg(long, value_name = "PROGRAM")]
    medv: Option<PathBuf>,
}

/// The interrupted download takes about this long from end to end.
const DOWNLOAD_SECONDS: f64 = 6.0;

pub(crate) fn run(options: &Options) -> Result<()> {
    provide(&["mke2fs", "debugfs", "zstd"], true);
    let medv = match &options.medv {
        Some(program) => std::path::absolute(program)?,
        None => build_medv()?,
    };
    let folder = target("demo")?;
    fs::remove_dir_all(&folder)?;
    fs::create_dir_all(&folder)?;
    let given = options.disk.as_ref().map(std::path::absolute).transpose()?;
    let mut demo = Demo { medv, folder, rows: Vec::new() };
    let ran = match given {
        Some(disk) => demo.all(&disk),
        None => demo.make().and_then(|disk| demo.all(&disk)),
    };
    demo.print();
    if options.keep {
        println!("kept in {}", demo.folder.display());
    } else {
        fs::remove_dir_all(&demo.folder)?;
    }
    ran
}

/// One line of the table.
struct Row {
    what: String,
    seconds: f64,
    happened: String,
}

struct Demo {
    medv: PathBuf,
    folder: PathBuf,
    rows: Vec<Row>,
}

impl Demo {
    fn make(&mut self) -> Result<PathBuf> {
        let path = self.folder.join("disk.vhd");
        self.step("make a disk", |_| disk::make(&path).map(|about| (about, path.clone())))
    }

    /// All that the demo shows, in order; a failure ends it.
    fn all(&mut self, disk: &Path) -> Result<()> {
        let packed = self.folder.join("disk.medv");
        let restored = self.folder.join("restored.vhd");
        let before = fs::metadata(disk).map_err(|error| format!("{}: {error}", disk.display()))?.len();

        self.step("medv pack DISK", |demo| {
            demo.medv(&["pack".as_ref(), disk, "-o".as_ref(), &packed])?;
            Ok((shrunk(before, size(&packed)?), ()))
        })?;
        let trimmed = self.folder.join("trimmed.medv");
        self.step("medv pack DISK --trim", |demo| {
            demo.medv(&["pack".as_ref(), disk, "--trim".as_ref(), "-o".as_ref(), &trimmed])?;
            Ok((format!("{}, free space left out", shrunk(before, size(&trimmed)?)), ()))
        })?;
        self.step("medv verify --quick", |demo| {
            demo.medv(&["verify".as_ref(), "--quick".as_ref(), &packed])?;
            Ok(("it arrived whole".into(), ()))
        })?;
        self.step("medv verify", |demo| {
            demo.medv(&["verify".as_ref(), &packed])?;
            Ok(("every byte is right".into(), ()))
        })?;
        if find("zstd").is_some() {
            let by_zstd = self.folder.join("by-zstd.vhd");
            self.step("zstd -d (stock)", |demo| {
                capture(command("zstd").args(["-q", "-d"]).arg(&packed).arg("-o").arg(&by_zstd))?;
                Ok((demo.compare(disk, &by_zstd)?, ()))
            })?;
            fs::remove_file(&by_zstd)?;
        } else {
            println!("zstd is not installed (Debian package: zstd): the restore with it is left out");
        }
        self.step("medv expand", |demo| {
            demo.medv(&["expand".as_ref(), &packed, "-o".as_ref(), &restored])?;
            Ok((demo.compare(disk, &restored)?, ()))
        })?;
        fs::remove_file(&restored)?;
        self.interrupted(disk, &packed, &restored)
    }

    /// Expands from a slow web server, is killed half way, and expands again.
    fn interrupted(&mut self, disk: &Path, packed: &Path, restored: &Path) -> Result<()> {
        let length = size(packed)?;
        let server = Server::start(packed)?;
        let address = server.address("disk.medv");
        let expand = |demo: &Demo| {
            let mut expand = Command::new(&demo.medv);
            expand.args(["expand", &address, "--json", "--progress", "none", "-o"]).arg(restored);
            expand
        };
        self.step("medv expand http://…, killed", |demo| {
            server.slow_down(length, DOWNLOAD_SECONDS);
            let mut child = expand(demo).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            while server.sent() < length / 2 {
                if let Some(status) = child.try_wait()? {
                    return Err(format!("it ended by itself: {status}").into());
                }
                sleep(Duration::from_millis(20));
            }
            child.kill()?;
            child.wait()?;
            let there = if restored.exists() { "A TARGET IS THERE" } else { "no half-made disk is in place" };
            Ok((format!("kill -9 after {} of {} were sent; {there}", mib(server.sent()), mib(length)), ()))
        })?;
        self.step("medv expand http://…, again", |demo| {
            server.full_speed();
            let document: Value = serde_json::from_str(&capture(&mut expand(demo))?)?;
            let number = |key: &str| document[key].as_u64().unwrap_or(0);
            let (resumed, frames) = (number("resumed_frames"), number("data_frames"));
            if resumed == 0 {
                return Err(format!("nothing of the first run was kept: {document}").into());
            }
            let sent = server.sent();
            let same = demo.compare(disk, restored)?;
            Ok((format!("{resumed} of {frames} frames were there, {} sent this time; {same}", mib(sent)), ()))
        })
    }

    /// Does one thing, and notes what came of it.
    fn step<T>(&mut self, what: &str, action: impl FnOnce(&Self) -> Result<(String, T)>) -> Result<T> {
        println!("{what} …");
        let start = Instant::now();
        let done = action(self);
        let seconds = start.elapsed().as_secs_f64();
        let (happened, value) = match done {
            Ok((happened, value)) => (happened, Ok(value)),
            Err(error) => (format!("FAILED: {error}"), Err(format!("{what}: {error}").into())),
        };
        self.rows.push(Row { what: what.to_owned(), seconds, happened });
        value
    }

    fn medv(&self, arguments: &[&Path]) -> Result<String> {
        capture(Command::new(&self.medv).args(arguments).args(["--progress", "none"]))
    }

    /// How two disks are the same: as files, or (in another form of VHD) by the digest of their content.
    fn compare(&self, disk: &Path, restored: &Path) -> Result<String> {
        if same_bytes(disk, restored)? {
            return Ok("the same, byte for byte".into());
        }
        let digest = |path: &Path| -> Result<String> {
            let packed = self.folder.join("compared.medv");
            self.medv(&["pack".as_ref(), path, "-f".as_ref(), "-o".as_ref(), &packed])?;
            let document: Value =
                serde_json::from_str(&self.medv(&["verify".as_ref(), &packed, "--json".as_ref()])?)?;
            fs::remove_file(&packed)?;
            document["image_digest"]
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| "verify names no image_digest".into())
        };
        if digest(disk)? == digest(restored)? {
            return Ok("the same disk, in another form".into());
        }
        Err(format!("{} is not the disk that went in", restored.display()).into())
    }

    fn print(&self) {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
        println!();
        for Row { what, seconds, happened } in &self.rows {
            println!("{what:<width$}  {seconds:>6.2} s  {happened}");
        }
        println!();
    }
}

fn same_bytes(one: &Path, other: &Path) -> Result<bool> {
    if size(one)? != size(other)? {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    let (mut left, mut right) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = one.read(&mut left)?;
        let (Some(left), Some(right)) = (left.get(..read), right.get_mut(..read)) else { return Ok(false) };
        other.read_exact(right)?;
        if left != right {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path)?.len())
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", in_mib(bytes))
}

#[allow(clippy::cast_precision_loss)] // below 2^53
fn in_mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn shrunk(before: u64, after: u64) -> String {
    format!("{} to {} ({:.1} %)", mib(before), mib(after), 100.0 * in_mib(after) / in_mib(before))
}
