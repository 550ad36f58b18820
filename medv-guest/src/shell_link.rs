//! What a shortcut of Windows leads to, as far as it is needed here: the path in its link information (MS-SHLLINK 2.3).

/// The local path of the target; none if the shortcut names it in another way.
pub(crate) fn target(link: &[u8]) -> Option<String> {
    const HEADER: usize = 0x4C;
    const HAS_ID_LIST: u32 = 1;
    const HAS_LINK_INFO: u32 = 2;
    let flags = u32_at(link, 20)?;
    if u32_at(link, 0)? != 0x4C || flags & HAS_LINK_INFO == 0 {
        return None;
    }
    let id_list = if flags & HAS_ID_LIST == 0 { 0 } else { 2 + usize::from(u16_at(link, HEADER)?) };
    let info = link.get(HEADER.checked_add(id_list)?..)?;
    let info = info.get(..usize::try_from(u32_at(info, 0)?).ok()?)?;
    let is_local = u32_at(info, 8)? & 1 == 1;
    if !is_local {
        return None;
    }
    // Later versions have the path in UTF-16 too.
    if u32_at(info, 4)? >= 0x24 {
        let units = info.get(usize::try_from(u32_at(info, 28)?).ok()?..)?;
        let units = units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        return Some(char::decode_utf16(units.take_while(|unit| *unit != 0)).flatten().collect());
    }
    let bytes = info.get(usize::try_from(u32_at(info, 16)?).ok()?..)?;
    let path = bytes.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(path).into_owned())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::target;

    /// A shortcut with an id list of three bytes, and the path as the versions before Unicode have it.
    fn link(path: &str, is_local: u32) -> Vec<u8> {
        let mut link = vec![0; 0x4C];
        link[0] = 0x4C;
        link[20] = 3;
        link.extend([3, 0, 9, 9, 9]);
        let len = u32::try_from(0x1C + path.len() + 1).unwrap();
        for number in [len, 0x1C, is_local, 0, 0x1C, 0, 0] {
            link.extend(number.to_le_bytes());
        }
        link.extend(path.bytes());
        link.push(0);
        link
    }

    #[test]
    fn the_target_is_found_behind_the_id_list() {
        assert_eq!(target(&link(r"C:\a\b.exe", 1)).as_deref(), Some(r"C:\a\b.exe"));
    }

    #[test]
    fn what_is_cut_short_or_no_local_path_has_no_target() {
        assert_eq!(target(&link(r"C:\a.exe", 0)), None);
        let whole = link(r"C:\a.exe", 1);
        for len in 0..whole.len() {
            assert_eq!(target(&whole[..len]), None, "{len}");
        }
    }
}
