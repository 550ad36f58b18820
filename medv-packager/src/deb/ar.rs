//! `ar` archives (`ar(5)`, as `deb(5)` wants them): members one after the other, each with a header of 60 characters.

use std::io::{self, Write};

/// Largest member: its length has ten digits.
const MOST: u64 = 9_999_999_999;

pub(super) struct Writer<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> io::Result<Self> {
        out.write_all(b"!<arch>\n")?;
        Ok(Self { out })
    }

    /// Begins a member of `len` bytes, which are to be written to what this returns.
    pub(super) fn member(&mut self, name: &str, len: u64) -> io::Result<&mut dyn Write> {
        if len > MOST {
            let message = format!("a Debian package holds at most {MOST} bytes, and this would be {len}");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let time = super::TIME;
        writeln!(self.out, "{name:<16}{time:<12}{:<6}{:<6}{:<8}{len:<10}`", 0, 0, "100644")?;
        Ok(self.out)
    }

    /// Ends a member of `len` bytes.
    pub(super) fn end(&mut self, len: u64) -> io::Result<()> {
        if len % 2 == 1 { self.out.write_all(b"\n") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_begin_at_even_places() {
        let mut bytes = Vec::new();
        let mut archive = Writer::new(&mut bytes).unwrap();
        archive.member("odd", 3).unwrap().write_all(b"abc").unwrap();
        archive.end(3).unwrap();
        archive.member("even", 2).unwrap().write_all(b"de").unwrap();
        archive.end(2).unwrap();
        assert_eq!(bytes.len(), 8 + 60 + 4 + 60 + 2);
        assert_eq!(&bytes[8..24], b"odd             ");
        assert_eq!(&bytes[66..73], b"`\nabc\ne");
    }

    #[test]
    fn a_length_of_eleven_digits_is_refused() {
        let mut bytes = Vec::new();
        assert!(Writer::new(&mut bytes).unwrap().member("data.tar", MOST + 1).is_err());
    }
}
