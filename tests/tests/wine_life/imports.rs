//! Which DLLs a program asks for before its first instruction: they are looked for where the program lies, which may be a
//! folder of downloads.

use std::fs;
use std::path::Path;

/// DLLs that Windows 7 and later take from where they are loaded already (`KnownDLLs`), from the side-by-side store (`comctl32.dll`,
/// by the manifest), or that are in every process.
const SAFE: [&str; 8] = [
    "advapi32.dll",
    "comctl32.dll",
    "gdi32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "user32.dll",
    "ws2_32.dll",
];

/// The program asks for none but [`SAFE`] ones.
pub(crate) fn assert_safe(program: &Path) {
    let names = names(&fs::read(program).unwrap());
    assert!(names.contains(&"kernel32.dll".to_owned()), "{names:?}");
    for name in names {
        assert!(SAFE.contains(&name.as_str()), "{} imports {name}", program.display());
    }
}

/// The names in the import table of a 64-bit program, in lower case.
fn names(program: &[u8]) -> Vec<String> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes(*program[at..].first_chunk().unwrap()));
    let u32_at = |at: usize| u32::from_le_bytes(*program[at..].first_chunk().unwrap()) as usize;
    let headers = u32_at(0x3c);
    assert_eq!((&program[headers..headers + 4], u16_at(headers + 24)), (&b"PE\0\0"[..], 0x20b));
    let sections = headers + 24 + u16_at(headers + 20);
    // Where an address of the loaded program is in the file.
    let place = |address: usize| {
        let section = (0..u16_at(headers + 6)).map(|number| sections + number * 40).find(|section| {
            (u32_at(section + 12)..u32_at(section + 12) + u32_at(section + 16)).contains(&address)
        });
        let section = section.expect("an address in a section");
        address - u32_at(section + 12) + u32_at(section + 20)
    };
    let table = place(u32_at(headers + 24 + 112 + 8));
    // An entry has 20 bytes, the name's address after 12; the last has none.
    let entries = (table..).step_by(20).map(|entry| u32_at(entry + 12)).take_while(|name| *name != 0);
    entries
        .map(|name| {
            let bytes = program[place(name)..].split(|byte| *byte == 0).next().unwrap();
            String::from_utf8_lossy(bytes).to_lowercase()
        })
        .collect()
}
