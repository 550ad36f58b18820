//! A guest that a script plays: what its machine and its agent report to each call.

use std::sync::{Arc, Mutex};

use medv_host::hypervisor::pretend::{Call, Pretend};
use medv_host::hypervisor::{End, MachineEvent};
use medv_protocol::{App, AppId, Hello, LogPart, Phase, SetupOutcome, SetupTask, ToGuest, ToHost, to_base64};

/// The user's password for the guest.
pub(crate) const PASSWORD: &str = "correct-horse-9z";

/// What is wrong with any other.
const WRONG: &str = "the password is wrong";

/// The version of the agents.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The state of the guest's system; it survives its machines.
#[derive(Debug)]
pub(crate) struct System {
    pub(crate) is_set_up: bool,
    /// Of the account that first time setup has made.
    pub(crate) password: String,
    /// Other accounts, each with its password.
    pub(crate) accounts: Vec<(String, String)>,
    /// Whose machine it was first.
    owner: Option<String>,
    pub(crate) apps: Vec<App>,
    /// The version of its agent.
    pub(crate) agent: &'static str,
}

impl System {
    /// The password of an account, which is made with this one if it may be, and is not there.
    fn password_of(&mut self, user: &str, password: &str, may_be_made: bool) -> Option<String> {
        if self.owner.as_deref().is_none_or(|owner| owner == user) {
            return Some(self.password.clone());
        }
        let known = self.accounts.iter().find(|(name, _)| name == user);
        let found = known.map(|(_, password)| password.clone());
        if found.is_none() && may_be_made {
            self.accounts.push((user.to_owned(), password.to_owned()));
            return Some(password.to_owned());
        }
        found
    }
}

/// A guest. Its clones are the same one.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) system: Arc<Mutex<System>>,
}

impl Guest {
    pub(crate) fn new() -> Self {
        let apps = vec![app("writer"), app("browser")];
        let system = System {
            is_set_up: false,
            password: PASSWORD.to_owned(),
            accounts: Vec::new(),
            owner: None,
            apps,
            agent: VERSION,
        };
        Self { system: Arc::new(Mutex::new(system)) }
    }

    /// A hypervisor whose machines have this guest. What `oddity` answers to a call comes in place of what a guest in good
    /// order says.
    pub(crate) fn machines(
        &self,
        oddity: impl Fn(&Call) -> Option<Vec<MachineEvent>> + Send + Sync + 'static,
    ) -> Pretend {
        let guest = self.clone();
        Pretend::new(move |call| oddity(call).unwrap_or_else(|| guest.reports(call)))
    }

    fn reports(&self, call: &Call) -> Vec<MachineEvent> {
        let mut events = Pretend::obedient(call);
        match call {
            Call::Start(_) => events.push(MachineEvent::AgentConnected(true)),
            Call::Save(to) => std::fs::write(to, "state").unwrap(),
            Call::Send(message) => events.extend(self.says(message)),
            _ => {}
        }
        events
    }

    fn says(&self, message: &ToGuest) -> Vec<MachineEvent> {
        let mut system = self.system.lock().unwrap();
        let done = |request: &u64, error: Option<&str>| {
            let wrong_password = error == Some(WRONG);
            said(ToHost::Done { request: *request, error: error.map(str::to_owned), wrong_password })
        };
        match message {
            ToGuest::Welcome { .. } if system.is_set_up => {
                vec![
                    hello_of(system.agent, Phase::Ready),
                    said(ToHost::Apps { apps: system.apps.clone(), more: false }),
                ]
            }
            ToGuest::Welcome { .. } => vec![hello(Phase::Setup)],
            ToGuest::RunSetup { user, .. } => {
                system.is_set_up = true;
                system.owner = Some(user.clone());
                set_up()
            }
            ToGuest::LogOn { request, user, password, new_account } => {
                match system.password_of(user, password.reveal(), new_account.is_some()) {
                    Some(right) if right == password.reveal() => {
                        vec![done(request, None), said(ToHost::LoggedOn { user: user.clone() })]
                    }
                    Some(_) => vec![done(request, Some(WRONG))],
                    None => vec![done(request, Some("there is no such user"))],
                }
            }
            ToGuest::StartApp { request, id } => match system.apps.iter().any(|app| app.id == *id) {
                true => vec![done(request, None)],
                false => vec![done(request, Some("there is no such application"))],
            },
            ToGuest::Upgrade { request, program, last: true, .. } if program == "medv-guest" => {
                system.agent = VERSION;
                let mut says = vec![done(request, None)];
                says.extend([false, true].map(MachineEvent::AgentConnected));
                says
            }
            ToGuest::OpenUrl { request, .. } | ToGuest::Upgrade { request, last: true, .. } => {
                vec![done(request, None)]
            }
            ToGuest::SendLog { request } => {
                vec![log_part("/var/log/guest.log", "all is well"), done(request, None)]
            }
            ToGuest::Adjust { .. }
            | ToGuest::HostNetwork(_)
            | ToGuest::Printers { .. }
            | ToGuest::Upgrade { .. }
            | ToGuest::ShutDown
            | ToGuest::Restart
            | ToGuest::Unknown => Vec::new(),
        }
    }
}

/// What a guest says of a first time setup that goes well.
pub(crate) fn set_up() -> Vec<MachineEvent> {
    vec![
        said(ToHost::SetupTask(SetupTask::Personalise)),
        said(ToHost::SetupTask(SetupTask::Command { name: "join".to_owned(), number: 1, of: 1 })),
        said(ToHost::CommandEnded { name: "join".to_owned(), code: Some(0), output: "joined".to_owned() }),
        said(ToHost::SetupTask(SetupTask::Completion)),
        log_part("/var/log/setup.log", "it went well"),
        said(ToHost::SetupEnded(SetupOutcome::Complete)),
        MachineEvent::Ended(End::Restart),
    ]
}

pub(crate) fn said(message: ToHost) -> MachineEvent {
    MachineEvent::Said(message)
}

pub(crate) fn hello(phase: Phase) -> MachineEvent {
    hello_of(VERSION, phase)
}

fn hello_of(agent: &str, phase: Phase) -> MachineEvent {
    said(ToHost::Hello(Hello {
        protocol: medv_protocol::VERSION,
        agent: agent.to_owned(),
        system: "linux".to_owned(),
        machine: "MEDV-1".to_owned(),
        boot: 1,
        phase,
    }))
}

/// A log that is sent in one piece.
pub(crate) fn log_part(path: &str, text: &str) -> MachineEvent {
    let (path, base64) = (path.to_owned(), to_base64(text.as_bytes()));
    said(ToHost::Log(LogPart { path, offset: 0, base64, last: true }))
}

pub(crate) fn app(id: &str) -> App {
    App {
        id: AppId(id.to_owned()),
        name: id.to_uppercase(),
        comment: String::new(),
        folder: String::new(),
        icon: None,
    }
}
