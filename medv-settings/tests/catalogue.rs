//! The catalogue against a list of the original product's settings that was written by hand.

use std::collections::BTreeSet;

use medv_settings::{Check, Group, Kind, Setting, Value, catalogue, check, display, find, parse};

/// What a row of the list says of the values.
#[derive(Clone, Copy, Debug)]
enum Row {
    /// 0 or 1, with its default.
    Switch(u32),
    /// Default, least, greatest.
    Number(u32, u32, u32),
    /// Default, all words.
    Choice(&'static str, &'static [&'static str]),
    /// Default, a valid one, a wrong one.
    Text(&'static str, &'static str, &'static str),
    /// Default, a valid line, a wrong one.
    Lines(&'static [&'static str], &'static str, &'static str),
    /// A message to people: there is a default, in words.
    Message,
    /// Default, least, greatest.
    Numbers(&'static [&'static str], u32, u32),
}
use Row::{Choice, Lines, Message, Number, Numbers, Switch, Text};

const FULL: u32 = 2_147_483_647;

/// Group, name, values, parameter's short name.
type Expected = (&'static str, &'static str, Row, Option<&'static str>);

const LIST: [Expected; 53] = [
    ("Diagnostics", "EventLogLevel", Number(3, 0, 4), Some("Log")),
    ("Fts", "AddUserToAdminGroupEnabled", Switch(0), Some("AddAdmin")),
    ("Fts", "ComputerNameMask", Text("MEDV*", "%username%[8]-##*", "a b"), Some("CompMask")),
    ("Fts", "DeleteVMStateTimeout", Number(90, 0, FULL), Some("DeleteTime")),
    ("Fts", "DetachVfdTimeout", Number(120, 0, FULL), Some("DetachTime")),
    ("Fts", "DialogUrl", Text("", "https://help.contoso.com/medv", "help.contoso.com"), Some("FtsUrl")),
    ("Fts", "ExplorerTimeout", Number(900, 0, FULL), Some("MaxExplorerTime")),
    ("Fts", "FailureDialogMsg", Message, Some("FailMsg")),
    ("Fts", "GiveUserGroupRightsMaxRetryCount", Number(3, 0, FULL), None),
    ("Fts", "GiveUserGroupRightsTimeout", Number(300, 0, FULL), None),
    ("Fts", "LogFilePaths", Lines(&[], r"C:\setup.log", ""), Some("SetupLog")),
    ("Fts", "MaxPostponeTime", Number(120, 0, FULL), Some("MaxPostpone")),
    ("Fts", "MaxRetryCount", Number(3, 0, FULL), Some("MaxRetry")),
    ("Fts", "Mode", Choice("Unattended", &["Unattended", "Silent", "Attended"]), Some("Mode")),
    ("Fts", "NonInteractiveRetryTimeoutInc", Number(15, 0, FULL), Some("FtsTimeoutInc")),
    ("Fts", "NonInteractiveTimeout", Number(45, 0, FULL), Some("FtsTimeout")),
    (
        "Fts",
        "PostponeUtcDateTimeLimit",
        Text("", "2026-12-31 23:59", "2026-12-32 23:59"),
        Some("PostponeDate"),
    ),
    ("Fts", "RetryDialogMsg", Message, Some("RetryMsg")),
    ("Fts", "SetComputerNameEnabled", Switch(0), Some("SetCompName")),
    ("Fts", "SetJoinDomainEnabled", Switch(0), Some("JoinDomain")),
    ("Fts", "SetMachineObjectOUEnabled", Switch(0), Some("MachineOU")),
    ("Fts", "SetRegionalSettingsEnabled", Switch(0), Some("SetRegion")),
    ("Fts", "SetUserDataEnabled", Switch(0), Some("SetUserData")),
    ("Fts", "StartDialogMsg", Message, Some("StartMsg")),
    ("Fts", "TaskCancelTimeout", Number(30, 0, FULL), Some("CancelTime")),
    ("Fts", "TaskVMTurnOffTimeout", Number(60, 0, FULL), Some("TurnOffTime")),
    ("Fts", "UpgradeTimeout", Number(600, 0, FULL), Some("UpgradeTime")),
    ("UserExperience", "AppPublishingEnabled", Switch(1), Some("AppPub")),
    ("UserExperience", "AudioSharingEnabled", Switch(1), Some("Audio")),
    ("UserExperience", "ClipboardSharingEnabled", Switch(1), Some("Clipboard")),
    ("UserExperience", "CredentialCacheEnabled", Switch(0), Some("Cred")),
    ("UserExperience", "DialogTimeout", Number(300, 0, FULL), Some("DialogTime")),
    ("UserExperience", "HideVmTimeout", Number(30, 0, FULL), Some("HideTime")),
    ("UserExperience", "LogonStartEnabled", Switch(1), Some("Logon")),
    ("UserExperience", "PrinterSharingEnabled", Switch(1), Some("Print")),
    ("UserExperience", "RebootAbsoluteDelayTimeout", Number(1440, 0, FULL), Some("Reboot")),
    (
        "UserExperience",
        "RedirectUrls",
        Lines(&[], "http://*.contoso.com/*", "ftp://contoso.com"),
        Some("Urls"),
    ),
    ("UserExperience", "ShowExit", Switch(1), Some("ShowExit")),
    ("UserExperience", "SmartCardLogonEnabled", Switch(0), Some("SmartCardLogon")),
    ("UserExperience", "SmartCardSharingEnabled", Switch(1), Some("SmartCard")),
    ("UserExperience", "USBDeviceSharingEnabled", Switch(1), Some("USB")),
    ("VM", "CloseAction", Choice("HIBERNATE", &["HIBERNATE", "SHUTDOWN", "TURN-OFF"]), Some("Close")),
    (
        "VM",
        "GuestMemFromHostMem",
        Numbers(&["378", "512", "1024", "1536", "2048"], 128, 3712),
        Some("GuestMem"),
    ),
    ("VM", "GuestUpdateDuration", Number(240, 0, 1440), Some("UpdateDuration")),
    ("VM", "GuestUpdateTime", Text("00:00", "23:59", "24:00"), Some("UpdateTime")),
    (
        "VM",
        "HostMemToGuestMem",
        Numbers(&["1024", "2048", "4096", "8192", "16384"], 1024, 16384),
        Some("HostMem"),
    ),
    ("VM", "HostMemToGuestMemCalcEnabled", Switch(1), Some("MemCalc")),
    ("VM", "Memory", Number(512, 128, 2048), Some("Mem")),
    ("VM", "MultiUserEnabled", Switch(0), Some("MultiUser")),
    ("VM", "Name", Text("", "Windows XP", "a/b"), None),
    ("VM", "NetworkingMode", Choice("NAT", &["NAT", "Bridged"]), Some("Net")),
    ("VM", "TaskTimeout", Number(600, 0, FULL), Some("TaskTime")),
    ("Guest", "EnableGPWorkarounds", Switch(1), None),
];

/// Each row beside the setting that it is about.
fn rows() -> impl Iterator<Item = (&'static Expected, &'static Setting)> {
    LIST.iter().zip(catalogue())
}

fn lines(lines: &[&str]) -> Value {
    Value::Lines(lines.iter().map(|&line| line.to_owned()).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn is_refused(setting: &'static Setting, value: &Value) -> bool {
    matches!(check(setting, value), Check::Refused(mismatch) if !mismatch.found.is_empty())
}

#[test]
fn there_are_53_settings_of_which_49_are_parameters() {
    assert_eq!(catalogue().count(), 53);
    assert_eq!(catalogue().filter_map(Setting::parameter).count(), 49);
    let count = |group| catalogue().filter(|setting| setting.group == group).count();
    assert_eq!(Group::ALL.map(count), [1, 26, 14, 11, 1]);
}

#[test]
fn each_setting_has_its_group_name_and_parameter() {
    for ((group, name, _, alias), setting) in rows() {
        assert_eq!((setting.group.name(), setting.name, setting.alias), (*group, *name, *alias));
        let prefix = match *group {
            "Diagnostics" => "Diag",
            "UserExperience" => "Ux",
            "VM" => "Vm",
            group => group,
        };
        assert_eq!(setting.parameter(), alias.map(|_| format!("{prefix}{name}")));
        assert!(setting.meaning.len() > 20 && !setting.meaning.ends_with('.'), "{setting}");
    }
}

#[test]
fn users_choose_in_two_groups() {
    let groups: Vec<_> = Group::ALL.into_iter().filter(|group| group.has_user_form()).collect();
    assert_eq!(groups, [Group::UserExperience, Group::Vm]);
    assert_eq!(Group::ALL.map(Group::is_for_guest), [false, false, false, false, true]);
}

#[test]
fn keys_are_where_the_original_had_them() {
    for group in Group::ALL {
        let own = if group == Group::Guest { String::new() } else { format!("\\{}", group.name()) };
        assert_eq!(group.key(), format!(r"SOFTWARE\Microsoft\Medv\v2{own}"));
        assert_eq!(group.policy_key(), format!(r"SOFTWARE\Policies\Microsoft\Medv\v2{own}"));
    }
}

#[test]
fn each_setting_has_its_default_which_is_valid() {
    for ((.., row, _), setting) in rows() {
        let expected = match *row {
            Switch(default) | Number(default, ..) => Value::Number(default),
            Choice(default, _) | Text(default, ..) => text(default),
            Lines(default, ..) | Numbers(default, ..) => lines(default),
            Message => {
                let Value::Lines(default) = setting.default() else { panic!("{setting} is no message") };
                assert!(!default.is_empty(), "{setting} says nothing");
                Value::Lines(default)
            }
        };
        assert_eq!(setting.default(), expected, "{setting}");
        if setting.name != "Name" {
            assert_eq!(check(setting, &expected), Check::Valid(expected.clone()), "{setting}");
        }
    }
}

#[test]
fn the_smallest_and_the_largest_are_valid() {
    for ((.., row, _), setting) in rows() {
        let values = match *row {
            Switch(_) => vec![Value::Number(0), Value::Number(1)],
            Number(_, min, max) => vec![Value::Number(min), Value::Number(max)],
            Choice(_, words) => words.iter().map(|word| text(word)).collect(),
            Text(_, valid, _) => vec![text(valid)],
            Lines(_, valid, _) => vec![lines(&[]), lines(&[valid]), lines(&[valid; 1000])],
            Message => vec![lines(&[]), lines(&["a"]), lines(&["one", " two; three "])],
            Numbers(_, min, max) => vec![lines(&[&min.to_string()]), lines(&[max.to_string().as_str(); 99])],
        };
        for value in values {
            assert_eq!(check(setting, &value), Check::Valid(value.clone()), "{setting}");
        }
    }
}

/// What `value` was brought to, and what is said of it.
fn clamped(setting: &'static Setting, value: &Value) -> (Value, String) {
    match check(setting, value) {
        Check::Clamped { value, mismatch } => (value, mismatch.to_string()),
        other => panic!("{setting}: {value:?} is {other:?}"),
    }
}

#[test]
fn what_is_below_or_above_is_brought_into_the_range_with_a_warning() {
    let mut tried = 0;
    for ((.., row, _), setting) in rows() {
        let (min, max) = match *row {
            Switch(_) => (0, 1),
            Number(_, min, max) | Numbers(_, min, max) => (min, max),
            _ => continue,
        };
        let beyond = [(min.wrapping_sub(1), min), (max + 1, max), (u32::MAX, max)];
        for (number, nearest) in beyond.into_iter().filter(|(number, _)| !(min..=max).contains(number)) {
            let nearest = if min == 0 && number == u32::MAX { max } else { nearest };
            let (value, expected) = match row {
                Numbers(..) => (
                    lines(&[&min.to_string(), &number.to_string()]),
                    lines(&[&min.to_string(), &nearest.to_string()]),
                ),
                _ => (Value::Number(number), Value::Number(nearest)),
            };
            let (value, warning) = clamped(setting, &value);
            assert_eq!(value, expected, "{setting}");
            assert!(warning.starts_with(&format!("{setting}: found {number}, expected ")), "{warning}");
            tried += 1;
        }
        // Typed, numbers can be beyond what the registry holds.
        for (typed, nearest) in [("-1", min), ("99999999999999999999", max)] {
            let Check::Clamped { value, mismatch } = parse(setting, &[typed]) else { panic!("{setting}") };
            assert_eq!(display(setting, &value), display(setting, &number_value(setting, nearest)));
            assert_eq!(mismatch.found, typed);
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried}");
}

fn number_value(setting: &Setting, number: u32) -> Value {
    if setting.kind.is_list() { lines(&[&number.to_string()]) } else { Value::Number(number) }
}

#[test]
fn values_of_another_type_and_wrong_texts_are_refused() {
    for ((.., row, _), setting) in rows() {
        let (number, word, list) = (Value::Number(1), text("certainly not"), lines(&["certainly not"]));
        let wrong = match *row {
            Switch(_) | Number(..) => vec![word, list],
            Choice(..) => vec![number, list, word, text("")],
            Text(_, _, wrong) => vec![number, list, text(wrong), text("\0")],
            Lines(_, valid, wrong) => vec![number, word, lines(&[valid, wrong])],
            Message => vec![number, word, lines(&["a", "", "b"]), lines(&["a\nb"]), lines(&["\0"])],
            Numbers(..) => vec![number, word, list, lines(&[]), lines(&[""])],
        };
        for value in wrong {
            assert!(is_refused(setting, &value), "{setting} takes {value:?}");
        }
    }
}

#[test]
fn choices_are_spelled_as_in_the_catalogue_whatever_is_typed() {
    for ((.., row, _), setting) in rows() {
        let Choice(_, words) = row else { continue };
        for word in *words {
            let check = parse(setting, &[word.to_lowercase()]);
            assert_eq!(check, Check::Valid(text(word)));
        }
    }
}

#[test]
fn a_setting_is_found_by_each_of_its_names_whatever_their_case() {
    let mut names = BTreeSet::new();
    for setting in catalogue() {
        let full = [Some(setting.to_string()), setting.parameter(), Some(setting.name.to_owned())];
        for name in full.into_iter().flatten().chain(setting.alias.map(str::to_owned)) {
            for name in [name.to_lowercase(), name.to_uppercase(), name.clone()] {
                assert_eq!(find(&name).unwrap(), setting, "{name}");
            }
            names.insert(name.to_lowercase());
        }
    }
    // Parameters and their short names are apart from each other; some short names are the value's own name.
    let own = catalogue().filter(|setting| setting.alias.is_some_and(|alias| alias == setting.name)).count();
    assert_eq!(names.len(), 53 * 2 + 49 * 2 - own);
}

#[test]
fn a_name_that_is_nearly_right_brings_a_suggestion() {
    for (typed, meant) in [
        ("VmMemroy", r"VM\Memory"),
        ("memry", r"VM\Memory"),
        (r"vm\netwrkingmode", r"VM\NetworkingMode"),
        ("FtsSetComputerNameEnable", r"Fts\SetComputerNameEnabled"),
    ] {
        let unknown = find(typed).unwrap_err();
        assert_eq!(unknown.meant.unwrap().to_string(), meant);
        assert!(unknown.advice().contains(meant), "{}", unknown.advice());
    }
    assert!(find("entirely different").unwrap_err().meant.is_none());
    assert!(find(r"Fts\Memory").is_err());
}

#[test]
fn words_and_numbers_stand_for_switches_and_levels() {
    let switch = find("ShowExit").unwrap();
    for (typed, number) in
        [("TRUE", 1), ("yes", 1), ("on", 1), ("1", 1), ("False", 0), ("no", 0), ("off", 0), (" 0 ", 0)]
    {
        assert_eq!(parse(switch, &[typed]), Check::Valid(Value::Number(number)), "{typed}");
    }
    let level = find("EventLogLevel").unwrap();
    for (number, name) in ["None", "Error", "Warning", "Information", "Debug"].into_iter().enumerate() {
        let value = Value::Number(u32::try_from(number).unwrap());
        assert_eq!(parse(level, &[name.to_lowercase()]), Check::Valid(value.clone()));
        assert_eq!(parse(level, &[number.to_string()]), Check::Valid(value.clone()));
        assert_eq!(display(level, &value), name);
    }
}

#[test]
fn lists_are_typed_with_semicolons_or_one_by_one() {
    let memory = find("GuestMem").unwrap();
    let expected = Check::Valid(lines(&["128", "256", "512"]));
    assert_eq!(parse(memory, &["128; 256;512"]), expected);
    assert_eq!(parse(memory, &["128", "256;512"]), expected);
    let message = find("StartMsg").unwrap();
    assert_eq!(
        parse(message, &[r"Please wait\; it takes long;Thank you"]),
        Check::Valid(lines(&["Please wait; it takes long", "Thank you"]))
    );
    let paths = find("SetupLog").unwrap();
    assert_eq!(
        parse(paths, &[r"C:\a\b.log;\\server\c.log"]),
        Check::Valid(lines(&[r"C:\a\b.log", r"\\server\c.log"]))
    );
    assert_eq!(parse(message, &[""]), Check::Valid(lines(&[])));
    assert!(matches!(parse(message, &["a;"]), Check::Refused(_)));
    assert!(matches!(parse(find("Memory").unwrap(), &["512", "1024"]), Check::Refused(_)));
}

#[test]
fn every_kind_says_what_it_expects() {
    let mut kinds = BTreeSet::new();
    for setting in catalogue() {
        assert!(!setting.kind.expected().is_empty(), "{setting}");
        kinds.insert(setting.kind.noun());
        let is_list = matches!(setting.default(), Value::Lines(_));
        assert_eq!(setting.kind.is_list(), is_list, "{setting}");
        let is_number = matches!(setting.default(), Value::Number(_));
        assert_eq!(setting.kind.registry_type() == "REG_DWORD", is_number, "{setting}");
        assert_eq!(matches!(setting.kind, Kind::Switch), setting.kind.noun() == "switch");
    }
    assert_eq!(kinds.len(), 13);
}
