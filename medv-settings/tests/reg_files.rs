//! `.reg` files, byte by byte and line by line.

use medv_settings::{
    ErrorKind, RegData, RegFile, RegKey, RegValue, RegistryEntry, Setting, Value, catalogue, find,
    find_in_registry,
};

fn lines(lines: &[&str]) -> Value {
    Value::Lines(lines.iter().map(|&line| line.to_owned()).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn entry(name: &str, value: Value) -> RegistryEntry {
    find(name).unwrap().entry(value)
}

/// The file without its encoding, which is checked on the way.
fn text_of(file: &[u8]) -> String {
    assert_eq!(file[..2], [0xff, 0xfe]);
    let (units, rest) = file[2..].as_chunks();
    assert!(rest.is_empty());
    String::from_utf16(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>()).unwrap()
}

fn read(text: &str) -> RegFile {
    RegFile::from_bytes(format!("Windows Registry Editor Version 5.00\r\n\r\n{text}").as_bytes()).unwrap()
}

#[test]
fn a_small_file_is_so_byte_for_byte() {
    let file = RegFile::of(&[entry("VmMemory", Value::Number(1024))]).to_bytes();
    let expected = "Windows Registry Editor Version 5.00\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Medv\\v2\\VM]\r\n\"Memory\"=dword:00000400\r\n\r\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(expected.bytes().flat_map(|byte| [byte, 0]));
    assert_eq!(file, bytes);
}

#[test]
fn every_type_is_written_as_regedit_writes_it() {
    let entries = [
        entry("VmName", text(r#"The "old" C:\ machine; Zoë"#)),
        entry("DialogUrl", text("line\r\nbreak")),
        entry("StartMsg", lines(&["Please wait while this is set up."])),
        entry("Urls", lines(&[])),
        entry("GuestMem", lines(&["378", "512"])),
        entry("Log", Value::Number(4)),
        entry("EnableGPWorkarounds", Value::Number(0)),
    ];
    let expected = r#"Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Medv\v2\Diagnostics]
"EventLogLevel"=dword:00000004

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Medv\v2\Fts]
"DialogUrl"=hex(1):6c,00,69,00,6e,00,65,00,0d,00,0a,00,62,00,72,00,65,00,61,00,\
  6b,00,00,00
"StartDialogMsg"=hex(7):50,00,6c,00,65,00,61,00,73,00,65,00,20,00,77,00,61,00,\
  69,00,74,00,20,00,77,00,68,00,69,00,6c,00,65,00,20,00,74,00,68,00,69,00,73,\
  00,20,00,69,00,73,00,20,00,73,00,65,00,74,00,20,00,75,00,70,00,2e,00,00,00,\
  00,00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Medv\v2\UserExperience]
"RedirectUrls"=hex(7):00,00

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Medv\v2\VM]
"GuestMemFromHostMem"=hex(7):33,00,37,00,38,00,00,00,35,00,31,00,32,00,00,00,\
  00,00
"Name"="The \"old\" C:\\ machine; Zoë"

[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Medv\v2]
"EnableGPWorkarounds"=dword:00000000

"#;
    let file = RegFile::of(&entries).to_bytes();
    assert_eq!(text_of(&file).replace("\r\n", "\n"), expected);
    assert_eq!(text_of(&file).matches('\n').count(), text_of(&file).matches("\r\n").count());
}

#[test]
fn the_order_is_that_of_the_catalogue_whatever_the_order_of_the_entries() {
    let mut entries: Vec<_> = catalogue().map(|setting: &Setting| setting.entry(setting.default())).collect();
    entries.push(RegistryEntry { key: "SOFTWARE\\B".into(), name: "b".into(), value: Value::Number(1) });
    entries.push(RegistryEntry { key: "SOFTWARE\\a".into(), name: "b".into(), value: Value::Number(1) });
    let file = RegFile::of(&entries);
    entries.reverse();
    assert_eq!(RegFile::of(&entries), file);
    let names: Vec<_> = file.keys.iter().flat_map(|key| key.values.iter().map(|value| &value.name)).collect();
    assert_eq!(names[..53], catalogue().map(|setting| setting.name).collect::<Vec<_>>());
    let keys: Vec<_> = file.keys[5..].iter().map(|key| key.path.as_str()).collect();
    assert_eq!(keys, ["HKEY_LOCAL_MACHINE\\SOFTWARE\\a", "HKEY_LOCAL_MACHINE\\SOFTWARE\\B"]);
}

#[test]
fn every_setting_comes_back() {
    let entries: Vec<_> = catalogue().map(|setting| setting.entry(setting.default())).collect();
    let read = RegFile::from_bytes(&RegFile::of(&entries).to_bytes()).unwrap();
    assert_eq!(read.entries(), entries);
    for (entry, setting) in entries.iter().zip(catalogue()) {
        let found = find_in_registry(&entry.key.to_uppercase(), &entry.name.to_uppercase());
        assert_eq!(found, Some(setting));
    }
}

#[test]
fn every_encoding_with_a_byte_order_mark_is_read_and_ascii() {
    let text = "Windows Registry Editor Version 5.00\n[HKEY_USERS\\ü]\n";
    let utf_8 = format!("\u{feff}{text}").into_bytes();
    let little: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [utf_8, little, big] {
        assert_eq!(RegFile::from_bytes(&bytes).unwrap().keys[0].path, "HKEY_USERS\\ü");
    }
    let ascii = text.replace('ü', "u");
    assert_eq!(RegFile::from_bytes(ascii.as_bytes()).unwrap().keys[0].path, "HKEY_USERS\\u");
}

#[test]
fn comments_spaces_brackets_and_unknown_types_are_read() {
    let file = read(concat!(
        "; a comment\r\n",
        "  [HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b] ; a key\r\n",
        "  \"x\" = dword:1f ; 31\r\n",
        "@=\"default\"\r\n",
        "\"y\\\\\\\"\"=\"a;b\" ; text\r\n",
        "\"e\"=hex(2):25,00,00,00\r\n",
        "\"q\"=HEX(B):01,02,\\\r\n  03 ; three\r\n",
        "\"none\"=hex:\r\n",
        "\"gone\"=-\r\n",
        "\r\n[-HKEY_CURRENT_USER\\gone]\r\n"
    ));
    let raw = |kind, bytes: &[u8]| RegData::Raw { kind, bytes: bytes.to_vec() };
    let values = [
        ("x", RegData::Value(Value::Number(31))),
        ("", RegData::Value(text("default"))),
        ("y\\\"", RegData::Value(text("a;b"))),
        ("e", raw(2, &[0x25, 0, 0, 0])),
        ("q", raw(11, &[1, 2, 3])),
        ("none", raw(3, &[])),
        ("gone", RegData::Deleted),
    ];
    let values = values.map(|(name, data)| RegValue { name: name.to_owned(), data });
    let first =
        RegKey { path: "HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b".into(), deleted: false, values: values.into() };
    let second = RegKey { path: "HKEY_CURRENT_USER\\gone".into(), deleted: true, values: Vec::new() };
    assert_eq!(file.keys, [first, second]);
    assert_eq!(RegFile::from_bytes(&file.to_bytes()).unwrap(), file);
}

#[test]
fn what_counts_is_what_stands_last() {
    let file = read(concat!(
        "[HKEY_LOCAL_MACHINE\\A]\n\"x\"=dword:1\n\"y\"=dword:1\n",
        "[HKEY_LOCAL_MACHINE\\A\\B]\n\"x\"=dword:1\n",
        "[HKEY_LOCAL_MACHINE\\AB]\n\"x\"=dword:1\n",
        "[-HKEY_LOCAL_MACHINE\\a\\b]\n",
        "[HKEY_CURRENT_USER\\A]\n\"x\"=dword:9\n",
        "[hkey_local_machine\\a]\n\"X\"=dword:2\n\"Y\"=-\n"
    ));
    let entries = file.entries();
    let shown: Vec<_> =
        entries.iter().map(|entry| (entry.key.as_str(), entry.name.as_str(), entry.value.clone())).collect();
    assert_eq!(shown, [("AB", "x", Value::Number(1)), ("a", "X", Value::Number(2))]);
}

#[test]
fn appending_keeps_what_there_is() {
    let old = b"Windows Registry Editor Version 5.00\n\n; mine\n[HKEY_USERS\\x]\n\"q\"=hex(b):01\n";
    let bytes = RegFile::append(old, &[entry("VmMemory", Value::Number(1024))]).unwrap();
    let text = text_of(&bytes);
    assert!(
        text.contains("\r\n; mine\r\n[HKEY_USERS\\x]\r\n\"q\"=hex(b):01\r\n\r\n[HKEY_LOCAL_MACHINE\\"),
        "{text}"
    );
    assert!(text.ends_with("\"Memory\"=dword:00000400\r\n\r\n"), "{text}");
    let bytes = RegFile::append(&bytes, &[entry("VmMemory", Value::Number(512))]).unwrap();
    let entries = RegFile::from_bytes(&bytes).unwrap().entries();
    assert_eq!(entries, [entry("VmMemory", Value::Number(512))]);
    assert!(RegFile::append(b"REGEDIT4\n", &[]).is_err());
}

/// What is said about a wrong file, and of which line.
fn refused(bytes: &[u8]) -> (ErrorKind, usize, String) {
    let error = RegFile::from_bytes(bytes).unwrap_err();
    (error.kind(), error.line().unwrap(), error.message().to_owned())
}

#[test]
fn wrong_lines_are_refused_with_their_number() {
    let lines = [
        ("x", "found `x`, expected a key, a value or a comment"),
        ("[HKEY_USERS", "found `HKEY_USERS`, expected ] at the end of a key"),
        ("[]", "found an empty name, expected a key"),
        ("[-]", "found an empty name, expected a key"),
        ("\"x\" 1", "found `1`, expected = behind a value's name"),
        ("\"x", "found the end of the line, expected \" at the end of a text"),
        ("\"x\"=\"a", "found the end of the line, expected \" at the end of a text"),
        ("\"x\"=\"a\\q\"", "found \\q, expected \\\\ or \\\" in a text"),
        ("\"x\"=\"a\" b", "found ` b`, expected the end of the line"),
        ("\"x\"=", "found ``, expected a text, dword:, hex: or hex(N):"),
        ("\"x\"=1", "found `1`, expected a text, dword:, hex: or hex(N):"),
        ("\"x\"=hex(z):00", "found `hex(z):00`, expected a text, dword:, hex: or hex(N):"),
        ("\"x\"=dword:", "found ``, expected 1 to 8 hexadecimal digits"),
        ("\"x\"=dword:123456789", "found `123456789`, expected 1 to 8 hexadecimal digits"),
        ("\"x\"=dword:+1", "found `+1`, expected 1 to 8 hexadecimal digits"),
        ("\"x\"=hex:00,", "found ``, expected a byte in hexadecimal"),
        ("\"x\"=hex:000", "found `000`, expected a byte in hexadecimal"),
        ("\"x\"=hex:00,\\", "found the end of the file, expected another line of bytes"),
    ];
    for (line, expected) in lines {
        let file = format!("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_USERS\\x]\r\n{line}");
        assert_eq!(refused(file.as_bytes()), (ErrorKind::Damaged, 4, expected.to_owned()), "{line}");
    }
    let header = "Windows Registry Editor Version 5.00\n";
    assert_eq!(
        refused(format!("{header}\"x\"=-").as_bytes()).2,
        "found a value, expected a key in front of it"
    );
    let deleted = format!("{header}[-HKEY_USERS]\n\"x\"=-");
    assert_eq!(refused(deleted.as_bytes()).2, "found a value in a deleted key, expected another key first");
}

#[test]
fn other_files_are_refused() {
    assert_eq!(refused(b"\n REGEDIT4\n").0, ErrorKind::Unsupported);
    assert_eq!(refused(b"").0, ErrorKind::Damaged);
    assert_eq!(refused(b"MZ\x90").0, ErrorKind::Damaged);
    assert_eq!(refused(b"Windows Registry Editor Version 6.00").0, ErrorKind::Damaged);
    // Half a character, half of a pair, UTF-8 that is none.
    assert_eq!(refused(b"\xff\xfe\x0a\x00\x20").1, 2);
    assert_eq!(refused(b"\xff\xfe\x0a\x00\x0a\x00\x00\xd8").1, 3);
    assert_eq!(refused(b"\xef\xbb\xbf\n\n\n\xff").1, 4);
    let large = vec![b' '; RegFile::MAX_BYTES + 1];
    assert_eq!(RegFile::from_bytes(&large).unwrap_err().kind(), ErrorKind::Limit);
}
