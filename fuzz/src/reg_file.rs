//! A `.reg` file of which any byte may be wrong: what is read of it can be written, and is the same then.

use medv_settings::{RegFile, RegistryEntry, Value, catalogue, check, find_in_registry};

/// The bytes as they are, and as the text of a file.
pub fn run(data: &[u8]) {
    read(data);
    let text = String::from_utf8_lossy(data);
    let file = format!("\u{feff}Windows Registry Editor Version 5.00\r\n{text}");
    read(file.as_bytes());
}

fn read(bytes: &[u8]) {
    let file = match RegFile::from_bytes(bytes) {
        Ok(file) => file,
        Err(error) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!(error.line().is_some_and(|line| (1..=lines).contains(&line)), "{error}");
            return;
        }
    };
    let written = file.to_bytes();
    assert_eq!(RegFile::from_bytes(&written).expect("what we write, we read"), file);

    // Every value is set once, and one more can be set behind all.
    let entries = file.entries();
    for (at, entry) in entries.iter().enumerate() {
        let is_same = |other: &RegistryEntry| {
            other.key.eq_ignore_ascii_case(&entry.key) && other.name.eq_ignore_ascii_case(&entry.name)
        };
        assert!(!entries[..at].iter().any(is_same), "{entry:?} is there twice");
        if let Some(setting) = find_in_registry(&entry.key, &entry.name) {
            let _ = check(setting, &entry.value);
        }
    }
    let last = RegistryEntry { key: "SOFTWARE\\last".into(), name: "last".into(), value: Value::Number(7) };
    let longer = RegFile::append(bytes, std::slice::from_ref(&last)).expect("what was read can be added to");
    let longer = RegFile::from_bytes(&longer).expect("what we write, we read");
    assert_eq!(longer.entries().last(), Some(&last));
}

/// All settings; every type, in every encoding; lines that are allowed and rare.
pub fn seeds() -> Vec<Vec<u8>> {
    let entries: Vec<_> = catalogue().map(|setting| setting.entry(setting.default())).collect();
    let rare = "; comment\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\a]b] ; comment\r\n @ = \"a\\\\b\\\"c\" ; comment\r\n\
         \"x\"=hex(7):61,00,00,00,\\\r\n  00,00\r\n\"b\"=HEX:\r\n\"q\"=hex(b):01,02,03\r\n\"n\"=dword:1F\r\n\"d\"=-\r\n\
         [-HKEY_LOCAL_MACHINE\\SOFTWARE\\a]\r\n";
    let text = format!("\u{feff}Windows Registry Editor Version 5.00\r\n\r\n{rare}");
    vec![
        RegFile::of(&entries).to_bytes(),
        RegFile::of(&entries[..2]).to_bytes(),
        rare.as_bytes().to_vec(),
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        b"REGEDIT4\r\n".to_vec(),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_keep_what_is_promised() {
        for seed in super::seeds() {
            super::run(&seed);
        }
    }
}
