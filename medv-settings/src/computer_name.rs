//! The mask that guests get their computer names from: `XP-%username%[4]##*`.
//!
//! | in the mask | becomes |
//! | --- | --- |
//! | `%hostname%`, `%username%` | the name of the host's computer, of its user |
//! | `%hostname%[n]` | its first n characters |
//! | `#` | one random digit |
//! | `*`, at the end | random letters and digits, up to 15 characters in all |
//! | anything else | itself: letters, digits and `! @ $ ^ & ( ) - _ ' { } . ~` |

use std::fmt;
use std::iter;

/// Longest computer name in characters: what Windows networks allow.
pub const MAX_LEN: usize = 15;

/// What may stand in a computer's name beside letters and digits.
const SYMBOLS: &str = "!@$^&()-_'{}.~";

const DIGITS: &str = "0123456789";
const FILL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A mask that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Tag { tag: Tag, first: Option<usize> },
    Digit,
    Fill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Host,
    User,
}

/// What is wrong with a mask, or with the name that it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameError {
    /// The mask is empty.
    Empty,
    /// This character cannot stand in a computer's name.
    Character(char),
    /// A `%` that does not belong to a tag.
    Percent,
    /// A `[` that is not followed by a number from 1 to 15 and `]`.
    Count,
    /// A `*` that is not the last character.
    Star,
    /// So many characters are fixed, which is more than 15.
    Long(usize),
    /// Windows takes no name of digits alone.
    Digits,
    /// Nothing was left of the names that the mask asks for.
    Nothing,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the mask is empty; for example MEDV*"),
            Self::Character(found) => {
                write!(f, "`{found}` cannot stand in a computer's name; letters, digits and {SYMBOLS} can")
            }
            Self::Percent => f.write_str("`%` stands only in %hostname% and %username%"),
            Self::Count => {
                f.write_str("after `[` a number from 1 to 15 and `]` are expected, as in %hostname%[5]")
            }
            Self::Star => f.write_str("`*` can only be the last character of a mask"),
            Self::Long(found) => {
                write!(f, "{found} characters are fixed, and a computer's name has at most {MAX_LEN}")
            }
            Self::Digits => f.write_str("a computer's name cannot be digits alone; add a letter"),
            Self::Nothing => f.write_str(
                "none of the characters of the host's or user's name can stand in a computer's name; add some text",
            ),
        }
    }
}

impl std::error::Error for NameError {}

/// `true` for what a computer's name may be made of. `#` and `%` could be as well, but mean something else in a mask.
pub fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || SYMBOLS.contains(character)
}

impl Mask {
    /// Reads a mask.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(mask: &str) -> Result<Self, NameError> {
        let mut parts = Vec::new();
        let mut rest = mask;
        while let Some(next) = rest.chars().next() {
            let after = &rest[next.len_utf8()..];
            rest = match next {
                '%' => {
                    let (tag, after) = tag(after).ok_or(NameError::Percent)?;
                    let (first, after) = count(after)?;
                    parts.push(Part::Tag { tag, first });
                    after
                }
                '#' => {
                    parts.push(Part::Digit);
                    after
                }
                '*' if after.is_empty() => {
                    parts.push(Part::Fill);
                    after
                }
                '*' => return Err(NameError::Star),
                '[' => return Err(NameError::Count),
                _ if !is_name_character(next) => return Err(NameError::Character(next)),
                _ => {
                    match parts.last_mut() {
                        Some(Part::Text(text)) => text.push(next),
                        _ => parts.push(Part::Text(next.into())),
                    }
                    after
                }
            };
        }
        let mask = Self { parts };
        match mask.parts.is_empty() {
            true => Err(NameError::Empty),
            false if mask.fixed_len() > MAX_LEN => Err(NameError::Long(mask.fixed_len())),
            false if mask.is_digits() => Err(NameError::Digits),
            false => Ok(mask),
        }
    }

    /// The computer name for a host and a user. `pick(n)` gives a random number below n.
    ///
    /// What cannot stand in a computer's name is left out of the host's and the user's. The name is cut at 15 characters; what is
    /// fixed is kept, and the tags are cut instead.
    ///
    /// # Errors
    /// [`NameError::Nothing`] and [`NameError::Digits`]: the mask has too little text of its own for this host and user.
    pub fn name(
        &self,
        host: &str,
        user: &str,
        mut pick: impl FnMut(usize) -> usize,
    ) -> Result<String, NameError> {
        let mut name = String::new();
        let mut room = MAX_LEN.saturating_sub(self.fixed_len());
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Digit => name.push(one_of(DIGITS, &mut pick)),
                Part::Tag { tag, first } => {
                    let source = match tag {
                        Tag::Host => host,
                        Tag::User => user,
                    };
                    let usable = source.chars().filter(|character| is_name_character(*character));
                    let before = name.len();
                    name.extend(usable.take(first.unwrap_or(MAX_LEN).min(room)));
                    room = room.saturating_sub(name.len().saturating_sub(before));
                }
                Part::Fill => {
                    let missing = MAX_LEN.saturating_sub(name.len());
                    name.extend(iter::repeat_with(|| one_of(FILL, &mut pick)).take(missing));
                }
            }
        }
        match name.is_empty() {
            true => Err(NameError::Nothing),
            false if name.bytes().all(|byte| byte.is_ascii_digit()) => Err(NameError::Digits),
            false => Ok(name),
        }
    }

    /// `true` if two machines of different users, or with different names, hardly ever get the same name: there is
    /// something random in it, or both the host's and the user's name.
    pub fn tells_machines_apart(&self) -> bool {
        let has = |wanted: Tag| {
            self.parts.iter().any(|part| matches!(part, Part::Tag { tag, first: None } if *tag == wanted))
        };
        let digits = self.parts.iter().filter(|part| **part == Part::Digit).count();
        digits >= 4 || self.parts.contains(&Part::Fill) || (has(Tag::Host) && has(Tag::User))
    }

    /// Characters that are there whatever host and user are called.
    fn fixed_len(&self) -> usize {
        let len = |part: &Part| match part {
            Part::Text(text) => text.len(),
            Part::Digit => 1,
            Part::Tag { .. } | Part::Fill => 0,
        };
        self.parts.iter().map(len).sum()
    }

    fn is_digits(&self) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Text(text) => text.bytes().all(|byte| byte.is_ascii_digit()),
            Part::Digit => true,
            Part::Tag { .. } | Part::Fill => false,
        })
    }
}

fn one_of(characters: &str, pick: &mut impl FnMut(usize) -> usize) -> char {
    let nth = pick(characters.len());
    characters.chars().nth(nth).unwrap_or('0')
}

/// The tag whose opening `%` was read, and what follows it.
fn tag(text: &str) -> Option<(Tag, &str)> {
    let (name, rest) = text.split_once('%')?;
    match name.to_ascii_lowercase().as_str() {
        "hostname" => Some((Tag::Host, rest)),
        "username" => Some((Tag::User, rest)),
        _ => None,
    }
}

/// The `[n]` at the start of `text`, if there is one, and what follows it.
fn count(text: &str) -> Result<(Option<usize>, &str), NameError> {
    let Some(inside) = text.strip_prefix('[') else { return Ok((None, text)) };
    let (number, rest) = inside.split_once(']').ok_or(NameError::Count)?;
    match number.parse() {
        Ok(first) if (1..=MAX_LEN).contains(&first) && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((Some(first), rest))
        }
        _ => Err(NameError::Count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(mask: &str, host: &str, user: &str) -> String {
        Mask::parse(mask).unwrap().name(host, user, |_| 1).unwrap()
    }

    #[test]
    fn masks_give_names() {
        assert_eq!(name("MEDV*", "desk-17", "anna"), "MEDVBBBBBBBBBBB");
        assert_eq!(name("XP-%username%[2]%HostName%", "desk-17", "anna"), "XP-andesk-17");
        assert_eq!(name("%hostname%[5]##", "desk-17", "anna"), "desk-11");
        assert_eq!(name("%hostname%-XP", "a-very-long-host-name", "anna"), "a-very-long--XP");
        assert_eq!(name("%username%%hostname%-1", "desk", "müller"), "mllerdesk-1");
    }

    #[test]
    fn wrong_masks_are_refused() {
        let refused = [
            ("", NameError::Empty),
            ("A B", NameError::Character(' ')),
            ("Ä", NameError::Character('Ä')),
            ("100%", NameError::Percent),
            ("%domain%", NameError::Percent),
            ("%hostname%[]", NameError::Count),
            ("%hostname%[0]", NameError::Count),
            ("%hostname%[16]", NameError::Count),
            ("%hostname%[+5]", NameError::Count),
            ("%hostname%[5", NameError::Count),
            ("A[5]", NameError::Count),
            ("A*B", NameError::Star),
            ("ABCDEFGHIJKLMNO#", NameError::Long(16)),
            ("12##", NameError::Digits),
        ];
        for (mask, why) in refused {
            assert_eq!(Mask::parse(mask), Err(why), "{mask}");
        }
    }

    #[test]
    fn a_name_of_nothing_or_of_digits_is_refused() {
        let mask = Mask::parse("%username%").unwrap();
        assert_eq!(mask.name("desk", "иван", |_| 0), Err(NameError::Nothing));
        assert_eq!(mask.name("desk", "4711", |_| 0), Err(NameError::Digits));
    }

    #[test]
    fn what_tells_machines_apart() {
        for mask in ["MEDV*", "A####", "%hostname%%username%"] {
            assert!(Mask::parse(mask).unwrap().tells_machines_apart(), "{mask}");
        }
        for mask in ["MEDV", "A###", "%username%", "%hostname%[3]%username%[3]"] {
            assert!(!Mask::parse(mask).unwrap().tells_machines_apart(), "{mask}");
        }
    }

    fn any_mask() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[A-Za-z0-9!@$^&()_'{}.~-]{1,6}",
            Just("#".to_owned()),
            Just("%hostname%".to_owned()),
            Just("%username%".to_owned()),
            (1_u32..=15).prop_map(|n| format!("%hostname%[{n}]")),
            (1_u32..=15).prop_map(|n| format!("%USERNAME%[{n}]")),
        ];
        (prop::collection::vec(piece, 0..6), any::<bool>())
            .prop_map(|(pieces, fill)| pieces.concat() + if fill { "*" } else { "" })
    }

    proptest! {
        #[test]
        fn names_are_computer_names(mask in any_mask(), host in ".*", user in ".*", seed: usize) {
            if let Ok(mask) = Mask::parse(&mask)
                && let Ok(name) = mask.name(&host, &user, |n| seed % n)
            {
                prop_assert!((1..=MAX_LEN).contains(&name.chars().count()), "{name}");
                prop_assert!(name.chars().all(is_name_character), "{name}");
                prop_assert!(!name.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
            }
        }

        #[test]
        fn a_fill_makes_names_full(host in "[a-z]{1,20}", user in "[a-z]{1,20}", seed: usize) {
            let mask = Mask::parse("PC%username%[3]*").unwrap();
            prop_assert_eq!(mask.name(&host, &user, |n| seed % n).unwrap().len(), MAX_LEN);
        }

        #[test]
        fn a_tag_gives_as_many_characters_as_it_says(n in 1_usize..=13, host in "[a-z]{15}") {
            let mask = Mask::parse(&format!("X%hostname%[{n}]Y")).unwrap();
            prop_assert_eq!(mask.name(&host, "", |_| 0).unwrap(), format!("X{}Y", &host[..n]));
        }

        #[test]
        fn any_text_is_a_mask_or_refused(mask in ".*") {
            let _ = Mask::parse(&mask);
        }
    }
}
