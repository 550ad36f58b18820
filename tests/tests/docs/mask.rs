//! What may differ between the output that a document shows and the one that the command prints today.
//!
//! - A number with its unit, a digest and a UUID are all the same, and so is any number of spaces.
//! - A line with nothing but `…` stands for any lines, or none.
//! - Lines about progress are left out, of which there are as many as the machine is slow.

const UNITS: [&str; 14] =
    ["%", "B", "B/s", "GiB", "GiB/s", "KiB", "KiB/s", "MiB", "MiB/s", "bytes", "h", "min", "ms", "s"];

/// Whether `printed` is what `shown` says.
pub(crate) fn same(shown: &[String], printed: &[String]) -> bool {
    let mask = |lines: &[String]| -> Vec<String> { trimmed(lines).iter().map(|line| masked(line)).collect() };
    matches(&mask(shown), &mask(printed))
}

/// Without progress, and without empty lines at either end.
pub(crate) fn tidied(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !is_progress(line)).map(|line| line.trim_end().to_owned());
    trimmed(&lines.collect::<Vec<_>>()).to_vec()
}

fn trimmed(lines: &[String]) -> &[String] {
    let is_there = |line: &String| !line.is_empty();
    let start = lines.iter().position(is_there).unwrap_or(lines.len());
    let end = lines.iter().rposition(is_there).map_or(start, |last| last + 1);
    &lines[start..end]
}

/// `25.0 %, 1 GiB of 4 GiB, …`
fn is_progress(line: &str) -> bool {
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    rest.len() < line.len() && rest.starts_with(" %, ")
}

fn matches(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..]))
        }
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| first == line && matches(rest, others))
        }
    }
}

fn masked(line: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let core = word.trim_end_matches(|letter: char| letter.is_ascii_punctuation() && letter != '%');
        let mut next =
            if UNITS.contains(&core) { format!("#{}", &word[core.len()..]) } else { masked_word(word) };
        // A number and its unit, or `1 min 12 s`, become one.
        if next.starts_with('#')
            && let Some(last) = words.pop_if(|last| last.ends_with('#'))
        {
            next = format!("{last}{}", &next[1..]);
        } else if UNITS.contains(&core) {
            word.clone_into(&mut next);
        }
        words.push(next);
    }
    words.join(" ")
}

fn masked_word(word: &str) -> String {
    let core = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    if core.len() >= 16 && core.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-') {
        return word.replace(core, "#");
    }
    if let Some(digits) = core.strip_prefix("0x")
        && digits.chars().all(|letter| letter.is_ascii_hexdigit())
    {
        return word.replace(core, "#");
    }
    let mut masked = String::new();
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let in_a_name = masked.chars().last().is_some_and(|last| last.is_ascii_alphanumeric());
        if !letter.is_ascii_digit() || in_a_name {
            masked.push(letter);
            continue;
        }
        masked.push('#');
        while let Some(next) = letters.peek().copied() {
            let mut behind = letters.clone().skip(1);
            let is_point = next == '.' && behind.next().is_some_and(|digit| digit.is_ascii_digit());
            if !next.is_ascii_digit() && !is_point {
                break;
            }
            letters.next();
        }
    }
    masked
}

#[test]
fn numbers_and_digests_are_all_the_same() {
    assert_eq!(masked("  time    1 min 12 s, 412.5 MiB/s"), "time #, #");
    assert_eq!(masked("  disk  256 MiB (268435456 bytes)"), "disk # (#)");
    assert_eq!(masked("FAT16 at 1 MiB, byte 512: v1.2"), "FAT16 at #, byte #: v1.#");
    assert_eq!(masked("digest 00ff00ff00ff00ff"), "digest #");
    assert_eq!(masked("found 0x44eecc0e, expected"), "found #, expected");
    assert_eq!(masked("sizes in bytes"), "sizes in bytes");
    assert_ne!(masked("3 frames"), masked("3 chunks"));
}

#[test]
fn dots_stand_for_lines() {
    let lines = |text: &str| tidied(text);
    assert!(same(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(same(&lines("a\n…"), &lines("12.0 %, 1 GiB of 4 GiB\na\n")));
    assert!(!same(&lines("a\n…\nd"), &lines("a\nb")));
    assert!(!same(&lines("a"), &lines("a\nb")));
}
