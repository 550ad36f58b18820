//! Shortcuts of Windows (`.lnk`), as MS-SHLLINK has them. They name their target by its path, twice: once as the place on
//! a volume, once as a text that Windows expands. A list of item identifiers, which only Windows itself can make well, is
//! left to it.

use medv_protocol::{App, AppId};

use super::label::line;

const HEADER_SIZE: u32 = 0x4C;
/// The class of shortcuts: 00021401-0000-0000-C000-000000000046.
const CLASS: [u8; 16] = [0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

const HAS_ITEM_IDS: u32 = 1;
const HAS_LINK_INFO: u32 = 1 << 1;
const HAS_NAME: u32 = 1 << 2;
const HAS_RELATIVE_PATH: u32 = 1 << 3;
const HAS_WORKING_FOLDER: u32 = 1 << 4;
const HAS_ARGUMENTS: u32 = 1 << 5;
const HAS_ICON: u32 = 1 << 6;
const IS_UNICODE: u32 = 1 << 7;
const HAS_EXPANDABLE_TARGET: u32 = 1 << 9;

const SHOW_NORMAL: u32 = 1;
const ATTRIBUTE_ARCHIVE: u32 = 0x20;
const DRIVE_FIXED: u32 = 3;

/// The signature and length of the block with the expandable target, and the places in it, in characters.
const EXPANDABLE: u32 = 0xA000_0001;
const EXPANDABLE_SIZE: u32 = 0x314;
const MAX_PATH: usize = 260;

/// Most of a comment that is shown, in bytes.
const MAX_COMMENT: usize = 250;

/// The shortcut that starts `app` with `program`.
///
/// # Errors
/// If the program's path is too long for a shortcut.
pub(super) fn bytes(
    program: &str,
    workspace: &str,
    app: &App,
    icon: Option<&str>,
) -> Result<Vec<u8>, String> {
    let len = program.encode_utf16().count();
    if len >= MAX_PATH {
        return Err(format!(
            "{program}: this path has {len} characters, and a shortcut holds {}",
            MAX_PATH - 1
        ));
    }
    let comment = line(&app.comment, MAX_COMMENT);
    let arguments = arguments(workspace, &app.id);
    let name = (!comment.is_empty()).then_some(comment.as_str());
    let mut flags = HAS_LINK_INFO | HAS_ARGUMENTS | IS_UNICODE | HAS_EXPANDABLE_TARGET;
    flags |= if name.is_some() { HAS_NAME } else { 0 };
    flags |= if icon.is_some() { HAS_ICON } else { 0 };

    let mut link = Vec::new();
    link.extend(HEADER_SIZE.to_le_bytes());
    link.extend(CLASS);
    link.extend(flags.to_le_bytes());
    link.extend(ATTRIBUTE_ARCHIVE.to_le_bytes());
    // Three times and the target's length: unknown. The icon's number in its file: 0.
    link.extend([0; 3 * 8 + 4 + 4]);
    link.extend(SHOW_NORMAL.to_le_bytes());
    // No key, and what is reserved.
    link.extend([0; 2 + 2 + 4 + 4]);
    link.extend(link_info(program));
    // In this order.
    for text in [name, Some(&arguments), icon].into_iter().flatten() {
        let units: Vec<u16> = text.encode_utf16().take(usize::from(u16::MAX)).collect();
        link.extend((units.len() as u16).to_le_bytes());
        link.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    }
    link.extend(EXPANDABLE_SIZE.to_le_bytes());
    link.extend(EXPANDABLE.to_le_bytes());
    let (ansi, unicode) = (ansi(program), unicode(program));
    link.extend(ansi.iter().chain(&vec![0; MAX_PATH - ansi.len()]));
    link.extend(unicode.iter().chain(&vec![0; 2 * MAX_PATH - unicode.len()]));
    // No further block.
    link.extend([0; 4]);
    Ok(link)
}

/// Where the target is: on which volume, and its path.
fn link_info(path: &str) -> Vec<u8> {
    const INFO_HEADER: u32 = 0x24;
    const VOLUME_SIZE: u32 = 0x11;
    let (ansi, unicode) = (ansi(path), unicode(path));
    let at_ansi = INFO_HEADER + VOLUME_SIZE;
    // Behind each path a suffix that is empty.
    let at_unicode = at_ansi + ansi.len() as u32 + 1;
    let size = at_unicode + unicode.len() as u32 + 2;
    let has_path = 1;
    let numbers = [
        size,
        INFO_HEADER,
        has_path,
        INFO_HEADER,
        at_ansi,
        0,
        at_unicode - 1,
        at_unicode,
        size - 2,
        // The volume: without a number, and its label, at the end, is empty.
        VOLUME_SIZE,
        DRIVE_FIXED,
        0,
        VOLUME_SIZE - 1,
    ];
    let mut info: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
    info.push(0);
    info.extend(ansi);
    info.push(0);
    info.extend(unicode);
    info.extend([0; 2]);
    info
}

/// For programs that know no better; what is not ASCII depends on a code page.
fn ansi(text: &str) -> Vec<u8> {
    let ascii = text.encode_utf16().map(|unit| u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?'));
    ascii.chain([0]).collect()
}

fn unicode(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// `app -- "workspace" "id"`, quoted as C programs of Windows read it.
fn arguments(workspace: &str, id: &AppId) -> String {
    let mut line = String::from("app --");
    for word in [workspace, &id.0] {
        line.push_str(" \"");
        let mut backslashes = 0;
        for letter in word.chars() {
            // They only have a meaning in front of a quote.
            if letter == '"' {
                line.push_str(&"\\".repeat(backslashes + 1));
            }
            backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
            line.push(letter);
        }
        line.push_str(&"\\".repeat(backslashes));
        line.push('"');
    }
    line
}

/// The workspace and the application that a shortcut was made for, if it is one of ours.
pub(super) fn made_for(link: &[u8]) -> Option<(String, AppId)> {
    let rest = link.strip_prefix(&HEADER_SIZE.to_le_bytes())?.strip_prefix(&CLASS)?;
    let flags = u32::from_le_bytes(*rest.first_chunk()?);
    let has = |flag| flags & flag != 0;
    let mut rest = link.get(HEADER_SIZE as usize..)?;
    if has(HAS_ITEM_IDS) {
        rest = rest.get(2 + usize::from(u16::from_le_bytes(*rest.first_chunk()?))..)?;
    }
    if has(HAS_LINK_INFO) {
        rest = rest.get(u32::from_le_bytes(*rest.first_chunk()?) as usize..)?;
    }
    let in_front = [HAS_NAME, HAS_RELATIVE_PATH, HAS_WORKING_FOLDER];
    for _ in in_front.into_iter().filter(|flag| has(*flag)) {
        rest = counted(rest, has(IS_UNICODE))?.1;
    }
    if !has(HAS_ARGUMENTS) || !has(IS_UNICODE) {
        return None;
    }
    let characters = counted(rest, true)?.0.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let said = String::from_utf16(&characters.collect::<Vec<_>>()).ok()?;
    let mut rest = said.strip_prefix("app --")?;
    let mut words = [String::new(), String::new()];
    for word in &mut words {
        rest = quoted(rest.strip_prefix(" \"")?, word)?;
    }
    let [workspace, id] = words;
    rest.is_empty().then_some((workspace, AppId(id)))
}

/// A text with its length in front, and what follows it.
fn counted(bytes: &[u8], is_unicode: bool) -> Option<(&[u8], &[u8])> {
    let len = usize::from(u16::from_le_bytes(*bytes.first_chunk()?));
    bytes.get(2..)?.split_at_checked(if is_unicode { 2 * len } else { len })
}

/// Reads a word up to its closing quote; the rest is returned.
fn quoted<'a>(text: &'a str, word: &mut String) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let after = rest.trim_start_matches('\\');
        let backslashes = rest.len() - after.len();
        let letter = after.chars().next()?;
        rest = &after[letter.len_utf8()..];
        let (kept, is_end) = if letter == '"' {
            (backslashes / 2, backslashes.is_multiple_of(2))
        } else {
            (backslashes, false)
        };
        word.push_str(&"\\".repeat(kept));
        if is_end {
            return Some(rest);
        }
        word.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROGRAM: &str = r"C:\Program Files\Microsoft Enterprise Desktop Virtualization\medv-host.exe";

    fn app(id: &str, comment: &str) -> App {
        App {
            id: AppId(id.to_owned()),
            name: "Word".to_owned(),
            comment: comment.to_owned(),
            folder: String::new(),
            icon: None,
        }
    }

    #[test]
    fn words_are_quoted_as_windows_reads_them() {
        let line = arguments("Windows XP", &AppId(r#"Dir\say "hi\"\"#.to_owned()));
        assert_eq!(line, r#"app -- "Windows XP" "Dir\say \"hi\\\"\\""#);
    }

    #[test]
    fn another_shortcut_is_not_ours() {
        let ours = bytes(PROGRAM, "XP", &app("Word.lnk", ""), None).unwrap();
        assert!(made_for(&ours).is_some());
        for len in 0..ours.len() - EXPANDABLE_SIZE as usize - 4 {
            assert_eq!(made_for(&ours[..len]), None, "{len}");
        }
        assert_eq!(made_for(b"not a shortcut"), None);
    }

    #[test]
    fn a_program_too_far_away_is_refused() {
        assert!(bytes(&"x".repeat(260), "XP", &app("Word.lnk", ""), None).is_err());
    }

    proptest! {
        #[test]
        fn what_a_shortcut_was_made_for_comes_back(id in ".*", workspace in "[^\"]{1,20}", comment in ".*") {
            let link = bytes(PROGRAM, &workspace, &app(&id, &comment), Some(r"C:\x.ico")).unwrap();
            prop_assert_eq!(made_for(&link), Some((workspace, AppId(id))));
        }

        #[test]
        fn no_bytes_do_harm(tail in proptest::collection::vec(any::<u8>(), 0..200), flags in any::<u32>()) {
            let mut link = HEADER_SIZE.to_le_bytes().to_vec();
            link.extend(CLASS);
            link.extend(flags.to_le_bytes());
            link.resize(HEADER_SIZE as usize, 0);
            link.extend(tail);
            let _ = made_for(&link);
        }
    }
}
