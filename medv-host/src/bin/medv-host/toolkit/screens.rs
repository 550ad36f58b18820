//! The toolkit without a terminal: keys are pressed, and the screen is looked at. The screens of `docs/toolkit.md` are these.

use std::fs;
use std::path::Path;

use medv_host::control::{EventDetail, FtsDetail, MachineDetail, QuestionDetail, Status};
use medv_host::event::{Level, LogLine};
use medv_host::fts::Stage;
use medv_host::life::Power;
use medv_host::moment::Moment;
use medv_host::result::SetupResult;
use medv_host::workspace::Workspace;
use medv_protocol::{App, AppId};
use medv_settings::{Origin, Scope, Value, catalogue};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

use super::facts::{Facts, Known};
use super::keys::{Input, update};
use super::model::{Agent, Effect, Model, Page, Task};
use super::view::draw;
use crate::guest_log::GuestLog;

/// Set to write the screens into the document.
const WRITE: &str = "MEDV_WRITE_DOCS";

/// Names on the page, and the keys that lead there. `\n` is Enter.
const SCREENS: [(&str, &str); 10] = [
    ("state", ""),
    ("setup", "2"),
    ("host-log", "3"),
    ("guest-log", "4"),
    ("apps", "5"),
    ("urls", "6"),
    ("settings", "7/memory\n"),
    ("level", "8"),
    ("actions", "9"),
    ("reset", "9xLegacy"),
];

#[test]
fn the_page_shows_the_screens_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/toolkit.md");
    let mut page = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    let shown = page.clone();
    for (name, keys) in SCREENS {
        let mut model = model();
        press(&mut model, keys);
        let start = format!("<!-- screen: {name} -->\n```text\n");
        let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no screen {name}"));
        let (_, after) = rest.split_once("```\n").unwrap();
        page = format!("{before}{start}{}```\n{after}", screen(&model));
    }
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, page).unwrap();
    } else {
        assert!(page == shown, "docs/toolkit.md is not up to date; to write it, set {WRITE}=1\n{page}");
    }
}

#[test]
fn every_page_has_its_key_and_its_place_in_the_row_of_tabs() {
    let (mut by_key, mut by_tab) = (model(), model());
    for page in Page::ALL {
        press(&mut by_key, &page.key().to_string());
        let shown = screen(&by_key);
        assert_eq!((by_key.page, &shown), (page, &screen(&by_tab)));
        assert!(shown.contains(&format!("[{} {}]", page.key(), page.tab())), "{shown}");
        assert!(shown.lines().nth(2).unwrap().contains(page.title()), "{shown}");
        assert!(shown.ends_with("q quit\n"), "{shown}");
        press(&mut by_tab, "\t");
    }
    assert_eq!(by_tab.page, Page::State);
    key(&mut by_tab, KeyCode::BackTab);
    assert_eq!(by_tab.page, Page::Actions);
}

#[test]
fn without_an_agent_files_are_shown_and_nothing_is_told_to_anybody() {
    let mut model = model();
    model.agent = Agent::Absent;
    let shown = screen(&model);
    assert!(shown.contains("is not running. Start it: medv-host run"), "{shown}");
    assert!(shown.contains("Installed: Legacy 1.2.0"), "{shown}");
    press(&mut model, "2");
    assert!(screen(&model).contains("CORP\\alice"));
    for keys in ["9r", "9x", "9s", "4f"] {
        let effects = press(&mut model, keys);
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Do(_))), "{keys}");
        assert!(screen(&model).contains("start it: medv-host run"), "{keys}");
    }
}

#[test]
fn a_restart_is_done_after_a_yes_only() {
    let mut model = model();
    assert_eq!(press(&mut model, "9"), [Effect::ReadFacts]);
    assert_eq!(press(&mut model, "r"), []);
    assert!(screen(&model).contains("Restart the guest of Legacy?"));
    assert_eq!(press(&mut model, "n"), []);
    assert_eq!(press(&mut model, "y"), []);
    assert_eq!(press(&mut model, "ry"), [Effect::Do(Task::Restart)]);
}

#[test]
fn a_reset_is_done_after_the_name_only() {
    let mut model = model();
    press(&mut model, "9");
    for wrong in ["x\n", "xy\n", "xlegacy\n", "xLegacy2\n"] {
        assert_eq!(press(&mut model, wrong), [], "{wrong}");
        assert!(screen(&model).contains("not the workspace's name; nothing was changed"), "{wrong}");
    }
    press(&mut model, "xLegacy");
    assert_eq!(key(&mut model, KeyCode::Esc), []);
    assert_eq!(press(&mut model, "\n"), []);
    // Keys of pages and the one to quit are letters of the name here.
    press(&mut model, "xq9");
    for _ in 0..2 {
        key(&mut model, KeyCode::Backspace);
    }
    assert_eq!(press(&mut model, "Legacy\n"), [Effect::Do(Task::Reset)]);
}

#[test]
fn only_the_failed_users_are_shown_if_that_is_wanted() {
    let mut model = model();
    press(&mut model, "2f");
    let shown = screen(&model);
    assert!(shown.contains("1 of 2 users") && shown.contains("bob") && !shown.contains("alice"), "{shown}");
    press(&mut model, "f");
    assert!(screen(&model).contains("alice"));
}

#[test]
fn the_settings_are_filtered_by_what_is_typed() {
    let mut model = model();
    press(&mut model, "7");
    assert!(screen(&model).contains("53 settings"));
    press(&mut model, "/user policy\n");
    let shown = screen(&model);
    assert!(shown.contains("1 of 53 settings") && shown.contains(r"UserExperience\RedirectUrls"), "{shown}");
    press(&mut model, "/q");
    assert!(screen(&model).contains("0 of 53 settings"));
    key(&mut model, KeyCode::Esc);
    assert!(screen(&model).contains("53 settings"));
}

#[test]
fn a_log_is_read_from_its_end_and_goes_along_with_it() {
    let mut model = model();
    let lines = |count| (0..count).map(|number| format!("line {number}")).collect();
    let log = |count| Ok(vec![GuestLog { name: "setup.log".to_owned(), lines: lines(count) }]);
    model.facts.guest_logs = log(100);
    press(&mut model, "4");
    assert!(screen(&model).contains("85-100 of 100"), "{}", screen(&model));
    model.facts.guest_logs = log(101);
    assert!(screen(&model).contains("line 100"));
    key(&mut model, KeyCode::PageUp);
    model.facts.guest_logs = log(102);
    assert!(screen(&model).contains("70-85 of 102"), "{}", screen(&model));
    key(&mut model, KeyCode::Home);
    key(&mut model, KeyCode::Up);
    key(&mut model, KeyCode::Down);
    assert!(screen(&model).contains("2-17 of 102"), "{}", screen(&model));
    for _ in 0..20 {
        key(&mut model, KeyCode::PageDown);
    }
    assert!(screen(&model).contains("87-102 of 102"), "{}", screen(&model));
    key(&mut model, KeyCode::Up);
    assert!(screen(&model).contains("86-101 of 102"), "{}", screen(&model));
}

#[test]
fn levels_are_chosen_for_what_is_shown_and_for_what_is_noted() {
    let mut model = model();
    assert_eq!(press(&mut model, "3e"), [Effect::ReadFacts, Effect::ReadFacts]);
    assert!(screen(&model).contains("Shown: errors;"));
    assert_eq!(press(&mut model, "8w"), [Effect::ReadFacts, Effect::SetLevel(Level::Warning)]);
    // A level that the agent takes for "no events" or "everything" is not offered.
    assert_eq!(press(&mut model, "nd"), []);
}

#[test]
fn what_the_agent_says_is_shown_and_files_are_read_again() {
    let mut model = model();
    press(&mut model, "5");
    let status = Box::new(Status { hypervisor: "QEMU".to_owned(), ..Status::default() });
    let effects = update(&mut model, Input::Agent(Agent::There(status)));
    assert_eq!(effects, [Effect::ReadFacts, Effect::ListApps]);
    press(&mut model, "1");
    assert!(screen(&model).contains("no workspace is installed"));
    assert_eq!(update(&mut model, Input::Said("it is\u{1b}[2Jdone".to_owned())), [Effect::ReadFacts]);
    assert!(screen(&model).contains("it is\u{fffd}[2Jdone"));
    // A long message is read to its end, and so is the page beside it.
    update(&mut model, Input::Said(format!("{}the end", "word ".repeat(30))));
    let shown = screen(&model);
    assert!(shown.contains("the end") && shown.ends_with("q quit\n"), "{shown}");
}

#[test]
fn a_terminal_that_is_too_small_is_told_and_one_that_grows_is_used() {
    let mut model = model();
    for (width, height) in [(1, 1), (79, 24), (80, 23)] {
        update(&mut model, Input::Resized(Size { width, height }));
        let shown = screen(&model);
        assert!(!shown.contains("State"), "{shown}");
    }
    assert!(screen(&model).contains("needs 80 columns and 24 lines; here are 80 and 23."));
    update(&mut model, Input::Resized(Size { width: 200, height: 70 }));
    press(&mut model, "7");
    let shown = screen(&model);
    assert_eq!(shown.lines().count(), 70);
    assert!(catalogue().all(|setting| shown.contains(&setting.to_string())), "{shown}");
}

#[test]
fn ways_to_quit() {
    assert_eq!(press(&mut model(), "q"), [Effect::Quit]);
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let mut model = model();
    press(&mut model, "9x");
    assert_eq!(update(&mut model, Input::Key(control_c)), [Effect::Quit]);
    assert_eq!(update(&mut model, Input::Ended), [Effect::Quit]);
}

fn key(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    update(model, Input::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let code = |letter| match letter {
        '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        letter => KeyCode::Char(letter),
    };
    keys.chars().flat_map(|letter| key(model, code(letter))).collect()
}

/// The screen as text.
fn screen(model: &Model) -> String {
    let size = model.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| draw(model, frame)).unwrap();
    let cells = terminal.backend().buffer().content();
    let line = |row: &[ratatui::buffer::Cell]| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        format!("{}\n", text.trim_end())
    };
    cells.chunks(size.width.into()).map(line).collect()
}

fn model() -> Model {
    let mut model = Model::new(Size { width: 80, height: 24 }, facts());
    model.agent = Agent::There(Box::new(status()));
    model.apps = [("Accounts", "accounts.desktop"), ("Order Entry", "Sales/Order Entry.lnk")]
        .map(|(name, id)| App {
            id: AppId(id.to_owned()),
            name: name.to_owned(),
            comment: String::new(),
            folder: String::new(),
            icon: None,
        })
        .to_vec();
    model
}

fn status() -> Status {
    Status {
        workspace: Some("Legacy".to_owned()),
        version: Some("1.2.0".to_owned()),
        kept_out: None,
        hypervisor: "QEMU 10.0.2, KVM".to_owned(),
        first_time_setup: Some(FtsDetail {
            stage: Stage::Commands,
            meaning: "the guest runs the administrator's commands".to_owned(),
            task: Some("joining the domain".to_owned()),
            attempt: 2,
            attempts: 4,
            deadline: None,
            failure: Some(3071),
        }),
        machine: Some(MachineDetail {
            power: Power::Awake,
            meaning: "running for its updates".to_owned(),
            name: Some("MEDV-ALICE".to_owned()),
            apps: 0,
        }),
        question: Some(QuestionDetail {
            question: "The guest must restart. Now?".to_owned(),
            answer: "medv-host answer yes|later".to_owned(),
        }),
        published: 2,
        last_event: Some(EventDetail {
            time: Moment(1_795_611_600),
            id: Some(3079),
            level: 2,
            text: "preparing the machine is tried again".to_owned(),
        }),
    }
}

fn facts() -> Facts {
    let result = |user: &str, machine: &str, status_code, time| SetupResult {
        user: user.to_owned(),
        machine: machine.to_owned(),
        status_code,
        time: Moment(time),
    };
    let event = |time: &str, level, number, text: &str| LogLine {
        time: format!("2026-11-25T{time}Z"),
        level,
        number,
        text: text.to_owned(),
    };
    let log = |name: &str, lines: [&str; 2]| GuestLog {
        name: name.to_owned(),
        lines: lines.map(str::to_owned).to_vec(),
    };
    let workspace = Workspace {
        name: "Legacy".to_owned(),
        version: "1.2.0".to_owned(),
        master: "/var/lib/medv/Legacy.vhd".into(),
        image_digest: String::new(),
        is_shared: false,
    };
    Facts {
        workspace: Ok(Some(workspace)),
        results: Ok(vec![
            result("CORP\\alice", "MEDV-ALICE", 0, 1_795_611_600),
            result("CORP\\bob", "MEDV-BOB", 3071, 1_795_612_345),
        ]),
        host_log: Ok(vec![
            event("12:58:03", Level::Information, None, "medv-host 0.1.0 has started"),
            event(
                "13:00:00",
                Level::Error,
                Some(3071),
                "the machine could not be prepared: command 2 of the administrator has failed with exit code 1603",
            ),
            event("13:00:00", Level::Warning, Some(3079), "preparing the machine is tried again"),
        ]),
        guest_logs: Ok(vec![
            log("medv-guest.log", ["13:05:11 the host said hello", "13:05:12 command 1: join.cmd"]),
            log("setupapi.log", ["[SetupAPI Log]", "OS Version = 5.1.2600 Service Pack 3"]),
        ]),
        settings: Ok(settings()),
    }
}

/// The catalogue, with some of it set.
fn settings() -> Vec<Known> {
    let set = |name: &str| -> Option<(Value, Scope, &str)> {
        let addresses =
            ["https://intranet", "https://*.corp.example.org/orders/*"].map(str::to_owned).to_vec();
        match name {
            r"UserExperience\RedirectUrls" => {
                Some((Value::Lines(addresses), Scope::UserPolicy, "/etc/medv/policy.d/alice.toml"))
            }
            r"VM\Memory" => Some((Value::Number(1024), Scope::Machine, "/etc/medv/settings.toml")),
            _ => None,
        }
    };
    catalogue()
        .map(|setting| match set(&setting.to_string()) {
            Some((value, scope, place)) => {
                Known { setting, value, origin: Origin::Set(scope), place: Some(place.to_owned()) }
            }
            None => Known { setting, value: setting.default(), origin: Origin::Default, place: None },
        })
        .collect()
}
