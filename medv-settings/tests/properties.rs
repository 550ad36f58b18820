//! What holds for any file and any value.

use medv_settings::{
    Check, Kind, RegData, RegFile, RegKey, RegValue, Setting, Value, catalogue, check, display, parse,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Names as a line can have them.
const NAME: &str = "[^\r\n]{1,20}";

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u32>().prop_map(Value::Number),
        any::<String>().prop_map(Value::Text),
        vec("[^\0]{1,20}", 0..5).prop_map(Value::Lines),
    ]
}

fn data() -> impl Strategy<Value = RegData> {
    prop_oneof![
        4 => values().prop_map(RegData::Value),
        1 => Just(RegData::Deleted),
        // Of types that settings do not have.
        2 => (prop_oneof![Just(0), Just(2), Just(3), 8_u32..], vec(any::<u8>(), 0..100))
            .prop_map(|(kind, bytes)| RegData::Raw { kind, bytes }),
    ]
}

fn keys() -> impl Strategy<Value = RegKey> {
    let value = (prop_oneof![Just(String::new()), NAME], data());
    let value = value.prop_map(|(name, data)| RegValue { name, data });
    let path = "HKEY_(LOCAL_MACHINE|CURRENT_USER)(\\\\[^\r\n]{1,12}){1,3}";
    prop_oneof![
        4 => (path, vec(value, 0..6)).prop_map(|(path, values)| RegKey { path, deleted: false, values }),
        1 => path.prop_map(|path| RegKey { path, deleted: true, values: Vec::new() }),
    ]
}

fn settings() -> impl Strategy<Value = &'static Setting> {
    let all: Vec<&'static Setting> = catalogue().collect();
    proptest::sample::select(all)
}

proptest! {
    // What was found is written into a test of its own.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(keys in vec(keys(), 0..5)) {
        let file = RegFile { keys };
        prop_assert_eq!(RegFile::from_bytes(&file.to_bytes()).unwrap(), file);
    }

    #[test]
    fn lines_of_bytes_are_at_most_80_columns(lines in vec("[a-z]{1,60}", 0..5), name in "[a-z]{1,30}") {
        let value = RegValue { name, data: RegData::Value(Value::Lines(lines)) };
        let file = RegFile { keys: vec![RegKey { path: "HKEY_USERS".into(), deleted: false, values: vec![value] }] };
        let bytes = file.to_bytes();
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let text = String::from_utf16(&units).unwrap();
        prop_assert!(text.ends_with("\r\n"));
        for line in text.split("\r\n") {
            prop_assert!(line.len() <= 80 && !line.contains(['\r', '\n']), "{}", line);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(lines in vec("(\\[.{0,9}\\]?|\"?.{0,9}\"?=(hex(\\(.\\))?:|dword:|\")?.{0,9})", 0..6)) {
        let text = format!("\u{feff}Windows Registry Editor Version 5.00\n{}", lines.join("\n"));
        if let Ok(file) = RegFile::from_bytes(text.as_bytes()) {
            prop_assert_eq!(RegFile::from_bytes(&file.to_bytes()).unwrap(), file);
        }
    }

    #[test]
    fn what_a_check_lets_pass_is_valid_from_then_on(setting in settings(), value in values()) {
        if let Ok((value, _)) = check(setting, &value).into_value() {
            prop_assert_eq!(check(setting, &value), Check::Valid(value));
        }
    }

    #[test]
    fn a_valid_value_can_be_typed_as_it_is_displayed(setting in settings(), typed in any::<String>(), number in any::<u32>()) {
        for value in [parse(setting, &[typed]), parse(setting, &[number.to_string()])] {
            let Ok((value, _)) = value.into_value() else { continue };
            let shown = display(setting, &value);
            prop_assert_eq!(parse(setting, &[shown]), Check::Valid(value));
        }
    }

    #[test]
    fn lines_can_be_typed_as_they_are_displayed(lines in vec("[^\0\r\n]{1,20}", 0..5)) {
        for setting in catalogue().filter(|setting| setting.kind == Kind::Lines) {
            let value = Value::Lines(lines.clone());
            prop_assert_eq!(parse(setting, &[display(setting, &value)]), Check::Valid(value));
        }
    }
}
