//! Patterns for the names of guests: `%hostname%[8]-###`, `MEDV*`.

/// The most characters of a computer's name.
const MOST: u32 = 15;

/// Whether it is a pattern for computer names that can come to at most 15 characters.
///
/// `%hostname%` and `%username%` stand for these, with `[n]` behind them for their first n characters; `#` stands for a
/// digit, and `*`, at the end only, for any characters up to the fifteenth. Everything else stands for itself; so `#`, `%`
/// and `*` themselves cannot be in a name.
pub fn is_computer_name_mask(mask: &str) -> bool {
    let fixed = mask.strip_suffix('*').unwrap_or(mask);
    let mut rest = fixed;
    let mut sure: u32 = 0;
    while let Some(letter) = rest.chars().next() {
        rest = match letter {
            '%' => match after_tag(rest) {
                Some(rest) => rest,
                None => return false,
            },
            letter if letter == '#' || is_literal(letter) => {
                sure = sure.saturating_add(1);
                letter_by_letter(rest)
            }
            _ => return false,
        };
    }
    !mask.is_empty() && sure <= MOST
}

fn letter_by_letter(rest: &str) -> &str {
    let mut letters = rest.chars();
    letters.next();
    letters.as_str()
}

/// What follows `%hostname%[n]`.
fn after_tag(text: &str) -> Option<&str> {
    let (tag, rest) = text.strip_prefix('%')?.split_once('%')?;
    let is_known = ["hostname", "username"].iter().any(|known| known.eq_ignore_ascii_case(tag));
    let rest = match rest.strip_prefix('[') {
        None => rest,
        Some(count) => {
            let (count, rest) = count.split_once(']')?;
            let is_count = count.bytes().all(|byte| byte.is_ascii_digit())
                && count.parse::<u32>().is_ok_and(|count| (1..=MOST).contains(&count));
            is_count.then_some(rest)?
        }
    };
    is_known.then_some(rest)
}

fn is_literal(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!@$^&()-_'{}.~".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_made_of_tags_digits_and_literals() {
        for mask in [
            "MEDV*",
            "*",
            "MEDV",
            "%hostname%",
            "%HostName%[8]-%username%[3]",
            "PC-####*",
            "a!@$^&()-_'{}.~",
            "%username%[15]###############",
        ] {
            assert!(is_computer_name_mask(mask), "{mask}");
        }
        for mask in [
            "",
            "ME*DV",
            "**",
            "%hostname",
            "%host%",
            "%%",
            "%hostname%[0]",
            "%hostname%[16]",
            "%hostname%[]",
            "%hostname%[+1]",
            "%hostname%[3",
            "PC 1",
            "[3]",
            "ü",
            "0123456789abcdef",
            "###############-*",
        ] {
            assert!(!is_computer_name_mask(mask), "{mask}");
        }
    }
}
