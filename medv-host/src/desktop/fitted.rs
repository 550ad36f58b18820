//! Texts that are no longer than the platform takes.

use std::borrow::Cow;

use crate::event::{Event, EventId, EventLog};

/// `text` in at most `most` UTF-16 units, which is how Windows counts; what must be cut ends in `…`, and that is noted.
pub(crate) fn fitted<'a>(text: &'a str, most: usize, log: &dyn EventLog) -> Cow<'a, str> {
    if text.encode_utf16().count() <= most {
        return Cow::Borrowed(text);
    }
    log.note(&Event::numbered(EventId::StatusTruncated, format_args!("{text:?}")));
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units < most
    };
    Cow::Owned(text.chars().take_while(fits).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Noted(Mutex<Vec<Event>>);

    impl EventLog for Noted {
        fn note(&self, event: &Event) {
            self.0.lock().unwrap().push(event.clone());
        }
    }

    #[test]
    fn what_fits_is_left_alone() {
        let noted = Noted::default();
        assert_eq!(fitted("12345", 5, &noted), "12345");
        assert!(noted.0.lock().unwrap().is_empty());
    }

    #[test]
    fn what_is_too_long_is_cut_between_letters_and_noted_whole() {
        let noted = Noted::default();
        assert_eq!(fitted("12🙂456", 5, &noted), "12🙂…");
        assert_eq!(fitted("123🙂56", 5, &noted), "123…");
        let noted = noted.0.lock().unwrap();
        assert_eq!(noted[0].id, Some(EventId::StatusTruncated));
        assert!(noted[0].text.contains("12🙂456"));
    }
}
