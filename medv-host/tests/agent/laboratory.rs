//! A host in a scratch folder, and the agent that runs on it in a thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use medv_codec::{Error, Result};
use medv_host::agent::{Agent, Message, Parts};
use medv_host::control::{Caller, Reply, Request, Status};
use medv_host::fts::Stage;
use medv_host::host_clock::awake;
use medv_host::hypervisor::Hypervisor;
use medv_host::life::Power;
use medv_host::local_time::LocalTime;
use medv_host::menu::Folders;
use medv_host::moment::Moment;
use medv_host::places::Places;
use medv_host::wakeup::Hindrance;
use medv_protocol::Printer;
use tempfile::TempDir;

use super::desk::{Desk, Diary, Safe};

/// Whatever takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// The name of the workspace.
pub(crate) const NAME: &str = "office";

/// A host on which a workspace is installed.
pub(crate) struct Laboratory {
    scratch: TempDir,
    /// What was set first.
    pub(crate) settings: &'static str,
    pub(crate) diary: Diary,
    pub(crate) safe: Safe,
    /// Whether the system keeps plans to wake the machine up.
    pub(crate) has_timer: bool,
    /// What speaks against that.
    pub(crate) hindrance: Option<Hindrance>,
    /// So many seconds more than it was the host has been awake, as if its clock had been set back.
    pub(crate) awake_ahead: Arc<AtomicU64>,
    /// The clock that is looked at if it does not.
    pub(crate) clock: Arc<Mutex<LocalTime>>,
    /// What the host has in its network.
    pub(crate) printers: Arc<Mutex<Vec<Printer>>>,
}

impl Laboratory {
    /// With these settings, in TOML.
    pub(crate) fn new(settings: &'static str) -> Self {
        let (scratch, diary, safe) = (tempfile::tempdir().unwrap(), Diary::default(), Safe::default());
        let clock = LocalTime { moment: Moment(1_000_000_000), second_of_day: 0 };
        let laboratory = Self {
            scratch,
            settings,
            diary,
            safe,
            has_timer: true,
            hindrance: None,
            awake_ahead: Arc::default(),
            clock: Arc::new(Mutex::new(clock)),
            printers: Arc::default(),
        };
        for folder in
            ["etc/medv", "var/lib/medv/monitoring", "var/lib/medv/allusers", "var/lib/medv/medvlock"]
        {
            fs::create_dir_all(laboratory.path(folder)).unwrap();
        }
        fs::write(laboratory.path("var/lib/medv/medvlock/medv.lock"), "").unwrap();
        fs::File::create(laboratory.path("master.img")).unwrap().set_len(1 << 20).unwrap();
        laboratory.set(settings);
        laboratory.install("1f".repeat(32).as_str());
        laboratory
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.scratch.path().join(below)
    }

    /// Makes these the settings, in place of all others.
    pub(crate) fn set(&self, settings: &str) {
        fs::write(self.path("etc/medv/settings.toml"), settings).unwrap();
    }

    /// Installs the workspace with a disk of that digest, as `medv workspace install` leaves it.
    pub(crate) fn install(&self, image_digest: &str) {
        let disk = self.path("master.img");
        let record = format!(
            "state = \"installed\"\nname = \"{NAME}\"\nversion = \"1.0\"\ndisk = \"{}\"\n\
             image_digest = \"{image_digest}\"\nsettings = []\n",
            disk.display()
        );
        fs::write(self.path("var/lib/medv/workspace.toml"), record).unwrap();
    }

    pub(crate) fn uninstall(&self) {
        fs::remove_file(self.path("var/lib/medv/workspace.toml")).unwrap();
    }

    pub(crate) fn places(&self) -> Places {
        Places::below(self.scratch.path(), &self.path("home")).unwrap()
    }

    /// The user's layer.
    pub(crate) fn layer(&self) -> PathBuf {
        self.places().layer(NAME, false)
    }

    /// The entries in the user's menu.
    pub(crate) fn menu(&self) -> usize {
        let is_entry = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|end| end == "desktop");
        fs::read_dir(self.path("applications")).into_iter().flatten().flatten().filter(is_entry).count()
    }

    /// Waits until the vault has this: that is done in a thread.
    pub(crate) fn wait_for_vault(&self, password: Option<&str>) {
        self.wait_until(|safe| safe.kept.lock().unwrap().as_deref() == password);
    }

    /// Waits for what threads do with the vault.
    pub(crate) fn wait_until(&self, is_so: impl Fn(&Safe) -> bool) {
        let hangs = std::time::Instant::now() + HANGS;
        while !is_so(&self.safe) {
            assert!(std::time::Instant::now() < hangs, "the vault has something else");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The programs for guests are there: what is in them.
    pub(crate) fn has_guest_programs(&self) -> [(&'static str, Vec<u8>); 2] {
        let programs = [("ftscompletion", vec![1; 50_000]), ("medv-guest", vec![2; 100_000])];
        fs::create_dir_all(self.path("programs/linux")).unwrap();
        for (name, bytes) in &programs {
            fs::write(self.path("programs/linux").join(name), bytes).unwrap();
        }
        programs
    }

    /// Waits until nobody has the shared machine. A program that another test is just starting has all that is open here, for a
    /// moment, and so the lock of an agent that has ended.
    pub(crate) fn wait_for_shared_machine(&self) {
        let lock = fs::File::open(self.places().shared_lock()).unwrap();
        lock.lock().unwrap();
    }

    /// Whether any file below has this in it.
    pub(crate) fn has_anywhere(&self, words: &str) -> bool {
        has_below(self.scratch.path(), words.as_bytes())
    }

    /// Starts the agent of the user alice.
    pub(crate) fn start(&self, hypervisor: impl Hypervisor + 'static, desk: &Desk) -> Running {
        self.start_for("alice", hypervisor, desk)
    }

    pub(crate) fn start_for(
        &self,
        user: &str,
        hypervisor: impl Hypervisor + 'static,
        desk: &Desk,
    ) -> Running {
        self.start_in(self.scratch.path(), user, hypervisor, desk)
    }

    /// Starts the agent of a user who has his files in this folder.
    pub(crate) fn start_in(
        &self,
        own: &Path,
        user: &str,
        hypervisor: impl Hypervisor + 'static,
        desk: &Desk,
    ) -> Running {
        let places = Places::below(self.scratch.path(), &own.join("home")).unwrap();
        let (desk, safe, log) = (desk.clone(), self.safe.clone(), self.diary.clone());
        let folders = Folders::Freedesktop {
            applications: own.join("applications"),
            icons: own.join("icons"),
            machine: Vec::new(),
        };
        let (user, programs) = (user.to_owned(), self.path("programs"));
        let (printers, clock) = (Arc::clone(&self.printers), Arc::clone(&self.clock));
        let ahead = Arc::clone(&self.awake_ahead);
        let (has_timer, hindrance) = (self.has_timer, self.hindrance);
        let (give, outbox) = channel();
        let thread = thread::spawn(move || {
            let parts = Parts {
                hypervisor: Arc::new(hypervisor),
                desktop: Box::new(desk),
                vault: Box::new(move |_, _| Box::new(safe.clone())),
                printers: Arc::new(move || Ok(printers.lock().unwrap().clone())),
                log: Arc::new(log),
                menu: Some(folders),
                schedule_wake_up: Box::new(move |_| match has_timer {
                    true => Ok(()),
                    false => Err(Error::usage("there is no timer")),
                }),
                hindrance: Box::new(move || hindrance),
                awake: Box::new(move || awake() + Duration::from_secs(ahead.load(Ordering::SeqCst))),
                clock: Box::new(move || *clock.lock().unwrap()),
                guest_programs: Some(programs),
                program: "/usr/bin/medv-host".into(),
                user,
            };
            let agent = Agent::new(places, parts).unwrap();
            give.send(agent.outbox()).unwrap();
            agent.run();
        });
        Running { outbox: outbox.recv_timeout(HANGS).expect("the agent starts"), thread }
    }
}

fn has_below(folder: &Path, words: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return has_below(&path, words);
        }
        path.is_file() && fs::read(&path).unwrap().windows(words.len()).any(|window| window == words)
    })
}

/// An agent that runs.
pub(crate) struct Running {
    pub(crate) outbox: Sender<Message>,
    thread: JoinHandle<()>,
}

impl Running {
    /// Sends a request; what it is answered comes out of the receiver.
    pub(crate) fn request(&self, request: Request) -> Receiver<Reply> {
        let (caller, replies) = Caller::new();
        self.outbox.send(Message::Request(request, caller)).expect("the agent runs");
        replies
    }

    /// The last reply to a request.
    pub(crate) fn ask(&self, request: Request) -> Result<Reply> {
        last(&self.request(request))
    }

    /// Watches until the status is like this.
    pub(crate) fn wait_for(&self, what: &str, is_so: impl Fn(&Status) -> bool) -> Status {
        let replies = self.request(Request::Status { watch: true });
        let mut seen = None;
        loop {
            match replies.recv_timeout(HANGS) {
                Ok(Reply::Status { status }) if is_so(&status) => return *status,
                Ok(Reply::Status { status }) => seen = Some(status),
                other => panic!("waited for {what}, and got {other:?} after {seen:#?}"),
            }
        }
    }

    pub(crate) fn wait_for_stage(&self, stage: Stage) -> Status {
        self.wait_for(stage.name(), |status| status.first_time_setup.as_ref().unwrap().stage == stage)
    }

    pub(crate) fn wait_for_power(&self, power: Power) -> Status {
        self.wait_for(power.meaning(), |status| {
            status.machine.as_ref().is_some_and(|machine| machine.power == power)
        })
    }

    /// The session ends. What the agent hears of afterwards is nothing.
    pub(crate) fn end(self) {
        self.outbox.send(Message::SessionEnds).expect("the agent runs");
        self.thread.join().expect("the agent does not panic");
    }
}

/// The last reply of those that come.
pub(crate) fn last(replies: &Receiver<Reply>) -> Result<Reply> {
    loop {
        let reply = replies.recv_timeout(HANGS).expect("the agent answers");
        if reply.is_last() {
            return reply.into_result();
        }
    }
}
