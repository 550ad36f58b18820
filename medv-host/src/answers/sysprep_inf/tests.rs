//! Files as administrators write them, and files as nobody does.

use super::*;
use proptest::prelude::*;

fn edited(file: &[u8], edits: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut inf = SysprepInf::from_bytes(file);
    for (section, key, value) in edits {
        inf.set(section, key, value, 1252).unwrap();
    }
    inf.to_bytes()
}

fn text(file: &str, edits: &[(&str, &str, &str)]) -> String {
    String::from_utf8(edited(file.as_bytes(), edits)).unwrap()
}

#[test]
fn only_the_value_changes() {
    let file = "; ComputerName=no\r\n\r\n[userdata]\r\n\tcomputername = \"old\"\t; ours\r\n  FullName=\"A;B\"\r\n[X]\r\nComputerName=x\r\n";
    let expected = "; ComputerName=no\r\n\r\n[userdata]\r\n\tcomputername = MEDV-1\t; ours\r\n  FullName=\"A;B\"\r\n[X]\r\nComputerName=x\r\n";
    assert_eq!(text(file, &[("UserData", "ComputerName", "MEDV-1")]), expected);
}

#[test]
fn a_value_in_quotes_may_have_a_semicolon() {
    let edits = [("UserData", "FullName", "B;C")];
    assert_eq!(text("[UserData]\nFullName=\"A;B\" ; who\n", &edits), "[UserData]\nFullName=\"B;C\" ; who\n");
}

#[test]
fn an_empty_value_is_filled_and_its_comment_stays() {
    let edits = [("U", "K", "v")];
    assert_eq!(text("[U]\nK=\n", &edits), "[U]\nK=v\n");
    assert_eq!(text("[U]\nK= ; why\n", &edits), "[U]\nK=v ; why\n");
}

#[test]
fn a_missing_key_stands_at_the_end_of_its_section() {
    let edits = [("UserData", "ComputerName", "M")];
    let file = "[UserData]\r\nFullName=A\r\n\r\n[GuiRunOnce]\r\nCommand0=x\r\n";
    let expected = "[UserData]\r\nFullName=A\r\nComputerName=M\r\n\r\n[GuiRunOnce]\r\nCommand0=x\r\n";
    assert_eq!(text(file, &edits), expected);
    assert_eq!(text("[userdata]", &edits), "[userdata]\r\nComputerName=M\r\n");
    assert_eq!(text("[userdata]\n\n", &edits), "[userdata]\nComputerName=M\n\n");
}

#[test]
fn a_missing_section_stands_at_the_end_of_the_file() {
    let edits = [("Identification", "JoinDomain", "ad.example.org")];
    assert_eq!(text("", &edits), "[Identification]\r\nJoinDomain=ad.example.org\r\n");
    assert_eq!(text("[A]\nb=c", &edits), "[A]\nb=c\n[Identification]\nJoinDomain=ad.example.org\n");
}

#[test]
fn keys_and_sections_that_stand_there_twice_all_say_the_same() {
    let file = "[U]\nK=1\nk=2\n[V]\nK=3\n[u]\nK=4\n";
    assert_eq!(text(file, &[("U", "K", "9")]), "[U]\nK=9\nk=9\n[V]\nK=3\n[u]\nK=9\n");
}

#[test]
fn bytes_of_other_code_pages_stay() {
    // In code page 932 these characters end in the bytes of `\`, `]` and `=`-like signs.
    let japanese =
        b"[UserData]\r\nOrgName=\"\x83\x5C\x83\x5D\"\r\n;\x95\x5B]=\r\n\x83\x5B=1\r\nComputerName=*\r\n";
    let changed = edited(japanese, &[("UserData", "ComputerName", "M")]);
    assert_eq!(changed, [&japanese[..japanese.len() - 3], b"M\r\n"].concat());
}

#[test]
fn values_are_written_in_the_code_page() {
    let mut inf = SysprepInf::from_bytes(b"[UserData]\r\n");
    inf.set("UserData", "FullName", "M\u{fc}ller", 1252).unwrap();
    assert!(inf.to_bytes().ends_with(b"FullName=\"M\xFCller\"\r\n"));
    inf.set("UserData", "FullName", "\u{8868}", 932).unwrap();
    assert!(inf.to_bytes().ends_with(b"FullName=\"\x95\x5C\"\r\n"));
}

#[test]
fn what_the_code_page_cannot_say_changes_nothing() {
    let mut inf = SysprepInf::from_bytes(b"[UserData]\r\nFullName=A\r\n");
    let before = inf.clone();
    let error = inf.set("UserData", "FullName", "\u{438}\u{432}\u{430}\u{43d}", 1252).unwrap_err();
    assert_eq!((error.code_page, inf), (1252, before));
}

#[test]
fn a_file_in_utf_16_stays_one() {
    let wide = |text: &str| -> Vec<u8> {
        b"\xFF\xFE".iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let changed = edited(&wide("[UserData]\r\nFullName=A\r\n"), &[("userdata", "fullname", "\u{438}")]);
    assert_eq!(changed, wide("[UserData]\r\nFullName=\"\u{438}\"\r\n"));
}

#[test]
fn a_value_cannot_bring_lines_or_keys_of_its_own() {
    let edits = [("UserData", "FullName", "A\"\r\n[GuiRunOnce]\r\nCommand0=\"evil")];
    assert_eq!(text("[UserData]\r\n", &edits), "[UserData]\r\nFullName=\"A[GuiRunOnce]Command0=evil\"\r\n");
}

#[test]
fn what_a_key_says_can_be_asked() {
    let inf = SysprepInf::from_bytes(b"[regionalsettings]\nSystemLocale = \"00000411\" ; ja\n");
    assert_eq!(inf.get("RegionalSettings", "SYSTEMLOCALE").as_deref(), Some("00000411"));
    assert_eq!(inf.get("RegionalSettings", "Language"), None);
}

/// Lines as they may stand in such a file, and worse ones.
fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"[UserData]".to_vec()),
        Just(b" [userdata] ; x".to_vec()),
        Just(b"[Other]".to_vec()),
        Just(b"ComputerName=old".to_vec()),
        Just(b"\tcomputerNAME = \"o;ld\" ;=".to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    let end = prop_oneof![Just(&b"\r\n"[..]), Just(&b"\n"[..]), Just(&b""[..])];
    prop::collection::vec((line, end), 0..12)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.to_vec()].concat()).collect())
}

proptest! {
    #[test]
    fn a_file_that_is_not_edited_is_the_same(file in any_file()) {
        prop_assert_eq!(SysprepInf::from_bytes(&file).to_bytes(), file);
    }

    #[test]
    fn what_was_set_is_there(file in any_file(), value in "[A-Za-z0-9-]{1,15}") {
        let mut inf = SysprepInf::from_bytes(&file);
        inf.set("UserData", "ComputerName", &value, 1252).unwrap();
        prop_assert_eq!(inf.get("UserData", "ComputerName"), Some(value));
    }

    #[test]
    fn setting_it_twice_is_setting_it_once(file in any_file(), value in ".{0,20}") {
        let mut once = SysprepInf::from_bytes(&file);
        if once.set("UserData", "ComputerName", &value, 1252).is_ok() {
            let mut twice = once.clone();
            twice.set("UserData", "ComputerName", &value, 1252).unwrap();
            prop_assert_eq!(once, twice);
        }
    }

    #[test]
    fn every_line_but_those_of_the_key_stays(file in any_file(), value in "[A-Z]{1,9}") {
        let mut inf = SysprepInf::from_bytes(&file);
        inf.set("UserData", "ComputerName", &value, 1252).unwrap();
        let others = |bytes: &[u8]| -> Vec<Vec<u8>> {
            let is_other = |line: &&[u8]| {
                let lower = line.to_ascii_lowercase();
                !line.is_empty() && !lower.windows(12).any(|part| part == b"computername") && !lower.ends_with(b"[userdata]")
            };
            bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(is_other).map(<[u8]>::to_vec).collect()
        };
        prop_assert_eq!(others(&file), others(&inf.to_bytes()));
    }
}
