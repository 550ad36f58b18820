//! How the agent is, as callers see it: also the document of `medv-host status --json`.

use serde::{Deserialize, Serialize};

use crate::fts::Stage;
use crate::life::Power;
use crate::moment::Moment;

/// How the agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The workspace; none if none is installed.
    pub workspace: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Why the workspace that is installed, and that all users share, is not this user's now.
    pub kept_out: Option<String>,
    /// What runs machines here.
    pub hypervisor: String,
    /// First time setup.
    pub first_time_setup: Option<FtsDetail>,
    /// The machine, once first time setup has made one.
    pub machine: Option<MachineDetail>,
    /// What the user is asked now.
    pub question: Option<QuestionDetail>,
    /// How many applications the host's menu has.
    pub published: usize,
    /// What happened last.
    pub last_event: Option<EventDetail>,
}

/// First time setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FtsDetail {
    /// Where it is.
    pub stage: Stage,
    /// The same, for people.
    pub meaning: String,
    /// What the guest is doing, as it said last.
    pub task: Option<String>,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// Of how many.
    pub attempts: u32,
    /// When the stage ends of itself, in seconds since 1970.
    pub deadline: Option<Moment>,
    /// The number of the event that the last attempt failed with.
    pub failure: Option<u32>,
}

/// The machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineDetail {
    /// Its state.
    pub power: Power,
    /// The same, for people.
    pub meaning: String,
    /// The guest's computer name, as it said last.
    pub name: Option<String>,
    /// How many applications run.
    pub apps: u32,
}

/// What the user is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionDetail {
    /// What.
    pub question: String,
    /// The command that answers.
    pub answer: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetail {
    /// When.
    pub time: Moment,
    /// Its number, if it has one.
    pub id: Option<u32>,
    /// 1 error, 2 warning, 3 information, 4 debug.
    pub level: u8,
    /// What happened.
    pub text: String,
}
