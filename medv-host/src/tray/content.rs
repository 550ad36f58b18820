//! What the icon shows and what its menu has, from the status and the settings: nothing is looked at here.

use super::logon_start::LogonStart;
use crate::control::{FtsDetail, MachineDetail, QuestionDetail, Status};
use crate::fts::Stage;
use crate::life::Power;

/// What is shown of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The workspace's name.
    pub workspace: String,
    /// The workspace and how it is, in one line.
    pub text: String,
    /// Whether the machine has power.
    pub is_lit: bool,
    /// The menu, from top to bottom.
    pub entries: Vec<Entry>,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub item: Item,
    /// Its words.
    pub label: String,
    /// Whether it can be chosen.
    pub is_enabled: bool,
    /// Whether it has a mark, if it is one that can have one.
    pub mark: Option<bool>,
}

/// What an entry does. The number is the same as long as the agent runs: a desktop may answer with an entry that is not
/// there any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Nothing: it says how the machine is, for desktops that show no text at an icon.
    State = 1,
    /// Lets first time setup begin, or begin again.
    SetUp,
    /// Starts the machine.
    Start,
    /// Closes the machine.
    Stop,
    /// Shows the machine's screen.
    Show,
    /// Changes whether the machine starts with the session.
    LogonStart,
    /// Ends the agent.
    Exit,
}

/// The settings that say what is in the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// `UserExperience\LogonStartEnabled`
    pub logon_start: LogonStart,
    /// `UserExperience\ShowExit`
    pub shows_exit: bool,
}

/// The stages in which something is done for the user's machine, in their order.
const STEPS: [Stage; 8] = [
    Stage::Creating,
    Stage::Personalising,
    Stage::MiniSetup,
    Stage::Commands,
    Stage::Completing,
    Stage::Restarting,
    Stage::LoggingOn,
    Stage::Configuring,
];

impl Content {
    /// What is shown beside `text`; none without a workspace.
    pub fn new(status: &Status, text: String, preferences: Preferences) -> Option<Self> {
        let workspace = status.workspace.clone()?;
        let is_lit = has_machine(status);
        let state = Entry { item: Item::State, label: text.clone(), is_enabled: false, mark: None };
        let mut entries = vec![state, power_entry(status)];
        entries.push(entry(Item::Show, "Show the screen", is_lit));
        let LogonStart { is_on, is_free } = preferences.logon_start;
        let logon_start = entry(Item::LogonStart, "Start with the session", is_free);
        entries.push(Entry { mark: Some(is_on), ..logon_start });
        if preferences.shows_exit {
            entries.push(entry(Item::Exit, "Exit", true));
        }
        Some(Self { workspace, text, is_lit, entries })
    }

    /// The entry of that number, if it can be chosen now.
    pub fn item(&self, number: i32) -> Option<Item> {
        let is_it = |entry: &&Entry| entry.is_enabled && entry.item as i32 == number;
        self.entries.iter().find(is_it).map(|entry| entry.item)
    }
}

/// The workspace, and how it is; none without a workspace.
pub(super) fn text(status: &Status) -> Option<String> {
    let workspace = status.workspace.as_ref()?;
    let state = match (&status.machine, &status.first_time_setup) {
        (Some(machine), _) => format!("{}{}", life(machine), asked(status.question.as_ref())),
        // What first time setup asks is what its stage says.
        (None, Some(setup)) => progress(setup),
        (None, None) => return Some(workspace.clone()),
    };
    Some(format!("{workspace}: {state}"))
}

fn life(machine: &MachineDetail) -> String {
    match machine.apps {
        0 => machine.meaning.clone(),
        1 => format!("{}, 1 application", machine.meaning),
        apps => format!("{}, {apps} applications", machine.meaning),
    }
}

/// Where first time setup is.
fn progress(setup: &FtsDetail) -> String {
    let step = STEPS.iter().position(|step| *step == setup.stage);
    let step = step.map(|at| format!(" (step {} of {})", at + 1, STEPS.len())).unwrap_or_default();
    let task = setup.task.as_ref().map(|task| format!(", {task}")).unwrap_or_default();
    let attempt = match setup.attempt {
        1 => String::new(),
        attempt => format!(", attempt {attempt} of {}", setup.attempts),
    };
    format!("{}{step}{task}{attempt}", setup.meaning)
}

fn asked(question: Option<&QuestionDetail>) -> String {
    question.map(|question| format!("; asked: {}", question.question)).unwrap_or_default()
}

fn power_entry(status: &Status) -> Entry {
    let stage = status.first_time_setup.as_ref().map(|setup| setup.stage);
    match (status.machine.as_ref().map(|machine| machine.power), stage) {
        // Nobody is logged on, but the machine runs: to start it is to use it.
        (Some(power), _) if power.is_off() || power.is_ending() || power == Power::Awake => {
            entry(Item::Start, "Start", true)
        }
        (Some(_), _) => entry(Item::Stop, "Stop", true),
        (None, Some(Stage::Asking | Stage::Postponed)) => entry(Item::SetUp, "Set up now", true),
        (None, Some(Stage::AskingRetry)) => entry(Item::SetUp, "Try again now", true),
        (None, _) => entry(Item::Start, "Start", false),
    }
}

/// Whether there is a machine that has power.
fn has_machine(status: &Status) -> bool {
    match (&status.machine, &status.first_time_setup) {
        (Some(machine), _) => !machine.power.is_off(),
        (None, Some(setup)) => {
            let with_guest = [Stage::Restarting, Stage::LoggingOn, Stage::Configuring, Stage::Cancelling];
            setup.stage.is_inside_guest() || with_guest.contains(&setup.stage)
        }
        (None, None) => false,
    }
}

fn entry(item: Item, label: &str, is_enabled: bool) -> Entry {
    Entry { item, label: label.to_owned(), is_enabled, mark: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Preferences =
        Preferences { logon_start: LogonStart { is_on: true, is_free: true }, shows_exit: true };

    fn ready(power: Power, apps: u32) -> Status {
        let machine = MachineDetail { power, meaning: power.meaning().to_owned(), name: None, apps };
        Status { machine: Some(machine), ..set_up(Stage::Ready) }
    }

    fn set_up(stage: Stage) -> Status {
        let detail = FtsDetail {
            stage,
            meaning: stage.meaning().to_owned(),
            task: None,
            attempt: 1,
            attempts: 4,
            deadline: None,
            failure: None,
        };
        Status { workspace: Some("Office".into()), first_time_setup: Some(detail), ..Status::default() }
    }

    /// The entries as they look: `[x]` has a mark, `(…)` cannot be chosen.
    fn menu(status: &Status, preferences: Preferences) -> Vec<String> {
        let content = Content::new(status, "how it is".into(), preferences).unwrap();
        let look = |entry: &Entry| {
            let mark = match entry.mark {
                None => "",
                Some(true) => "[x] ",
                Some(false) => "[ ] ",
            };
            let label = format!("{mark}{}", entry.label);
            if entry.is_enabled { label } else { format!("({label})") }
        };
        content.entries.iter().map(look).collect()
    }

    #[test]
    fn without_a_workspace_nothing_is_shown() {
        assert_eq!(text(&Status::default()), None);
        assert_eq!(Content::new(&Status::default(), String::new(), FREE), None);
    }

    #[test]
    fn a_machine_that_is_off_can_be_started_and_has_no_screen() {
        for power in [Power::Off, Power::Saved] {
            let shown = menu(&ready(power, 0), FREE);
            let expected =
                ["(how it is)", "Start", "(Show the screen)", "[x] Start with the session", "Exit"];
            assert_eq!(shown, expected, "{power:?}");
        }
    }

    #[test]
    fn a_machine_that_is_on_can_be_stopped_and_shown() {
        for power in [Power::Starting, Power::LoggingOn, Power::Running] {
            let shown = menu(&ready(power, 0), FREE);
            assert_eq!(shown[1..3], ["Stop", "Show the screen"], "{power:?}");
        }
    }

    #[test]
    fn a_machine_that_ends_or_runs_for_its_updates_can_be_started() {
        for power in [Power::Awake, Power::Saving, Power::ShuttingDown, Power::TurningOff] {
            assert_eq!(menu(&ready(power, 0), FREE)[1], "Start", "{power:?}");
        }
    }

    #[test]
    fn first_time_setup_can_begin_when_it_waits_for_that_and_only_then() {
        for (stage, expected) in [
            (Stage::Asking, "Set up now"),
            (Stage::Postponed, "Set up now"),
            (Stage::AskingRetry, "Try again now"),
            (Stage::Commands, "(Start)"),
            (Stage::GivenUp, "(Start)"),
        ] {
            assert_eq!(menu(&set_up(stage), FREE)[1], expected, "{stage}");
        }
    }

    #[test]
    fn what_the_administrator_has_set_is_shown_and_cannot_be_chosen() {
        let preferences =
            Preferences { logon_start: LogonStart { is_on: false, is_free: false }, shows_exit: false };
        let shown = menu(&ready(Power::Off, 0), preferences);
        assert_eq!(shown[3..], ["([ ] Start with the session)"]);
    }

    #[test]
    fn an_entry_that_is_not_there_or_is_disabled_is_not_chosen() {
        let content = Content::new(&ready(Power::Off, 0), String::new(), FREE).unwrap();
        let chosen = |item: Item| content.item(item as i32);
        assert_eq!(chosen(Item::Start), Some(Item::Start));
        assert_eq!([Item::State, Item::Stop, Item::Show].map(chosen), [None; 3]);
        assert_eq!([0, 99, -1].map(|number| content.item(number)), [None; 3]);
    }

    #[test]
    fn the_text_says_how_the_machine_is_and_how_far_setup_is() {
        let says = |status: &Status| text(status).unwrap();
        assert_eq!(says(&ready(Power::Saved, 0)), "Office: off, its state is saved");
        assert_eq!(says(&ready(Power::Running, 1)), "Office: running, 1 application");
        assert_eq!(says(&ready(Power::Running, 2)), "Office: running, 2 applications");
        assert_eq!(says(&set_up(Stage::GivenUp)), "Office: it has failed");
        let mut status = set_up(Stage::Commands);
        let setup = status.first_time_setup.as_mut().unwrap();
        (setup.task, setup.attempt) = (Some("20-licence (2 of 2)".into()), 2);
        let expected = "Office: the guest runs the administrator's commands (step 4 of 8), 20-licence (2 of 2), \
                        attempt 2 of 4";
        assert_eq!(says(&status), expected);
    }

    #[test]
    fn what_the_user_of_a_ready_machine_is_asked_is_in_the_text() {
        let question = QuestionDetail { question: "may the guest restart?".into(), answer: String::new() };
        let status = Status { question: Some(question), ..ready(Power::Running, 0) };
        assert_eq!(text(&status).unwrap(), "Office: running; asked: may the guest restart?");
    }
}
