//! Names of eight letters, a full stop and three, which the tables want beside long ones.

use std::collections::BTreeSet;

/// The short names that a folder has.
#[derive(Default)]
pub(super) struct ShortNames(BTreeSet<String>);

impl ShortNames {
    /// A name as the tables have it: `SHORT|Long`, or just the name if it is short.
    pub(super) fn name(&mut self, long: &str) -> String {
        let upper = long.to_ascii_uppercase();
        if is_short(&upper) && self.0.insert(upper) {
            return long.to_owned();
        }
        let (stem, extension) = long.rsplit_once('.').unwrap_or((long, ""));
        let letters = |text: &str, most| -> String {
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .take(most)
                .collect::<String>()
                .to_ascii_uppercase()
        };
        let (stem, extension) = (letters(stem, 4), letters(extension, 3));
        let dot = if extension.is_empty() { "" } else { "." };
        // A folder of a package has a handful of files; each takes one number at most.
        let free = (1..=self.0.len() + 1)
            .map(|number| format!("{stem}~{number}{dot}{extension}"))
            .find(|short| !self.0.contains(short));
        let short = free.unwrap_or_default();
        let name = format!("{short}|{long}");
        self.0.insert(short);
        name
    }
}

fn is_short(name: &str) -> bool {
    let plain = |part: &str, most| {
        (1..=most).contains(&part.len())
            && part.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"_-".contains(&letter))
    };
    match name.split_once('.') {
        Some((stem, extension)) => plain(stem, 8) && plain(extension, 3),
        None => plain(name, 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_left_alone() {
        let mut names = ShortNames::default();
        assert_eq!(names.name("medv.exe"), "medv.exe");
        assert_eq!(names.name("programs"), "programs");
    }

    #[test]
    fn long_names_get_short_ones_that_nothing_else_has() {
        let mut names = ShortNames::default();
        assert_eq!(names.name("uninstall.exe"), "UNIN~1.EXE|uninstall.exe");
        assert_eq!(names.name("uninteresting.exe"), "UNIN~2.EXE|uninteresting.exe");
        assert_eq!(names.name("Microsoft"), "MICR~1|Microsoft");
        assert_eq!(names.name("Größe.vhd"), "GRE~1.VHD|Größe.vhd");
        assert_eq!(names.name("日本"), "~1|日本");
    }

    #[test]
    fn two_names_that_differ_in_case_only_do_not_share_a_short_one() {
        let mut names = ShortNames::default();
        names.name("medv.exe");
        assert_eq!(names.name("MEDV.EXE"), "MEDV~1.EXE|MEDV.EXE");
    }
}
