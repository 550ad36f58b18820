//! A disk in memory that can fail at any call, fill up, or lose its power and with it what was not synced.

mod call;
mod power;
mod state;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use medv_codec::storage::{Storage, StoredFile};

pub use self::call::Call;
pub use self::power::Arrives;
use self::state::{Change, Content, State};

/// What goes wrong. Calls are counted from 0, those that only look included.
#[derive(Clone, Copy, Debug, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// This one call fails; if it is a sync, what it should have made durable never will be.
    Once(usize, io::ErrorKind),
    /// This call and all that would change anything after it fail.
    From(usize, io::ErrorKind),
    /// The power goes before this call, so that it and all after it fail.
    PowerCut(usize),
    /// There is room for so many bytes in all files together, holes not counted.
    Room(u64),
    /// It says that so many bytes are free.
    SaysFree(u64),
}

/// The disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct FailingStorage {
    state: Arc<Mutex<State>>,
}

impl FailingStorage {
    /// An empty disk on which nothing fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// A disk on which `path` has stood for long.
    #[must_use]
    pub fn with_file(self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        self.lock().install(path.into(), bytes.into());
        self
    }

    /// Sets what goes wrong from now on, and forgets which calls there were.
    pub fn set_fault(&self, fault: Fault) {
        let mut state = self.lock();
        state.fault = fault;
        state.written = 0;
        state.calls.clear();
    }

    /// The calls since the fault was set, failed ones included.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// First byte and length of each write to `path` since the fault was set.
    pub fn writes_to(&self, path: &Path) -> Vec<(u64, u64)> {
        let written = |call: &Call| match call {
            Call::Write { path: at, offset, len } if at == path => Some((*offset, *len)),
            _ => None,
        };
        self.lock().calls.iter().filter_map(written).collect()
    }

    /// What programs see at `path`.
    pub fn read(&self, path: &Path) -> Option<Vec<u8>> {
        self.lock().read(path)
    }

    /// All names that programs see.
    pub fn names(&self) -> Vec<PathBuf> {
        self.lock().names.keys().cloned().collect()
    }

    /// The disk as the next boot finds it.
    #[must_use]
    pub fn after_power_cut(&self, arrives: Arrives) -> Self {
        let state = power::rebooted(&self.lock(), arrives);
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for FailingStorage {
    fn open(&self, path: &Path, create: bool) -> io::Result<Box<dyn StoredFile>> {
        let mut state = self.lock();
        state.enter(Call::Open { path: path.to_owned(), create })?;
        let content = match (state.names.get(path).copied(), create) {
            (Some(_), true) => return Err(io::ErrorKind::AlreadyExists.into()),
            (None, false) => return Err(io::ErrorKind::NotFound.into()),
            (Some(content), false) => content,
            (None, true) => state.create(path),
        };
        Ok(Box::new(OpenFile { storage: self.clone(), path: path.to_owned(), content }))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        let mut state = self.lock();
        state.enter(Call::Exists { path: path.to_owned() })?;
        Ok(state.names.contains_key(path))
    }

    fn is_device(&self, _: &Path) -> bool {
        false
    }

    fn free_space(&self, _: &Path) -> Option<u64> {
        match self.lock().fault {
            Fault::SaysFree(bytes) => Some(bytes),
            _ => None,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.enter(Call::Rename { from: from.to_owned(), to: to.to_owned() })?;
        state.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.enter(Call::Remove { path: path.to_owned() })?;
        state.remove(path)
    }

    fn sync_folder_of(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.enter(Call::SyncFolder { of: path.to_owned() })?;
        state.sync_names();
        Ok(())
    }
}

struct OpenFile {
    storage: FailingStorage,
    /// Its name when it was opened.
    path: PathBuf,
    content: Content,
}

impl StoredFile for OpenFile {
    fn len(&self) -> io::Result<u64> {
        let mut state = self.storage.lock();
        state.enter(Call::Len { path: self.path.clone() })?;
        Ok(state.file(self.content).seen.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.storage.lock();
        state.enter(Call::SetLen { path: self.path.clone(), len })?;
        state.file(self.content).change(Change::Length(len));
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.storage.lock();
        let len = bytes.len() as u64;
        state.enter(Call::Write { path: self.path.clone(), offset, len })?;
        state.file(self.content).change(Change::Bytes(offset, bytes.to_vec()));
        Ok(())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut state = self.storage.lock();
        state.enter(Call::Read { path: self.path.clone(), offset, len: buf.len() as u64 })?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes =
            start.checked_add(buf.len()).and_then(|end| state.file(self.content).seen.get(start..end));
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.storage.lock();
        let entered = state.enter(Call::Sync { path: self.path.clone() });
        match entered {
            Ok(()) => state.file(self.content).sync(),
            // As kernels do it: the pages that could not be written count as clean from then on.
            Err(_) if !state.powerless => state.file(self.content).lose_unsynced(),
            Err(_) => {}
        }
        entered
    }
}
