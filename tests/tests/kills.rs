//! The command is killed at random moments: there is no target, or the whole one, and the next run ends identical
//! without writing again what the journal has.
//!
//! `MEDV_KILLS` is the number of kills in all (100).

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use medv_format::Limits;
use medv_format::container::SourceForm;
use medv_format::journal::Journal;
use medv_tests::command::{Finished, medv};
use medv_tests::sample::{BLOCK, CHUNK, Sample};
use medv_tests::web_server::{Misbehaviour, WebServer};

/// How many of all kills are of one kind, in percent.
fn kills(percent: u64) -> u64 {
    let all = std::env::var("MEDV_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(100);
    u64::max(1, all * percent / 100)
}

/// Some hundred chunks, a fifth of them zero.
fn sample() -> Sample {
    let letters = b'!'..=b'~';
    let chunks: String =
        letters.cycle().take(160).map(|letter| if letter % 5 == 0 { '.' } else { letter.into() }).collect();
    Sample::new(SourceForm::Dynamic { block_size: BLOCK }, &chunks, 0)
}

/// The same numbers for every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % limit.max(1)
    }
}

/// A folder with a target being built in it.
struct Scene {
    folder: tempfile::TempDir,
    form: &'static str,
}

impl Scene {
    fn new(form: &'static str) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), form }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn target(&self) -> PathBuf {
        self.path("disk.vhd")
    }

    /// `medv expand SOURCE` with syncs often enough to be caught between two.
    fn expand(&self, source: &str) -> Command {
        let mut command = medv();
        command
            .args(["expand", source, "--format", self.form, "--sync-every", "512KiB"])
            .args(["--threads", "2", "--progress", "none", "--json", "-o"])
            .arg(self.target())
            .env_remove("http_proxy")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// As after a crash in the middle of a write: the end of the journal is cut off or is something else.
    fn tear_journal(&self, chance: &mut Chance) {
        let path = self.path("disk.vhd.medv-journal");
        let Ok(mut bytes) = fs::read(&path) else { return };
        let len = bytes.len() as u64;
        match chance.below(3) {
            0 => bytes.truncate(usize::try_from(len - chance.below(len.min(40))).expect("small")),
            1 => {
                let from_end = 1 + chance.below(len.min(24));
                if let Some(byte) =
                    bytes.get_mut(usize::try_from(len.saturating_sub(from_end)).expect("small"))
                {
                    *byte ^= 0x55;
                }
            }
            _ => return,
        }
        fs::write(&path, bytes).expect("the journal can be written");
    }

    /// How many frames the journal has; `None` if there is nothing to go on with.
    fn journalled(&self) -> Option<u64> {
        let bytes = fs::read(self.path("disk.vhd.medv-journal")).ok()?;
        let journal = Journal::from_bytes(&bytes, &Limits::default()).ok()?;
        let mut frames: Vec<_> = journal.done.iter().map(|record| record.frame).collect();
        frames.sort_unstable();
        frames.dedup();
        self.path("disk.vhd.medv-part").exists().then_some(frames.len() as u64)
    }

    /// After a kill: looks at what is left, tears the journal, and lets `again` finish it.
    fn judge(&self, whole: &[u8], chance: &mut Chance, again: impl FnOnce() -> Finished) -> u64 {
        let had_name = fs::read(self.target()).ok();
        if let Some(found) = &had_name {
            assert!(found == whole, "half a target has its name");
        }
        self.tear_journal(chance);
        let done = self.journalled();
        let finished = again();
        assert!(fs::read(self.target()).expect("a target") == whole, "not the same: {}", finished.stderr);
        if had_name.is_some() {
            // Either it is known for what it is by its journal, or it is in the way like any other file.
            assert!(matches!(finished.code, Some(0 | 2)), "{}", finished.stderr);
            return 0;
        }
        let report = finished.exits(0).json();
        let number = |name: &str| report[name].as_u64().unwrap_or_else(|| panic!("{name} in {report}"));
        let done = done.unwrap_or(0);
        assert_eq!(number("resumed_frames"), done, "{report}");
        assert_eq!(number("written_bytes"), (number("data_frames") - done) * CHUNK as u64, "{report}");
        let names: Vec<_> = fs::read_dir(self.folder.path()).expect("the folder").collect();
        assert_eq!(names.len(), 1, "only the target is left: {names:?}");
        done
    }
}

fn finish(mut command: Command) -> Finished {
    Finished::from(command.output().expect("medv can be started"))
}

fn kill(mut child: Child) {
    child.kill().expect("a child can be killed");
    child.wait().expect("a killed child ends");
}

/// What an undisturbed run writes, and how long it takes.
fn undisturbed(form: &'static str, medv_path: &Path) -> (Vec<u8>, Duration) {
    let scene = Scene::new(form);
    let start = Instant::now();
    let _ = finish(scene.expand(&medv_path.display().to_string())).exits(0);
    (fs::read(scene.target()).expect("a target"), start.elapsed())
}

/// The sample's `.medv` in a folder of its own.
fn medv_file(sample: &Sample) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sample.medv");
    fs::write(&path, &sample.medv).expect("a temporary file");
    (folder, path)
}

fn form(number: u64) -> &'static str {
    ["dynamic", "fixed", "raw"][usize::try_from(number % 3).expect("below 3")]
}

#[test]
fn expanding_from_a_file() {
    let (_folder, path) = medv_file(&sample());
    let wholes = [0, 1, 2].map(|number| undisturbed(form(number), &path));
    let mut chance = Chance(1);
    let mut kept = 0;
    for number in 0..kills(40) {
        let (whole, time) = &wholes[usize::try_from(number % 3).expect("below 3")];
        let scene = Scene::new(form(number));
        let source = path.display().to_string();
        let child = scene.expand(&source).spawn().expect("medv can be started");
        thread::sleep(time.mul_f64(f64::from(chance.below(1000) as u32) / 1000.0));
        kill(child);
        kept += u64::from(scene.judge(whole, &mut chance, || finish(scene.expand(&source))) > 0);
    }
    println!("{kept} had something to go on with");
}

#[test]
fn expanding_over_http() {
    let sample = sample();
    let (_folder, path) = medv_file(&sample);
    let wholes = [0, 1, 2].map(|number| undisturbed(form(number), &path).0);
    let mut chance = Chance(2);
    let mut kept = 0;
    for number in 0..kills(20) {
        let scene = Scene::new(form(number));
        let stop = chance.below(sample.medv.len() as u64);
        let pace = Duration::from_micros(500);
        let server = WebServer::serving(sample.medv.clone())
            .misbehaving(move |_, _| Some(Misbehaviour::Slow(64 << 10, pace)));
        let child = scene.expand(&server.url()).spawn().expect("medv can be started");
        while server.body_bytes() < stop {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(chance.below(20)));
        kill(child);
        let server = WebServer::serving(sample.medv.clone());
        let whole = &wholes[usize::try_from(number % 3).expect("below 3")];
        let done = scene.judge(whole, &mut chance, || finish(scene.expand(&server.url())));
        kept += u64::from(done > 0);
        let most = sample.medv.len() as u64 - done * CHUNK as u64 + (1 << 20);
        assert!(
            server.body_bytes() <= most,
            "{} bytes fetched, {done} frames were done",
            server.body_bytes()
        );
    }
    println!("{kept} had something to go on with");
}

#[test]
fn expanding_from_a_pipe() {
    let sample = sample();
    let (_folder, path) = medv_file(&sample);
    let wholes = [0, 1, 2].map(|number| undisturbed(form(number), &path).0);
    let mut chance = Chance(3);
    let mut kept = 0;
    for number in 0..kills(20) {
        let scene = Scene::new(form(number));
        let stop = chance.below(sample.medv.len() as u64 * 11 / 10);
        let fed = usize::try_from(stop).expect("small").min(sample.medv.len());
        let mut child = scene.expand("-").stdin(Stdio::piped()).spawn().expect("medv can be started");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(&sample.medv[..fed]).expect("medv reads");
        thread::sleep(Duration::from_millis(chance.below(20)));
        kill(child);
        drop(pipe);
        let whole = &wholes[usize::try_from(number % 3).expect("below 3")];
        let again = || {
            let mut command = scene.expand("-");
            command.stdin(fs::File::open(&path).expect("the sample"));
            finish(command)
        };
        kept += u64::from(scene.judge(whole, &mut chance, again) > 0);
    }
    println!("{kept} had something to go on with");
}

#[test]
fn packing() {
    let sample = sample();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let disk = folder.path().join("disk.img");
    fs::write(&disk, &sample.disk.0).expect("a temporary file");
    let pack = |out: &Path| {
        let mut command = medv();
        command
            .arg("pack")
            .arg(&disk)
            .args(["--chunk-size", "64KiB", "--progress", "none", "-q", "-o"])
            .arg(out);
        command
    };
    let out = folder.path().join("whole.medv");
    let start = Instant::now();
    let _ = finish(pack(&out)).exits(0);
    let (time, whole) = (start.elapsed(), fs::read(&out).expect("a .medv"));
    let mut chance = Chance(4);
    for _ in 0..kills(20) {
        let place = tempfile::tempdir().expect("a temporary folder");
        let out = place.path().join("disk.medv");
        let child = pack(&out).spawn().expect("medv can be started");
        thread::sleep(time.mul_f64(f64::from(chance.below(1100) as u32) / 1000.0));
        kill(child);
        match fs::read(&out) {
            Ok(found) => assert!(found == whole, "half a .medv has its name"),
            Err(_) => drop(finish(pack(&out)).exits(0)),
        }
        assert!(fs::read(&out).expect("a .medv") == whole);
        assert_eq!(fs::read_dir(place.path()).expect("the folder").count(), 1, "only the .medv is left");
    }
}

#[test]
fn two_processes_do_not_build_one_target() {
    let sample = sample();
    let scene = Scene::new("fixed");
    let mut first = scene.expand("-").stdin(Stdio::piped()).spawn().expect("medv can be started");
    let mut pipe = first.stdin.take().expect("a pipe");
    let half = sample.medv.len() / 2;
    pipe.write_all(&sample.medv[..half]).expect("medv reads");
    // More was written than a pipe holds and than is read ahead, so the target has been opened.
    assert!(scene.path("disk.vhd.medv-part").exists());
    let (_folder, path) = medv_file(&sample);
    for force in [false, true] {
        let mut second = scene.expand(&path.display().to_string());
        if force {
            second.arg("--force");
        }
        let second = finish(second).exits(3);
        assert!(second.stderr.contains("it is in use"), "{}", second.stderr);
        assert!(second.stderr.contains("wait for the other medv to end"), "{}", second.stderr);
    }
    pipe.write_all(&sample.medv[half..]).expect("medv reads");
    drop(pipe);
    let first = Finished::from(first.wait_with_output().expect("it ends")).exits(0);
    assert_eq!(first.json()["resumed_frames"], 0);
    assert!(fs::read(scene.target()).expect("a target").starts_with(&sample.disk.0));
}
