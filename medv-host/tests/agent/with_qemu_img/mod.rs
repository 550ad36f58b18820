//! First time setup and a machine's life, with real layers.

mod alarm;
mod applications;
mod facts;
mod failing;
mod first_time_setup;
mod hindered;
mod killed;
mod late;
mod life;
mod shared;
mod unruly;
mod upgrade;
mod with_setpriv;

use medv_host::desktop::{Answer, Question};
use medv_host::fts::Stage;
use medv_host::hypervisor::MachineSpec;
use medv_host::hypervisor::pretend::{Call, Pretend};

use crate::desk::{Desk, password};
use crate::guest::{Guest, PASSWORD};
use crate::laboratory::{Laboratory, Running};

/// A user who says yes, and knows the password.
fn willing() -> Desk {
    Desk::new(|question| match question {
        Question::Password { .. } => Some(password(PASSWORD, true)),
        _ => Some(Answer::Yes),
    })
}

/// The machines that were started.
fn starts(machines: &Pretend) -> Vec<MachineSpec> {
    let spec = |call| if let Call::Start(spec) = call { Some(*spec) } else { None };
    machines.calls().into_iter().filter_map(spec).collect()
}

/// An agent whose first time setup has just ended.
fn ready(laboratory: &Laboratory, machines: &Pretend) -> Running {
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_stage(Stage::Ready);
    agent
}

/// A guest that is set up, and off.
fn set_up(laboratory: &Laboratory) -> Guest {
    let guest = Guest::new();
    laboratory.set("[VM]\nCloseAction = \"SHUTDOWN\"\n");
    ready(laboratory, &guest.machines(|_| None)).end();
    laboratory.set(laboratory.settings);
    guest
}
