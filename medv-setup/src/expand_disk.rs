//! `ExpandDisk`: the `.medv` becomes the disk, with progress, and without harm whenever it stops.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use medv_codec::Monitor;
use medv_codec::container::{Container, Input};
use medv_codec::expand::{ExpandOptions, ExpandReport, TargetForm, expand};
use medv_format::Limits;

use crate::action_data::ActionData;
use crate::check_disk::{for_the_system, open, source};
use crate::disk_files::DiskFiles;
use crate::room::in_units;
use crate::{Failure, Installer, Result, codes};

/// Steps of the progress bar.
const TICKS: u32 = 1000;
/// How often Windows Installer hears of it, and is asked whether to go on.
const INTERVAL: Duration = Duration::from_millis(100);
/// Bytes of disk between two syncs: what a kill costs at most. Less than the engine's default, as
/// computers that are installed are switched off by their users.
const COMMIT_EVERY: u64 = 64 << 20;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct ExpandDisk {
    /// The `.medv`.
    pub source: PathBuf,
    /// Where the disk goes.
    pub files: DiskFiles,
}

impl ExpandDisk {
    /// Understands what the `.msi` tells.
    ///
    /// # Errors
    /// If something is missing.
    pub fn from_data(data: &ActionData) -> Result<Self> {
        Ok(Self { source: source(data)?, files: DiskFiles::from_data(data)? })
    }

    /// Undoes what an installation that was killed has done to the disk's name.
    ///
    /// # Errors
    /// I/O.
    pub fn take_back(&self, installer: &dyn Installer) -> Result<()> {
        if self.files.take_back()? {
            installer.log(&format!(
                "{}: an installation was interrupted; put back what stood there before",
                self.files.disk.display()
            ));
        }
        Ok(())
    }

    /// Expands the disk and gives it its name. What an earlier, killed run has finished is not done again.
    ///
    /// # Errors
    /// If the `.medv` is damaged, the drive is full, the user cancels. Then [`DiskFiles::take_back`] and
    /// [`DiskFiles::remove_unfinished`] make everything as it was.
    pub fn run(&self, installer: &dyn Installer) -> Result<()> {
        self.take_back(installer)?;
        let source = open(&self.source).map_err(lost_on_the_way)?;
        let form = TargetForm::vhd_of(&Container::open(&source, &Limits::default())?.index.header.form);
        let input = Input::Random(Box::new(source));
        // An unfinished disk of another package is of no use to anybody.
        let options =
            ExpandOptions { form, force: true, commit_every: COMMIT_EVERY, ..ExpandOptions::default() };
        let state = State::default();
        let asking = thread::current();
        let report = thread::scope(|scope| {
            let worker = scope.spawn(|| {
                let report = expand(input, &self.files.new, &options, &state);
                asking.unpark();
                report
            });
            let mut shown = Shown::default();
            installer.begin(TICKS);
            while !worker.is_finished() {
                thread::park_timeout(INTERVAL);
                shown.update(&state, installer);
                if installer.cancelled() {
                    state.cancelled.store(true, Ordering::Relaxed);
                }
            }
            worker.join().map_err(|_| Failure::general("the engine has failed"))?.map_err(Failure::from)
        });
        for warning in state.warnings.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            installer.warn(warning);
        }
        installer.log(&summary(&report?));
        self.files.put_in_place()
    }
}

/// `CheckDisk`, which runs as the user, has seen it. A letter that a user has connected to a share is not there for the system.
fn lost_on_the_way(failure: Failure) -> Failure {
    if failure.code != codes::SOURCE_ABSENT {
        return failure;
    }
    Failure { message: format!("{}; {}", failure.message, for_the_system()), ..failure }
}

fn summary(report: &ExpandReport) -> String {
    format!(
        "disk of {}: {} of {} frames were there from an interrupted installation, {} written, image digest {}",
        in_units(report.virtual_size),
        report.resumed_frames,
        report.data_frames,
        in_units(report.written_bytes),
        report.image_digest
    )
}

/// What the engine's threads tell the action's thread: Windows Installer is spoken to from there only.
#[derive(Default)]
struct State {
    size: AtomicU64,
    done: AtomicU64,
    cancelled: AtomicBool,
    warnings: Mutex<Vec<String>>,
}

impl Monitor for State {
    fn begin(&self, disk_bytes: Option<u64>) {
        self.size.store(disk_bytes.unwrap_or(0), Ordering::Relaxed);
    }

    fn advance(&self, disk_bytes: u64) {
        self.done.fetch_add(disk_bytes, Ordering::Relaxed);
    }

    fn warn(&self, message: &str) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(message.to_owned());
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// What the user has seen.
#[derive(Default)]
struct Shown(u32);

impl Shown {
    fn update(&mut self, state: &State, installer: &dyn Installer) {
        let size = state.size.load(Ordering::Relaxed);
        let ticks = ticks(state.done.load(Ordering::Relaxed), size);
        if ticks > self.0 {
            installer.advance(ticks - self.0, &format!("{} % of {}", ticks * 100 / TICKS, in_units(size)));
            self.0 = ticks;
        }
    }
}

fn ticks(done: u64, size: u64) -> u32 {
    let share = u128::from(done) * u128::from(TICKS) / u128::from(size.max(1));
    u32::try_from(share).unwrap_or(TICKS).min(TICKS)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use medv_codec::Silent;
    use medv_codec::disk::DiskForm;
    use medv_codec::disk::{OpenOptions, open};
    use medv_codec::expand::target_len;
    use medv_codec::pack::{PackOptions, Subject, pack_to_file};
    use std::cell::{Cell, RefCell};
    use std::fs;

    /// A small dynamic disk, packed.
    pub(crate) struct Packed {
        pub(crate) folder: tempfile::TempDir,
        pub(crate) disk: PathBuf,
        pub(crate) medv: PathBuf,
        pub(crate) index_digest: String,
        pub(crate) image_digest: String,
        pub(crate) bytes_on_disk: u64,
    }

    impl Packed {
        pub(crate) fn files(&self) -> DiskFiles {
            DiskFiles::new(self.folder.path(), "d")
        }
    }

    pub(crate) fn packed() -> Packed {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        let mut bytes = vec![0; 9 << 20];
        for (place, byte) in bytes[3 << 20..5 << 20].iter_mut().enumerate() {
            *byte = ((place * place) >> 7) as u8;
        }
        fs::write(at("raw.img"), bytes).unwrap();
        let pack = |disk: &PathBuf, medv: &PathBuf| {
            let opened = open(disk, &OpenOptions::default()).unwrap();
            pack_to_file(&Subject::new(&opened, None), medv, false, &PackOptions::default(), &Silent).unwrap()
        };
        // Only what was expanded once has a form of its own.
        pack(&at("raw.img"), &at("raw.medv"));
        let input = Input::Random(Box::new(super::open(&at("raw.medv")).unwrap()));
        let options = ExpandOptions { form: TargetForm::Dynamic, ..ExpandOptions::default() };
        expand(input, &at("source.vhd"), &options, &Silent).unwrap();
        let report = pack(&at("source.vhd"), &at("d.medv"));
        let source = super::open(&at("d.medv")).unwrap();
        let container =
            medv_codec::container::Container::open(&source, &medv_format::Limits::default()).unwrap();
        Packed {
            disk: at("source.vhd"),
            medv: at("d.medv"),
            index_digest: container.trailer.index_digest.to_string(),
            image_digest: report.image_digest.to_string(),
            bytes_on_disk: target_len(&container.index, TargetForm::Same).unwrap(),
            folder,
        }
    }

    #[derive(Default)]
    struct Told {
        ticks: Cell<u32>,
        lines: RefCell<Vec<String>>,
        cancel: bool,
    }

    impl Installer for Told {
        fn log(&self, line: &str) {
            self.lines.borrow_mut().push(line.to_owned());
        }
        fn warn(&self, line: &str) {
            self.log(line);
        }
        fn begin(&self, ticks: u32) {
            assert_eq!(ticks, TICKS);
        }
        fn advance(&self, ticks: u32, said: &str) {
            self.ticks.set(self.ticks.get() + ticks);
            self.log(said);
        }
        fn cancelled(&self) -> bool {
            self.cancel
        }
    }

    #[test]
    fn the_disk_is_there_and_was_announced() {
        let packed = packed();
        let told = Told::default();
        let work = ExpandDisk { source: packed.medv.clone(), files: packed.files() };
        work.run(&told).unwrap();
        assert_eq!(fs::read(&work.files.disk).unwrap(), fs::read(&packed.disk).unwrap());
        assert_eq!(told.ticks.get(), TICKS);
        assert!(told.lines.borrow().iter().any(|line| line == "100 % of 9.4 MB"), "{:?}", told.lines);
        // It replaces one that stands there, and is the same again.
        work.files.commit().unwrap();
        fs::write(&work.files.disk, "old").unwrap();
        work.run(&told).unwrap();
        assert_eq!(fs::read(&work.files.replaced).unwrap(), b"old");
    }

    #[test]
    fn a_raw_image_becomes_a_vhd() {
        let packed = packed();
        let source = packed.folder.path().join("raw.medv");
        let container = Container::open(&super::open(&source).unwrap(), &Limits::default()).unwrap();
        let work = ExpandDisk { source, files: packed.files() };
        work.run(&Told::default()).unwrap();
        let opened = open(&work.files.disk, &OpenOptions::default()).unwrap();
        assert_eq!(opened.form, DiskForm::Dynamic);
        let form = TargetForm::vhd_of(&container.index.header.form);
        let len = fs::metadata(&work.files.disk).unwrap().len();
        assert_eq!(target_len(&container.index, form).unwrap(), len);
    }

    #[test]
    fn a_damaged_one_leaves_nothing_after_the_rollback() {
        let packed = packed();
        let mut bytes = fs::read(&packed.medv).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 1;
        fs::write(&packed.medv, bytes).unwrap();
        let work = ExpandDisk { source: packed.medv.clone(), files: packed.files() };
        fs::write(&work.files.disk, "old").unwrap();
        let failure = work.run(&Told::default()).unwrap_err();
        assert!(failure.message.contains("d.medv"), "{failure}");
        work.files.take_back().unwrap();
        work.files.remove_unfinished().unwrap();
        assert_eq!(fs::read(&work.files.disk).unwrap(), b"old");
        assert!(!work.files.part().exists() && !work.files.new.exists());
    }

    #[test]
    fn a_disk_that_only_the_user_sees_says_whose_account_it_is() {
        let packed = packed();
        let work = ExpandDisk { source: packed.medv.with_extension("gone"), files: packed.files() };
        let failure = work.run(&Told::default()).unwrap_err();
        assert!(
            failure.message.contains("system's own account") && failure.message.contains("drive letters"),
            "{failure}"
        );
    }

    #[test]
    fn ticks_end_at_the_last_one() {
        assert_eq!(
            [(0, 0), (1, 3), (3, 3), (u64::MAX, u64::MAX)].map(|(done, size)| ticks(done, size)),
            [0, 333, TICKS, TICKS]
        );
    }
}
