//! What a shortcut leads to, as far as it is needed here: the path in its link information (MS-SHLLINK 2.3).

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
