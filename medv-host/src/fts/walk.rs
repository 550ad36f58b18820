//! First time setup is walked at random, with a clock that jumps: no step leaves the map, and all of the map is walked.

use std::collections::BTreeSet;
use std::time::Duration;

use medv_protocol::{Phase, SetupOutcome, SetupTask};
use proptest::prelude::*;

use super::*;
use crate::event::EventId;
use crate::hypervisor::End;
use crate::moment::Moment;

fn rules(mode: Mode) -> Rules {
    let seconds = Duration::from_secs;
    Rules {
        mode,
        dialog_timeout: seconds(300),
        max_postpone: seconds(120 * 3600),
        postpone_limit: None,
        max_retries: 3,
        attempt_timeout: seconds(45 * 60),
        attempt_timeout_more: seconds(15 * 60),
        task_timeout: seconds(600),
        cancel_timeout: seconds(30),
        turn_off_timeout: seconds(60),
        delete_timeout: seconds(90),
        detach_timeout: seconds(120),
        desktop_timeout: seconds(900),
    }
}

fn inputs() -> Vec<Input> {
    let failed = |id| Input::Failed(Failure { id, reason: "of the test".to_owned() });
    let command = SetupTask::Command { name: "a".to_owned(), number: 1, of: 2 };
    vec![
        Input::AgentStarted { invalid: None },
        Input::AgentStarted { invalid: Some(EventId::MachineInvalid) },
        Input::Yes,
        Input::Later,
        Input::PasswordKnown,
        Input::LayerCreated,
        Input::AnswersWritten,
        failed(EventId::VmStartCallFailed),
        Input::Hello(Phase::Setup),
        Input::Hello(Phase::Ready),
        Input::GuestTask(SetupTask::Personalise),
        Input::GuestTask(command),
        Input::GuestTask(SetupTask::Completion),
        Input::GuestEnded(SetupOutcome::Complete),
        Input::GuestEnded(SetupOutcome::Failed { reason: "no group".to_owned() }),
        Input::LogOnRefused,
        Input::LoggedOn,
        Input::AppsListed,
        Input::Panicked,
        Input::MachineEnded(End::Off),
        Input::MachineEnded(End::Restart),
        Input::MachineEnded(End::TurnedOff),
        Input::MachineEnded(End::Died("of the test".to_owned())),
        Input::Deleted,
        Input::TimeUp,
        Input::Reset,
    ]
}

fn is_on_map(from: Stage, to: Stage) -> bool {
    from == to || TRANSITIONS.iter().any(|way| way.to == to && way.from.contains(&from))
}

/// A progress in every stage, as far as the stage alone says.
fn at(stage: Stage) -> Progress {
    Progress { stage, ..Progress::new() }
}

#[test]
fn every_way_on_the_map_can_be_gone() {
    let start = Moment(1_700_000_000);
    let mut walked = BTreeSet::new();
    // All states that a few values of the rest can make, and all inputs.
    for (stage, mode) in Stage::ALL
        .iter()
        .flat_map(|stage| [Mode::Attended, Mode::Unattended, Mode::Silent].map(|mode| (*stage, mode)))
    {
        for (retries, late, recycled) in [(0, false, false), (3, false, true), (0, true, false)] {
            for then in [progress::Then::Retry, progress::Then::Begin, progress::Then::BeginAtOnce] {
                for input in inputs() {
                    let first_asked = late.then_some(Moment(0));
                    let mut progress = Progress { retries, first_asked, then, recycled, ..at(stage) };
                    let _ = progress.step(&input, &rules(mode), start);
                    assert!(is_on_map(stage, progress.stage), "{stage} --{input:?}--> {}", progress.stage);
                    walked.insert((stage, progress.stage));
                }
            }
        }
    }
    for way in TRANSITIONS {
        for from in way.from {
            assert!(
                walked.contains(&(*from, way.to)),
                "nothing leads from {from} to {} ({})",
                way.to,
                way.on
            );
        }
    }
}

/// What an agent does with an action, as far as first time setup sees it.
#[derive(Debug, Default)]
struct World {
    running: bool,
    layer: bool,
    question: bool,
    recorded: Vec<u32>,
}

impl World {
    fn perform(&mut self, actions: &[Action]) {
        for action in actions {
            match action {
                Action::StartMachine { .. } => {
                    assert!(self.layer, "a machine was started without a disk");
                    self.running = true;
                }
                Action::CreateLayer => self.layer = true,
                Action::DeleteMachine => {
                    self.running = false;
                    self.layer = false;
                }
                Action::AskStart | Action::AskRetry | Action::GetPassword { .. } => self.question = true,
                Action::Withdraw => self.question = false,
                Action::Record(code) => self.recorded.push(*code),
                _ => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever happens, in whatever order: the machine of a user who is ready is never deleted but by a reset or as invalid;
    /// every stage but those that wait for the user ends of itself; retries are bounded.
    #[test]
    fn no_sequence_of_events_leads_astray(
        mode in prop_oneof![Just(Mode::Attended), Just(Mode::Unattended), Just(Mode::Silent)],
        history in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..4000), 1..200),
    ) {
        let (rules, all) = (rules(mode), inputs());
        let (mut progress, mut now, mut world) = (Progress::new(), Moment(1_700_000_000), World::default());
        for (which, passed) in history {
            let input = which.get(&all);
            now = now.after(Duration::from_secs(passed));
            let before = progress.clone();
            let actions = progress.step(input, &rules, now);
            prop_assert!(is_on_map(before.stage, progress.stage), "{} --{input:?}--> {}", before.stage, progress.stage);
            world.perform(&actions);
            if before.stage == Stage::Ready && actions.contains(&Action::DeleteMachine) {
                let is_invalid = matches!(input, Input::AgentStarted { invalid: Some(_) });
                prop_assert!(is_invalid, "a machine that is ready was deleted");
            }
            prop_assert!(progress.retries <= rules.max_retries);
            let waits_for_user = matches!(
                progress.stage,
                Stage::Idle | Stage::Credentials | Stage::Ready | Stage::GivenUp
            ) || (progress.stage == Stage::LoggingOn && world.question)
                || (mode == Mode::Attended && progress.stage.is_inside_guest());
            prop_assert!(progress.deadline.is_some() || waits_for_user, "{} never ends", progress.stage);
            // What is kept is what comes back.
            let kept = serde_json::to_string(&progress).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Progress>(&kept).unwrap(), &progress);
        }
        prop_assert!(world.recorded.iter().all(|code| *code == 0 || *code >= 3000));
    }

    /// Left alone, it ends: when nobody answers and nothing works, all that happens is that time passes.
    #[test]
    fn when_nothing_happens_it_ends(stage in prop::sample::select(Stage::ALL.to_vec())) {
        let rules = rules(Mode::Unattended);
        let mut progress = at(stage);
        let mut now = Moment(1_700_000_000);
        progress.deadline = (!matches!(stage, Stage::Idle | Stage::Credentials | Stage::Ready | Stage::GivenUp)).then_some(now);
        for _ in 0..1000 {
            let Some(deadline) = progress.deadline else { break };
            now = now.max(deadline);
            let _ = progress.step(&Input::TimeUp, &rules, now);
        }
        prop_assert!(
            matches!(progress.stage, Stage::Idle | Stage::Credentials | Stage::Ready | Stage::GivenUp),
            "{} for ever", progress.stage
        );
    }
}

/// Goes the way of a good run up to `stage`.
fn good_run_to(stage: Stage, rules: &Rules, now: Moment) -> Progress {
    let mut progress = Progress::new();
    let way = [
        Input::AgentStarted { invalid: None },
        Input::Yes,
        Input::PasswordKnown,
        Input::LayerCreated,
        Input::AnswersWritten,
        Input::Hello(Phase::Setup),
        Input::GuestTask(SetupTask::Completion),
        Input::GuestEnded(SetupOutcome::Complete),
        Input::MachineEnded(End::Restart),
        Input::LoggedOn,
        Input::AppsListed,
    ];
    for input in way {
        if progress.stage == stage {
            break;
        }
        let _ = progress.step(&input, rules, now);
    }
    assert_eq!(progress.stage, stage);
    progress
}

#[test]
fn every_time_limit_is_the_one_of_the_settings() {
    let (rules, now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    for (stage, seconds) in [
        (Stage::Asking, 300),
        (Stage::Creating, 600),
        (Stage::Personalising, 600),
        (Stage::MiniSetup, 45 * 60),
        (Stage::Commands, 45 * 60),
        (Stage::Completing, 45 * 60),
        (Stage::Restarting, 900 + 120),
        (Stage::LoggingOn, 600),
        (Stage::Configuring, 600),
    ] {
        let progress = good_run_to(stage, &rules, now);
        assert_eq!(progress.deadline, Some(now.after(Duration::from_secs(seconds))), "{stage}");
    }
}

#[test]
fn a_failed_attempt_is_ended_in_steps_and_tried_again_with_more_time() {
    let (rules, mut now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    let mut progress = good_run_to(Stage::Commands, &rules, now);
    for (actions, stage, seconds) in [
        (vec![Action::ShutDownGuest], Stage::Cancelling, 30),
        (vec![Action::TurnOff], Stage::TurningOff, 60),
        (vec![Action::DeleteMachine], Stage::Deleting, 90),
        (vec![Action::AskRetry], Stage::AskingRetry, 300),
    ] {
        now = progress.deadline.expect("a time limit");
        let asked = progress.step(&Input::TimeUp, &rules, now);
        assert!(asked.ends_with(&actions), "{asked:?}");
        assert_eq!(
            (progress.stage, progress.deadline),
            (stage, Some(now.after(Duration::from_secs(seconds))))
        );
    }
    now = progress.deadline.expect("a time limit");
    let again = progress.step(&Input::TimeUp, &rules, now);
    // It may have been refused, or forgotten.
    assert!(again.ends_with(&[Action::GetPassword { again: false }]), "{again:?}");
    assert_eq!(progress.step(&Input::PasswordKnown, &rules, now), [Action::CreateLayer]);
    assert_eq!(progress.deadline, Some(now.after(Duration::from_secs(600))));
    let _ = progress.step(&Input::LayerCreated, &rules, now);
    let _ = progress.step(&Input::AnswersWritten, &rules, now);
    assert_eq!(progress.deadline, Some(now.after(Duration::from_secs(60 * 60))));
}

#[test]
fn after_the_last_retry_it_is_given_up_and_recorded_until_the_agent_starts_again() {
    let (rules, now) = (rules(Mode::Silent), Moment(1_700_000_000));
    let mut progress = good_run_to(Stage::Credentials, &rules, now);
    let broken = Input::Failed(Failure { id: EventId::PreparationFailedDisk, reason: "bad disk".to_owned() });
    for attempt in 0..=rules.max_retries {
        let _ = progress.step(&Input::PasswordKnown, &rules, now);
        assert_eq!((progress.stage, progress.retries), (Stage::Creating, attempt));
        let _ = progress.step(&broken, &rules, now);
        let after = progress.step(&Input::Deleted, &rules, now);
        if attempt == rules.max_retries {
            assert_eq!(after, [Action::Record(3078), Action::Tell(Notice::Failed)]);
        }
    }
    assert_eq!(progress.stage, Stage::GivenUp);
    let _ = progress.step(&Input::AgentStarted { invalid: None }, &rules, now);
    assert_eq!((progress.stage, progress.retries), (Stage::Credentials, 0));
}

#[test]
fn it_can_be_put_off_until_the_earlier_of_the_two_limits() {
    let now = Moment(1_700_000_000);
    let hours = |hours: u64| now.after(Duration::from_secs(hours * 3600));
    for (limit, ends) in [(None, hours(120)), (Some(hours(3)), hours(3)), (Some(hours(500)), hours(120))] {
        let rules = Rules { postpone_limit: limit, ..rules(Mode::Unattended) };
        let mut progress = good_run_to(Stage::Asking, &rules, now);
        let (mut at, mut asked) = (now, 0);
        while progress.stage != Stage::Credentials {
            asked += 1;
            let _ = progress.step(&Input::Later, &rules, at);
            assert_eq!(progress.stage, Stage::Postponed);
            at = progress.deadline.expect("a time to ask again");
            assert!(at <= ends, "asked again after the limit");
            let _ = progress.step(&Input::TimeUp, &rules, at);
        }
        assert_eq!(at, ends);
        assert!(asked >= 3);
    }
}

#[test]
fn killed_in_any_stage_it_begins_anew_and_says_so() {
    let (rules, now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    for stage in Stage::ALL.into_iter().filter(|stage| stage.is_underway()) {
        let mut progress = at(stage);
        let actions = progress.step(&Input::AgentStarted { invalid: None }, &rules, now);
        let noted = Action::Note(EventId::PreparationInterrupted, String::new());
        assert_eq!(actions, [noted, Action::DeleteMachine], "{stage}");
        let _ = progress.step(&Input::Deleted, &rules, now);
        assert_eq!(progress.stage, Stage::Asking, "{stage}");
    }
}

#[test]
fn a_guest_that_nobody_can_be_logged_on_to_is_restarted_once() {
    let (rules, now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    let mut progress = good_run_to(Stage::LoggingOn, &rules, now);
    let actions = progress.step(&Input::TimeUp, &rules, now);
    assert_eq!(actions, [Action::Note(EventId::GuestRestartedNoSession, String::new()), Action::TurnOff]);
    let actions = progress.step(&Input::MachineEnded(End::TurnedOff), &rules, now);
    assert_eq!(actions, [Action::StartMachine { with_answers: false }]);
    let actions = progress.step(&Input::TimeUp, &rules, now);
    assert!(matches!(&actions[1], Action::Note(EventId::GuestRecycleFailed, _)), "{actions:?}");
}

#[test]
fn a_guest_agent_that_begins_anew_at_the_end_is_told_what_is_left_to_do() {
    let (rules, now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    for (stage, left, next) in [
        (Stage::Restarting, Action::ShutDownGuest, Stage::Restarting),
        (Stage::LoggingOn, Action::LogOn, Stage::LoggingOn),
        (Stage::Configuring, Action::LogOn, Stage::LoggingOn),
    ] {
        let mut progress = good_run_to(stage, &rules, now);
        assert_eq!(progress.step(&Input::Hello(Phase::Ready), &rules, now), [left]);
        assert_eq!(progress.stage, next);
    }
}

#[test]
fn a_wrong_password_is_asked_for_again_as_often_as_it_takes() {
    let (rules, now) = (rules(Mode::Unattended), Moment(1_700_000_000));
    let mut progress = good_run_to(Stage::LoggingOn, &rules, now);
    for _ in 0..10 {
        assert_eq!(progress.step(&Input::LogOnRefused, &rules, now), [Action::GetPassword { again: true }]);
        assert_eq!(progress.deadline, None);
        assert_eq!(progress.step(&Input::PasswordKnown, &rules, now), [Action::LogOn]);
    }
    let _ = progress.step(&Input::LoggedOn, &rules, now);
    assert_eq!(progress.stage, Stage::Configuring);
}
