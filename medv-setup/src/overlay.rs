//! The `.msi` behind a component installer's own sections (spec/workspace-package.md, "Component installers").

/// What stands in front of the `.msi`, before its length.
const TAG: &[u8; 8] = b"MEDVMSI\0";
/// Bytes of the tag and of the length.
const HEAD: usize = 16;

/// The part of `program`, a Windows program, that is its `.msi`; `None` if it has none, or is no such program.
pub fn find(program: &[u8]) -> Option<&[u8]> {
    let behind = program.get(end_of_sections(program)?..)?;
    let rest = behind.strip_prefix(TAG)?;
    let (len, rest) = rest.split_first_chunk::<8>()?;
    rest.get(..usize::try_from(u64::from_le_bytes(*len)).ok()?)
}

/// A component installer: `program` (setup.exe) with `msi` behind it. `None` if `program` is no Windows program, or
/// has something behind it already, such as a signature.
pub fn append(program: &[u8], msi: &[u8]) -> Option<Vec<u8>> {
    if end_of_sections(program)? != program.len() {
        return None;
    }
    let mut whole = Vec::with_capacity(program.len() + HEAD + msi.len());
    whole.extend_from_slice(program);
    whole.extend_from_slice(TAG);
    whole.extend_from_slice(&(msi.len() as u64).to_le_bytes());
    whole.extend_from_slice(msi);
    Some(whole)
}

/// Where the last section's bytes end, as the headers say: what is behind belongs to no section.
fn end_of_sections(program: &[u8]) -> Option<usize> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(*program.get(at..)?.first_chunk()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(*program.get(at..)?.first_chunk()?) as usize);
    if !program.starts_with(b"MZ") {
        return None;
    }
    let headers = u32_at(0x3c)?;
    if !program.get(headers..)?.starts_with(b"PE\0\0") {
        return None;
    }
    let sections = usize::from(u16_at(headers + 6)?);
    let table = headers + 24 + usize::from(u16_at(headers + 20)?);
    let mut end = 0;
    for section in 0..sections {
        let entry = table + section * 40;
        end = end.max(u32_at(entry + 20)?.checked_add(u32_at(entry + 16)?)?);
    }
    Some(end).filter(|end| *end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest thing with sections: one of 16 bytes at 0x80.
    fn program() -> Vec<u8> {
        let mut bytes = vec![0; 0x90];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        bytes[0x46] = 1;
        bytes[0x58 + 16] = 0x10;
        bytes[0x58 + 20] = 0x80;
        bytes
    }

    #[test]
    fn what_was_appended_is_found() {
        let mut whole = append(&program(), b"an installer").unwrap();
        assert_eq!(find(&whole), Some(&b"an installer"[..]));
        // A signature follows.
        whole.extend_from_slice(&[7; 100]);
        assert_eq!(find(&whole), Some(&b"an installer"[..]));
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(find(&program()), None);
        assert_eq!(find(b"MZ"), None);
        assert_eq!(find(&[]), None);
        let whole = append(&program(), b"an installer").unwrap();
        assert_eq!(find(&whole[..whole.len() - 1]), None);
    }

    #[test]
    fn no_second_one_is_put_behind_the_first() {
        let whole = append(&program(), b"an installer").unwrap();
        assert_eq!(append(&whole, b"another"), None);
    }
}
