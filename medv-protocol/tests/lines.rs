//! Lines keep what is promised of them, however their bytes arrive.

use std::net::IpAddr;

use medv_protocol::{
    App, AppId, BadLine, Hello, HostNetwork, Icon, IconFormat, Interface, InterfaceAddress, InterfaceKind,
    Lines, LogPart, MAX_LINE, NewAccount, Phase, Printer, Secret, SetupOutcome, SetupTask, ToGuest, ToHost,
    VERSION, encode,
};
use proptest::prelude::*;

fn app() -> impl Strategy<Value = App> {
    let icon = proptest::option::of(
        "[A-Za-z0-9+/]{0,64}".prop_map(|base64| Icon { format: IconFormat::Svg, base64 }),
    );
    (".{0,20}", ".{0,20}", ".{0,20}", ".{0,20}", icon).prop_map(|(id, name, comment, folder, icon)| App {
        id: AppId(id),
        name,
        comment,
        folder,
        icon,
    })
}

fn to_host() -> impl Strategy<Value = ToHost> {
    let hello =
        (any::<u32>(), ".{0,20}", any::<u64>(), any::<bool>()).prop_map(|(protocol, text, boot, ready)| {
            let phase = if ready { Phase::Ready } else { Phase::Setup };
            ToHost::Hello(Hello {
                protocol,
                agent: text.clone(),
                system: text.clone(),
                machine: text,
                boot,
                phase,
            })
        });
    let task = prop_oneof![
        Just(SetupTask::Personalise),
        (".{0,20}", any::<u32>(), any::<u32>()).prop_map(|(name, number, of)| SetupTask::Command {
            name,
            number,
            of
        }),
        Just(SetupTask::Completion),
    ];
    let log = (".{0,40}", any::<u64>(), "[A-Za-z0-9+/]{0,64}", any::<bool>())
        .prop_map(|(path, offset, base64, last)| ToHost::Log(LogPart { path, offset, base64, last }));
    let text = ".{0,40}";
    prop_oneof![
        hello,
        task.prop_map(ToHost::SetupTask),
        (text, any::<Option<i32>>(), text).prop_map(|(name, code, output)| ToHost::CommandEnded {
            name,
            code,
            output
        }),
        log,
        Just(ToHost::SetupEnded(SetupOutcome::Complete)),
        text.prop_map(|reason| ToHost::SetupEnded(SetupOutcome::Failed { reason })),
        text.prop_map(|user| ToHost::LoggedOn { user }),
        (proptest::collection::vec(app(), 0..4), any::<bool>())
            .prop_map(|(apps, more)| ToHost::Apps { apps, more }),
        app().prop_map(|app| ToHost::AppAdded { app }),
        text.prop_map(|id| ToHost::AppRemoved { id: AppId(id) }),
        (any::<u64>(), proptest::option::of(text), any::<bool>())
            .prop_map(|(request, error, wrong_password)| ToHost::Done { request, error, wrong_password }),
        any::<u64>().prop_map(|request| ToHost::AppEnded { request }),
        text.prop_map(|reason| ToHost::RestartRequired { reason }),
        (any::<u8>(), text).prop_map(|(level, text)| ToHost::Event { level, text }),
        Just(ToHost::Bye),
    ]
}

fn network() -> impl Strategy<Value = HostNetwork> {
    let kind =
        prop_oneof![Just(InterfaceKind::Ethernet), Just(InterfaceKind::Wifi), Just(InterfaceKind::Other)];
    let address =
        (any::<IpAddr>(), any::<u8>()).prop_map(|(address, prefix)| InterfaceAddress { address, prefix });
    let interface = (
        ".{0,20}",
        kind,
        any::<bool>(),
        proptest::collection::vec(address, 0..3),
        proptest::collection::vec(any::<IpAddr>(), 0..3),
    );
    let interface = interface.prop_map(|(name, kind, up, addresses, gateways)| Interface {
        name,
        kind,
        up,
        addresses,
        gateways,
    });
    let servers = proptest::collection::vec(any::<IpAddr>(), 0..3);
    let domains = proptest::collection::vec(".{0,20}", 0..3);
    (any::<bool>(), proptest::collection::vec(interface, 0..3), servers, domains).prop_map(
        |(connected, interfaces, dns_servers, search_domains)| HostNetwork {
            connected,
            interfaces,
            dns_servers,
            search_domains,
        },
    )
}

fn printer() -> impl Strategy<Value = Printer> {
    (".{0,20}", ".{0,40}", ".{0,20}", any::<bool>()).prop_map(|(name, uri, description, default)| Printer {
        name,
        uri,
        description,
        default,
    })
}

fn to_guest() -> impl Strategy<Value = ToGuest> {
    let text = ".{0,40}";
    prop_oneof![
        (any::<u64>(), text, any::<u8>()).prop_map(|(now, agent, log_level)| ToGuest::Welcome {
            protocol: VERSION,
            agent,
            now,
            log_level
        }),
        (text, any::<bool>(), any::<u32>(), any::<u64>(), proptest::collection::vec(text, 0..4)).prop_map(
            |(user, administrator, group_tries, group_timeout, log_paths)| ToGuest::RunSetup {
                user,
                administrator,
                group_tries,
                group_timeout,
                log_paths,
                desktop_timeout: group_timeout
            }
        ),
        (any::<u64>(), text, text, any::<Option<bool>>()).prop_map(
            |(request, user, password, administrator)| ToGuest::LogOn {
                request,
                user,
                password: Secret::new(password),
                new_account: administrator.map(|administrator| NewAccount { administrator })
            }
        ),
        (any::<u64>(), text).prop_map(|(request, id)| ToGuest::StartApp { request, id: AppId(id) }),
        (any::<u64>(), text).prop_map(|(request, url)| ToGuest::OpenUrl { request, url }),
        any::<u64>().prop_map(|request| ToGuest::SendLog { request }),
        (any::<u64>(), text, "[A-Za-z0-9+/]{0,64}", any::<bool>())
            .prop_map(|(request, program, base64, last)| ToGuest::Upgrade { request, program, base64, last }),
        network().prop_map(ToGuest::HostNetwork),
        (proptest::collection::vec(printer(), 0..4), any::<bool>())
            .prop_map(|(printers, more)| ToGuest::Printers { printers, more }),
        Just(ToGuest::ShutDown),
        Just(ToGuest::Restart),
    ]
}

/// What comes of bytes that arrive in pieces of these lengths.
fn take(bytes: &[u8], lengths: &[usize]) -> Vec<Result<ToHost, BadLine>> {
    let (mut lines, mut taken, mut rest) = (Lines::default(), Vec::new(), bytes);
    for length in lengths.iter().copied().chain(std::iter::repeat(usize::MAX)) {
        let (piece, later) = rest.split_at(length.min(rest.len()));
        taken.extend(lines.take(piece));
        rest = later;
        if rest.is_empty() {
            return taken;
        }
    }
    taken
}

proptest! {
    #[test]
    fn every_message_comes_back(said in to_host(), answered in to_guest()) {
        prop_assert_eq!(Lines::default().take(&encode(&said).unwrap()), [Ok(said)]);
        prop_assert_eq!(Lines::default().take(&encode(&answered).unwrap()), [Ok(answered)]);
    }

    #[test]
    fn any_split_of_the_bytes_gives_the_same(
        messages in proptest::collection::vec(to_host(), 0..8),
        garbage in proptest::collection::vec(any::<u8>(), 0..200),
        lengths in proptest::collection::vec(0_usize..200, 0..40),
    ) {
        let mut bytes: Vec<u8> = messages.iter().flat_map(|message| encode(message).unwrap()).collect();
        bytes.extend(garbage);
        prop_assert_eq!(take(&bytes, &lengths), take(&bytes, &[]));
    }

    #[test]
    fn garbage_harms_no_message_before_or_behind_it(
        before in to_host(),
        mut garbage in proptest::collection::vec(any::<u8>(), 1..300),
        behind in to_host(),
        lengths in proptest::collection::vec(1_usize..100, 0..20),
    ) {
        garbage.retain(|byte| *byte != b'\n');
        let bytes = [encode(&before).unwrap(), garbage, b"\n".to_vec(), encode(&behind).unwrap()].concat();
        let taken = take(&bytes, &lengths);
        prop_assert_eq!(taken.first(), Some(&Ok(before)));
        prop_assert_eq!(taken.last(), Some(&Ok(behind)));
        prop_assert!(taken.len() <= 3);
    }
}

#[test]
fn a_line_that_is_too_long_is_passed_over_and_never_kept() {
    let mut lines = Lines::default();
    for _ in 0..100 {
        assert_eq!(lines.take::<ToHost>(&vec![b'x'; MAX_LINE]), []);
        assert!(lines.kept() < MAX_LINE);
    }
    assert_eq!(lines.take::<ToHost>(b"\n{\"type\":\"bye\"}\n"), [Err(BadLine::TooLong), Ok(ToHost::Bye)]);
}

#[test]
fn the_longest_line_is_taken_and_one_byte_more_is_not() {
    let with = |len: usize| ToHost::LoggedOn { user: "x".repeat(len) };
    let around = encode(&with(0)).unwrap().len();
    let longest = with(MAX_LINE - around);
    assert_eq!(Lines::default().take(&encode(&longest).unwrap()), [Ok(longest)]);
    assert!(encode(&with(MAX_LINE - around + 1)).is_err());
}

#[test]
fn what_a_later_version_says_is_no_bad_line() {
    let line = b"{\"type\":\"sing\",\"loud\":true}\n{\"type\":\"bye\",\"why\":\"tired\"}\r\n\n";
    assert_eq!(Lines::default().take(line), [Ok(ToHost::Unknown), Ok(ToHost::Bye)]);
}

#[test]
fn a_host_that_does_not_know_of_new_accounts_wants_none() {
    let log_on = |new_account| ToGuest::LogOn {
        request: 1,
        user: "anna".into(),
        password: Secret::new("x".into()),
        new_account,
    };
    let old = r#"{"type":"log_on","request":1,"user":"anna","password":"x"}"#.to_owned() + "\n";
    assert_eq!(encode(&log_on(None)).unwrap(), old.as_bytes());
    let new = old.replace('}', r#","new_account":{"administrator":true}}"#);
    let both = [Ok(log_on(None)), Ok(log_on(Some(NewAccount { administrator: true })))];
    assert_eq!(Lines::default().take((old + &new).as_bytes()), both);
}

#[test]
fn a_password_is_not_shown() {
    let password = Secret::new("geheim".into());
    let said = ToGuest::LogOn { request: 1, user: "anna".into(), password, new_account: None };
    assert!(!format!("{said:?}").contains("geheim"));
}
