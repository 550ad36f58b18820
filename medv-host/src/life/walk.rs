//! The life of a machine is walked at random, with a clock that jumps, and a few lives are lived as they should be.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::event::EventId;
use crate::hypervisor::End;

const NOW: Moment = Moment(1_700_000_000);

fn rules() -> Rules {
    let seconds = Duration::from_secs;
    Rules {
        logon_start: false,
        close_action: CloseAction::Hibernate,
        task_timeout: seconds(600),
        cancel_timeout: seconds(30),
        turn_off_timeout: seconds(60),
        restart_delay: seconds(1440 * 60),
    }
}

fn inputs() -> Vec<Input> {
    let text = || "of the test".to_owned();
    let mut inputs = vec![
        Input::AgentStarted { saved: false },
        Input::StartWanted,
        Input::AppWanted,
        Input::AppStarted,
        Input::AppsFound(2),
        Input::AppEnded,
        Input::NotStarted { reason: text(), saved: false },
        Input::Hello,
        Input::Upgrading(NOW),
        Input::PasswordKnown,
        Input::PasswordRefused,
        Input::LogOnRefused,
        Input::LoggedOn,
        Input::GuestSilent,
        Input::Panicked,
        Input::NotSaved(text()),
        Input::RestartWanted,
        Input::RestartRequired(text()),
        Input::Yes,
        Input::Later,
        Input::WakeUp(NOW.after(Duration::from_secs(14_400))),
        Input::TimeUp,
        Input::WorkspaceGoes,
        Input::SessionEnds,
    ];
    inputs.extend(
        [End::Off, End::Restart, End::Saved, End::TurnedOff, End::Died(text())].map(Input::MachineEnded),
    );
    inputs
        .extend([CloseAction::Hibernate, CloseAction::ShutDown, CloseAction::TurnOff].map(Input::StopWanted));
    inputs
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// There is one machine at most; whatever is not at rest ends of itself or waits for the user; an application that waits is
    /// opened or refused, never forgotten.
    #[test]
    fn no_sequence_of_events_leads_astray(
        logon_start: bool,
        history in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..2000), 1..200),
    ) {
        let (rules, all) = (Rules { logon_start, ..rules() }, inputs());
        let (mut life, mut now) = (Life::new(), NOW);
        for (which, passed) in history {
            let input = which.get(&all);
            // A machine that is not there does not end, and an agent starts with none.
            let (is_off, is_start) = (life.power.is_off(), matches!(input, Input::AgentStarted { .. }));
            if matches!(input, Input::MachineEnded(_)) && is_off || is_start && !is_off {
                continue;
            }
            now = now.after(Duration::from_secs(passed));
            let (before, was_awaited) = (life.power, life.is_awaited);
            let actions = life.step(input, &rules, now);
            for action in &actions {
                if let Action::Start { from_saved } = action {
                    let had_none = before.is_off() || matches!(input, Input::MachineEnded(_) | Input::TimeUp);
                    prop_assert!(had_none, "a second machine: {before:?} --{input:?}--> {actions:?}");
                    prop_assert!(!from_saved || before == Power::Saved || *input == Input::MachineEnded(End::Saved));
                }
            }
            let waits = matches!(life.power, Power::Off | Power::Saved | Power::Running | Power::LoggingOn)
                || (life.power == Power::Awake);
            prop_assert!(life.state_ends.is_some() || waits, "{:?} never ends", life.power);
            let cared_for = life.is_awaited
                || actions.iter().any(|action| matches!(action, Action::OpenAwaited | Action::RefuseAwaited(_)))
                || is_start;
            prop_assert!(!was_awaited || cared_for, "{before:?} --{input:?}--> {:?} forgets what waits", life.power);
            prop_assert!(!(life.is_awaited && life.power.is_off()), "nothing is done for what waits");
        }
    }

    /// Left alone, a machine that is told to stop stops, however it behaves.
    #[test]
    fn it_always_ends(how in prop::sample::select(vec![CloseAction::Hibernate, CloseAction::ShutDown, CloseAction::TurnOff])) {
        let mut life = Life::after_first_time_setup(&rules(), NOW);
        let mut now = NOW;
        let _ = life.step(&Input::StopWanted(how), &rules(), now);
        for _ in 0..10 {
            let Some(deadline) = life.deadline(&rules()) else { break };
            now = deadline;
            let _ = life.step(&Input::TimeUp, &rules(), now);
        }
        prop_assert_eq!(life.power, Power::Off);
    }
}

fn steps(life: &mut Life, rules: &Rules, inputs: &[Input]) -> Vec<Action> {
    inputs.iter().flat_map(|input| life.step(input, rules, NOW)).collect()
}

#[test]
fn a_click_starts_it_and_the_last_application_saves_it() {
    let (rules, mut life) = (rules(), Life::new());
    let _ = steps(&mut life, &rules, &[Input::AgentStarted { saved: true }]);
    assert_eq!(steps(&mut life, &rules, &[Input::AppWanted]), [Action::Start { from_saved: true }]);
    let woke = [Input::Hello, Input::PasswordKnown, Input::LoggedOn];
    let expected = [Action::GetPassword { again: false }, Action::LogOn, Action::OpenAwaited];
    assert_eq!(steps(&mut life, &rules, &woke), expected);
    assert_eq!(steps(&mut life, &rules, &[Input::AppStarted, Input::AppStarted, Input::AppEnded]), []);
    assert_eq!(life.deadline(&rules), None);
    let _ = steps(&mut life, &rules, &[Input::AppEnded]);
    let closes = life.deadline(&rules).expect("it closes");
    assert_eq!(life.step(&Input::TimeUp, &rules, closes), [Action::Save]);
    assert_eq!(steps(&mut life, &rules, &[Input::MachineEnded(End::Saved)]), []);
    assert_eq!(life.power, Power::Saved);
}

#[test]
fn with_logon_start_it_starts_with_the_session_and_stays() {
    let (rules, mut life) = (Rules { logon_start: true, ..rules() }, Life::new());
    assert_eq!(
        steps(&mut life, &rules, &[Input::AgentStarted { saved: false }]),
        [Action::Start { from_saved: false }]
    );
    let _ = steps(
        &mut life,
        &rules,
        &[Input::Hello, Input::PasswordKnown, Input::LoggedOn, Input::AppStarted, Input::AppEnded],
    );
    assert_eq!((life.power, life.deadline(&rules)), (Power::Running, None));
    assert_eq!(steps(&mut life, &rules, &[Input::SessionEnds]), [Action::Save]);
    assert_eq!(steps(&mut life, &rules, &[Input::MachineEnded(End::Saved)]), [Action::EndAgent]);
}

#[test]
fn a_guest_that_does_not_obey_is_asked_then_pressed_then_turned_off() {
    let (rules, mut life) = (
        Rules { close_action: CloseAction::ShutDown, ..rules() },
        Life::after_first_time_setup(&rules(), NOW),
    );
    let mut now = NOW;
    assert_eq!(life.step(&Input::StopWanted(CloseAction::ShutDown), &rules, now), [Action::ShutDownGuest]);
    for (seconds, last) in [(30, Action::PressPowerButton), (600, Action::TurnOff)] {
        assert_eq!(life.deadline(&rules), Some(now.after(Duration::from_secs(seconds))));
        now = life.deadline(&rules).unwrap();
        assert_eq!(life.step(&Input::TimeUp, &rules, now).last(), Some(&last));
    }
}

#[test]
fn a_machine_that_dies_is_started_again_but_not_for_ever() {
    let (rules, mut life) = (rules(), Life::after_first_time_setup(&rules(), NOW));
    let died = Input::MachineEnded(End::Died("killed".to_owned()));
    for _ in 0..3 {
        let actions = steps(&mut life, &rules, std::slice::from_ref(&died));
        assert!(
            matches!(&actions[..], [Action::Note(EventId::VmCommandFailed, _), Action::Start { .. }]),
            "{actions:?}"
        );
    }
    let actions = steps(&mut life, &rules, &[died]);
    assert!(matches!(&actions[..], [Action::Note(..), Action::TellBroken(_)]), "{actions:?}");
    assert_eq!(life.power, Power::Off);
}

#[test]
fn a_restart_that_is_required_waits_for_applications_but_not_longer_than_allowed() {
    let (rules, mut life) = (rules(), Life::after_first_time_setup(&rules(), NOW));
    let required = Input::RestartRequired("an update".to_owned());
    let _ = steps(&mut life, &rules, &[Input::AppStarted]);
    assert_eq!(
        steps(&mut life, &rules, &[required.clone(), Input::Later]),
        [Action::AskRestart("an update".to_owned())]
    );
    let mut patient = life.clone();
    assert_eq!(steps(&mut life, &rules, &[Input::AppEnded]), [Action::Withdraw, Action::ShutDownGuest]);
    assert_eq!(
        steps(&mut life, &rules, &[Input::MachineEnded(End::Off)]),
        [Action::Start { from_saved: false }]
    );
    let limit = patient.deadline(&rules).expect("a limit");
    assert_eq!(limit, NOW.after(Duration::from_secs(1440 * 60)));
    assert_eq!(patient.step(&Input::TimeUp, &rules, limit), [Action::Withdraw, Action::ShutDownGuest]);
    // Without applications nobody is asked.
    let mut idle = Life::after_first_time_setup(&rules, NOW);
    assert_eq!(steps(&mut idle, &rules, &[required]), [Action::Withdraw, Action::ShutDownGuest]);
}

#[test]
fn a_restart_that_is_required_too_early_is_not_forgotten_and_takes_nothing_with_it() {
    let rules = rules();
    let required = Input::RestartRequired("an update".to_owned());
    let restarts = [Action::Withdraw, Action::ShutDownGuest];
    // While the password is asked for: what waits is opened after the restart.
    let mut life = Life::new();
    let click = [Input::AppWanted, Input::Hello, required.clone(), Input::PasswordKnown];
    let _ = steps(&mut life, &rules, &click);
    assert_eq!(steps(&mut life, &rules, &[Input::LoggedOn]), restarts);
    let again = [Input::MachineEnded(End::Off), Input::Hello, Input::PasswordKnown, Input::LoggedOn];
    assert_eq!(steps(&mut life, &rules, &again).last(), Some(&Action::OpenAwaited));
    // When an application is just being opened: the user is asked.
    let asks = [Action::AskRestart("an update".to_owned())];
    assert_eq!(steps(&mut life, &rules, std::slice::from_ref(&required)), asks);
    // A guest that is never content is restarted once.
    let mut idle = Life::after_first_time_setup(&rules, NOW);
    assert_eq!(steps(&mut idle, &rules, std::slice::from_ref(&required)), restarts);
    let _ = steps(&mut idle, &rules, &again);
    assert_eq!(steps(&mut idle, &rules, &[required]), asks);
}

#[test]
fn what_the_user_has_started_himself_is_not_closed_for_want_of_use() {
    let rules = rules();
    let on = [Input::StartWanted, Input::Hello, Input::PasswordKnown, Input::LoggedOn];
    let mut held = Life::new();
    let _ = steps(&mut held, &rules, &on);
    let _ = steps(&mut held, &rules, &[Input::AppWanted, Input::AppStarted, Input::AppEnded]);
    assert_eq!((held.power, held.deadline(&rules)), (Power::Running, None));
    let _ =
        steps(&mut held, &rules, &[Input::StopWanted(CloseAction::ShutDown), Input::MachineEnded(End::Off)]);
    // The next time it is a click.
    let _ =
        steps(&mut held, &rules, &[Input::AppWanted, Input::Hello, Input::PasswordKnown, Input::LoggedOn]);
    assert!(held.deadline(&rules).is_some());
    // Woken up for updates, and then wanted.
    let mut woken = Life::new();
    let _ = steps(&mut woken, &rules, &[Input::WakeUp(NOW.after(Duration::from_secs(60)))]);
    let _ = steps(&mut woken, &rules, &on);
    assert_eq!((woken.power, woken.deadline(&rules)), (Power::Running, None));
}

#[test]
fn after_first_time_setup_a_machine_that_nobody_uses_is_closed() {
    let rules = rules();
    let mut life = Life::after_first_time_setup(&rules, NOW);
    let closes = life.deadline(&rules).expect("it closes");
    assert_eq!(life.step(&Input::TimeUp, &rules, closes), [Action::Save]);
    let stays = Rules { logon_start: true, ..rules };
    assert_eq!(Life::after_first_time_setup(&stays, NOW).deadline(&stays), None);
}

#[test]
fn woken_up_for_updates_it_goes_back_to_what_it_was_unless_it_is_used() {
    let rules = rules();
    let until = NOW.after(Duration::from_secs(240 * 60));
    for (saved, closed) in [(true, Action::Save), (false, Action::ShutDownGuest)] {
        let mut life = Life::new();
        let _ =
            steps(&mut life, &rules, &[Input::AgentStarted { saved }, Input::WakeUp(until), Input::Hello]);
        assert_eq!(life.power, Power::Awake);
        // Saved with its user logged on, it says so; nobody uses it for all that.
        let mut logged_on = life.clone();
        let _ = steps(&mut logged_on, &rules, &[Input::LoggedOn]);
        // Somebody wants something, and thinks about his password.
        let mut wanted = life.clone();
        let _ = steps(&mut wanted, &rules, &[Input::AppWanted]);
        assert_eq!((wanted.step(&Input::TimeUp, &rules, until), wanted.power), (vec![], Power::LoggingOn));
        // What ran when it was saved is saved again.
        let mut with_apps = life.clone();
        let _ = steps(&mut with_apps, &rules, &[Input::AppsFound(2), Input::LoggedOn]);
        assert_eq!(with_apps.step(&Input::TimeUp, &rules, until) == [closed.clone()], saved);
        for mut unused in [life, logged_on] {
            assert_eq!(unused.step(&Input::TimeUp, &rules, until), std::slice::from_ref(&closed));
        }
        let mut used = Life::new();
        let opened =
            [Input::Hello, Input::AppWanted, Input::PasswordKnown, Input::LoggedOn, Input::AppStarted];
        let _ = steps(&mut used, &rules, &[Input::AgentStarted { saved }, Input::WakeUp(until)]);
        let _ = steps(&mut used, &rules, &opened);
        assert_eq!((used.power, used.deadline(&rules)), (Power::Running, None));
    }
}

#[test]
fn what_cannot_be_saved_is_shut_down() {
    let (rules, mut life) = (rules(), Life::after_first_time_setup(&rules(), NOW));
    let _ = steps(&mut life, &rules, &[Input::StopWanted(CloseAction::Hibernate)]);
    let actions = steps(&mut life, &rules, &[Input::NotSaved("no room".to_owned())]);
    assert_eq!(
        actions,
        [Action::Note(EventId::VmCommandFailed, "no room".to_owned()), Action::ShutDownGuest]
    );
}

#[test]
fn a_user_who_gives_no_password_is_asked_again_with_the_next_application() {
    let (rules, mut life) = (rules(), Life::new());
    let _ = steps(&mut life, &rules, &[Input::AgentStarted { saved: false }, Input::AppWanted, Input::Hello]);
    let refused = steps(&mut life, &rules, &[Input::PasswordRefused]);
    assert_eq!(refused, [Action::RefuseAwaited("no password was given".to_owned())]);
    let mut left_alone = life.clone();
    assert_eq!(steps(&mut life, &rules, &[Input::AppWanted]), [Action::GetPassword { again: false }]);
    let closes = left_alone.deadline(&rules).expect("nobody uses it");
    assert_eq!(life.step(&Input::TimeUp, &rules, closes), [], "somebody wants something");
    assert_eq!(left_alone.step(&Input::TimeUp, &rules, closes), [Action::Save]);
}

#[test]
fn a_machine_that_ends_to_start_again_stays_off_if_it_is_stopped() {
    let rules = rules();
    let stop = |how| [Input::StopWanted(how), Input::MachineEnded(End::Off)];
    let mut restarts = Life::after_first_time_setup(&rules, NOW);
    let _ = steps(&mut restarts, &rules, &[Input::RestartWanted]);
    let mut turned_off = restarts.clone();
    assert_eq!(steps(&mut restarts, &rules, &stop(CloseAction::ShutDown)), []);
    assert_eq!(restarts.power, Power::Off);
    assert_eq!(steps(&mut turned_off, &rules, &stop(CloseAction::TurnOff)), [Action::TurnOff]);
    let mut crashed = Life::after_first_time_setup(&rules, NOW);
    let _ = steps(&mut crashed, &rules, &[Input::Panicked, Input::AppWanted]);
    let refused = Action::RefuseAwaited("the machine is being stopped".to_owned());
    assert_eq!(steps(&mut crashed, &rules, &stop(CloseAction::Hibernate)), [refused]);
    assert_eq!(crashed.power, Power::Off);
}

#[test]
fn a_guest_that_does_not_answer_is_started_again_unless_applications_run_in_it() {
    let (rules, mut life) = (rules(), Life::after_first_time_setup(&rules(), NOW));
    let mut used = life.clone();
    let restarted = [Action::Note(EventId::GuestRestartedNoSession, String::new()), Action::TurnOff];
    assert_eq!(steps(&mut life, &rules, &[Input::GuestSilent]), restarted);
    let ended = [Input::MachineEnded(End::TurnedOff)];
    assert_eq!(steps(&mut life, &rules, &ended), [Action::Start { from_saved: false }]);
    assert_eq!(steps(&mut used, &rules, &[Input::AppStarted, Input::GuestSilent]), []);
}

#[test]
fn a_state_that_was_not_used_stays() {
    let (rules, mut life) = (rules(), Life::new());
    let _ = steps(&mut life, &rules, &[Input::AgentStarted { saved: true }, Input::AppWanted]);
    let _ = steps(&mut life, &rules, &[Input::NotStarted { reason: "no memory".to_owned(), saved: true }]);
    assert_eq!(steps(&mut life, &rules, &[Input::StartWanted]), [Action::Start { from_saved: true }]);
}

#[test]
fn while_the_guest_agent_is_upgraded_nothing_is_asked_of_the_guest() {
    let until = NOW.after(Duration::from_secs(900));
    for before in [
        vec![Input::StartWanted],
        vec![Input::StartWanted, Input::Hello],
        vec![Input::StartWanted, Input::Hello, Input::PasswordKnown, Input::LoggedOn],
    ] {
        let (rules, mut life) = (rules(), Life::new());
        let _ = steps(&mut life, &rules, &before);
        assert_eq!(steps(&mut life, &rules, &[Input::Upgrading(until), Input::AppWanted]), []);
        assert_eq!(life.deadline(&rules), Some(until.after(rules.task_timeout)), "{before:?}");
        let rest = [Input::Hello, Input::PasswordKnown, Input::LoggedOn];
        let expected = [Action::GetPassword { again: false }, Action::LogOn, Action::OpenAwaited];
        assert_eq!(steps(&mut life, &rules, &rest), expected, "{before:?}");
    }
}

#[test]
fn a_guest_agent_that_begins_anew_logs_the_user_on_again() {
    let (rules, mut life) = (rules(), Life::after_first_time_setup(&rules(), NOW));
    let _ = steps(&mut life, &rules, &[Input::AppStarted]);
    assert_eq!(steps(&mut life, &rules, &[Input::Hello]), [Action::GetPassword { again: false }]);
    let clicked = [Input::PasswordKnown, Input::AppWanted, Input::LoggedOn];
    assert_eq!(steps(&mut life, &rules, &clicked), [Action::LogOn, Action::OpenAwaited]);
    assert_eq!((life.power, life.apps), (Power::Running, 1), "what runs in it is not lost sight of");
}
