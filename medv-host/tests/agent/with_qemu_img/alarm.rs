//! The daily wake-up where the system has no timer for it: the agent looks at the clock itself.

use std::time::Duration;

use medv_host::control::{Request, StopHow};
use medv_host::desktop::Question;
use medv_host::hypervisor::pretend::Pretend;
use medv_host::life::Power;
use medv_host::wakeup::Hindrance;

use super::applications::open;
use super::{set_up, starts, willing};
use crate::desk::Desk;
use crate::guest::Guest;
use crate::laboratory::{Laboratory, Running};

/// It is midnight when the agent starts.
const AT_THREE: &str = "[UserExperience]\nLogonStartEnabled = 0\n[VM]\nGuestUpdateTime = \"03:00\"\n";
const TILL_THREE: u64 = 3 * 3600;

/// A host without a timer, and a machine that is off.
fn without_timer() -> (Laboratory, Pretend) {
    let mut laboratory = Laboratory::new(AT_THREE);
    let machines = set_up(&laboratory).machines(|_| None);
    laboratory.has_timer = false;
    laboratory.diary.0.lock().unwrap().clear();
    (laboratory, machines)
}

/// The clock goes on, and the agent looks at it.
fn pass(laboratory: &Laboratory, agent: &Running, seconds: u64) {
    let mut clock = laboratory.clock.lock().unwrap();
    clock.moment = clock.moment.after(Duration::from_secs(seconds));
    clock.second_of_day = u32::try_from((u64::from(clock.second_of_day) + seconds) % 86_400).unwrap();
    drop(clock);
    // It has looked when it has answered the second one.
    for _ in 0..2 {
        agent.wait_for("an answer", |_| true);
    }
}

#[test]
fn the_agent_wakes_the_machine_up_each_day_where_the_system_does_not() {
    let (laboratory, machines) = without_timer();
    let desk = willing();
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for_power(Power::Off);
    pass(&laboratory, &agent, TILL_THREE - 1);
    assert!(starts(&machines).is_empty(), "it is too early");
    let mut woken = 0;
    for seconds in [1, 24 * 3600] {
        pass(&laboratory, &agent, seconds);
        woken += 1;
        agent.wait_for_power(Power::Awake);
        assert_eq!((starts(&machines).len(), desk.questions()), (woken, Vec::new()), "nobody is logged on");
        agent.ask(Request::Stop { how: Some(StopHow::ShutDown) }).unwrap();
        agent.wait_for_power(Power::Off);
    }
    agent.end();
    assert_eq!(laboratory.diary.numbers(), [] as [u32; 0]);
    let log = laboratory.diary.text();
    assert_eq!(log.matches("there is no timer; the agent wakes the machine up itself").count(), 1, "{log}");
}

#[test]
fn what_is_in_the_way_is_noted_once_for_each_day() {
    let (mut laboratory, machines) = without_timer();
    laboratory.hindrance = Some(Hindrance::OnBattery);
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    pass(&laboratory, &agent, TILL_THREE);
    pass(&laboratory, &agent, 24 * 3600);
    assert!(starts(&machines).is_empty());
    assert_eq!(laboratory.diary.numbers(), [11003; 2]);
    agent.end();
}

#[test]
fn a_look_at_what_is_installed_moves_no_time() {
    let (laboratory, machines) = without_timer();
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    for seconds in [TILL_THREE / 2, TILL_THREE / 4] {
        pass(&laboratory, &agent, seconds);
        agent.ask(Request::Refresh).unwrap();
    }
    assert!(starts(&machines).is_empty());
    pass(&laboratory, &agent, TILL_THREE / 4);
    assert_eq!(starts(&machines).len(), 1);
    agent.end();
    assert_eq!(laboratory.diary.text().matches("there is no timer").count(), 1, "said once");
}

#[test]
fn the_agent_leaves_it_to_the_system_where_that_has_a_timer() {
    let (mut laboratory, machines) = without_timer();
    laboratory.has_timer = true;
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    pass(&laboratory, &agent, TILL_THREE);
    assert!(starts(&machines).is_empty());
    agent.end();
}

#[test]
fn nobody_is_disturbed_who_uses_the_machine() {
    let (laboratory, machines) = without_timer();
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    agent.ask(open("writer")).unwrap();
    pass(&laboratory, &agent, TILL_THREE);
    let status = agent.wait_for_power(Power::Running);
    assert_eq!((status.machine.unwrap().apps, starts(&machines).len()), (1, 1));
    agent.end();
}

#[test]
fn a_plan_that_has_gone_wakes_nothing_up() {
    let (laboratory, machines) = without_timer();
    let agent = laboratory.start(machines.clone(), &willing());
    agent.wait_for_power(Power::Off);
    laboratory.set("[UserExperience]\nLogonStartEnabled = 0\n[VM]\nGuestUpdateDuration = 0\n");
    agent.ask(Request::Refresh).unwrap();
    pass(&laboratory, &agent, TILL_THREE);
    assert!(starts(&machines).is_empty());
    agent.end();
}

#[test]
fn a_machine_that_is_not_ready_is_not_woken_up_and_the_log_says_so_once_a_day() {
    let mut laboratory = Laboratory::new(AT_THREE);
    laboratory.has_timer = false;
    let machines = Guest::new().machines(|_| None);
    let desk = Desk::new(|question| match question {
        Question::Start { .. } => None,
        _ => panic!("{question:?}"),
    });
    let agent = laboratory.start(machines.clone(), &desk);
    agent.wait_for("the question", |status| status.question.is_some());
    for _ in 0..2 {
        pass(&laboratory, &agent, 24 * 3600);
    }
    assert!(starts(&machines).is_empty());
    agent.end();
    let log = laboratory.diary.text();
    assert_eq!(log.matches("first time setup is not done").count(), 2, "{log}");
}
