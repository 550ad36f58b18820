//! Users with numbers of their own share a machine. A thread can become such a user, and all threads that it starts are him as
//! well; setpriv shows what he may do. Root's business.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use medv_host::control::Request;
use medv_host::hypervisor::pretend::Pretend;
use medv_host::life::Power;
use rustix::process::{Gid, Uid};

use super::shared::{setups, with_password};
use super::willing;
use crate::desk::Desk;
use crate::guest::{Guest, PASSWORD};
use crate::laboratory::{Laboratory, NAME, Running};

/// The group of those who share the workspace; it needs no name.
const GROUP: u32 = 60010;

/// A user of the host.
#[derive(Clone, Copy)]
struct Person {
    name: &'static str,
    number: u32,
    groups: &'static [u32],
}

const ALICE: Person = Person { name: "alice", number: 60001, groups: &[GROUP] };
const BOB: Person = Person { name: "bob", number: 60002, groups: &[GROUP] };
const MALLORY: Person = Person { name: "mallory", number: 60003, groups: &[] };

impl Person {
    /// Starts his agent.
    fn start(self, laboratory: &Laboratory, machines: Pretend, desk: &Desk) -> Running {
        let own = laboratory.path(self.name);
        fs::create_dir_all(&own).unwrap();
        chown(&own, Some(self.number), Some(self.number)).unwrap();
        let start = || {
            let (user, group) = (Uid::from_raw(self.number), Gid::from_raw(self.number));
            let groups: Vec<Gid> = self.groups.iter().copied().map(Gid::from_raw).collect();
            rustix::thread::set_thread_groups(&groups).unwrap();
            rustix::thread::set_thread_gid(group).unwrap();
            rustix::thread::set_thread_uid(user).unwrap();
            laboratory.start_in(&own, self.name, machines, desk)
        };
        thread::scope(|scope| scope.spawn(start).join().unwrap())
    }

    /// Whether he may do this with a file, in the words of `test`.
    fn may(self, what: &str, path: &Path) -> bool {
        let mut setpriv = Command::new("setpriv");
        setpriv.args([format!("--reuid={0}", self.number), format!("--regid={0}", self.number)]);
        match self.groups {
            [] => setpriv.arg("--clear-groups"),
            [group, ..] => setpriv.arg(format!("--groups={group}")),
        };
        setpriv.args(["test", what]).arg(path).status().unwrap().success()
    }
}

/// A host whose folders are as `medv workspace install` leaves them.
fn shared() -> Laboratory {
    let laboratory = Laboratory::new("[VM]\nMultiUserEnabled = 1\n");
    let rights = |path: &str, group: Option<u32>, mode: u32| {
        let path = laboratory.path(path);
        chown(&path, Some(0), group).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    };
    rights("", None, 0o755);
    rights("var/lib/medv/monitoring", None, 0o1777);
    rights("var/lib/medv/allusers", Some(GROUP), 0o2770);
    rights("var/lib/medv/medvlock", Some(GROUP), 0o2750);
    rights("var/lib/medv/medvlock/medv.lock", Some(GROUP), 0o660);
    laboratory
}

/// What is in the folder that all share.
fn files(laboratory: &Laboratory) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(laboratory.path("var/lib/medv/allusers"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn what_the_first_user_has_made_is_the_seconds_to_use_and_to_replace() {
    let laboratory = shared();
    let guest = Guest::new();
    let alice = ALICE.start(&laboratory, guest.machines(|_| None), &willing());
    alice.wait_for_power(Power::Running);
    let waiting = with_password("battery-staple");
    let bob = BOB.start(&laboratory, guest.machines(|_| None), &waiting);
    bob.wait_for("no workspace", |status| status.workspace.is_none());
    assert!(waiting.was_told("in use"));
    bob.end();
    alice.end();
    let places = laboratory.path("var/lib/medv/allusers");
    let made = files(&laboratory);
    assert_eq!(made, ["office.qcow2", "office.setup.json"].map(|name| places.join(name)));
    for file in &made {
        assert!(BOB.may("-r", file) && BOB.may("-w", file), "{}", file.display());
        assert!(!MALLORY.may("-r", file), "{}", file.display());
    }

    let (machines, desk) = (guest.machines(|_| None), with_password("battery-staple"));
    let bob = BOB.start(&laboratory, machines.clone(), &desk);
    bob.wait_for_power(Power::Running);
    assert_eq!((setups(&machines), desk.questions()), (0, vec!["password"]));
    assert!(laboratory.diary.numbers().is_empty(), "{}", laboratory.diary.text());
    // He may even have it made anew.
    guest.system.lock().unwrap().is_set_up = false;
    guest.system.lock().unwrap().password = "battery-staple".to_owned();
    bob.ask(Request::Reset).unwrap();
    bob.wait_for_power(Power::Running);
    assert_eq!(setups(&machines), 1);
    bob.end();
    assert_eq!(files(&laboratory), made);
    assert!(made.iter().all(|file| ALICE.may("-w", file)));
}

#[test]
fn who_is_not_in_the_group_is_told_so_once_and_changes_nothing() {
    let laboratory = shared();
    let guest = Guest::new();
    let alice = ALICE.start(&laboratory, guest.machines(|_| None), &willing());
    alice.wait_for_power(Power::Running);
    alice.end();
    let content = || files(&laboratory).iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>();
    let before = content();
    let (machines, desk) = (guest.machines(|_| None), with_password(PASSWORD));
    let mallory = MALLORY.start(&laboratory, machines.clone(), &desk);
    let status = mallory.wait_for("no workspace", |status| status.workspace.is_none());
    assert!(status.kept_out.is_some_and(|why| why.contains("mallory is not in the group medv-shared")));
    mallory.ask(Request::Refresh).unwrap();
    let error = mallory.ask(Request::Start).unwrap_err();
    assert!(error.advised().unwrap().contains("usermod -aG medv-shared mallory"), "{error}");
    mallory.end();
    let told = desk.told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text.contains("usermod -aG medv-shared mallory"), "{told:?}");
    assert!(machines.calls().is_empty() && desk.questions().is_empty());
    let events = laboratory.diary.text();
    assert_eq!(events.matches("is not in the group").count(), 2, "an event and the notice: {events}");
    assert!(laboratory.diary.numbers().is_empty() && content() == before);
    assert!(!laboratory.places().layer(NAME, false).exists());
}
