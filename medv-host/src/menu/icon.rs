//! Pictures of the guest's applications: what they are is seen from their bytes, and what is no picture is dropped.

use medv_protocol::{Icon, from_base64};

/// Largest side of a picture, in pixels.
const MAX_SIDE: u32 = 1024;

const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
/// Reserved, then the kind "icon", in two bytes each.
const ICO: &[u8] = &[0, 0, 1, 0];
const ICO_HEADER: usize = 6;
const ICO_ENTRY: usize = 16;

/// A picture that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Picture {
    /// A PNG file, and the longer of its sides in pixels.
    Png(Vec<u8>, u32),
    /// An SVG file that draws, and does nothing else.
    Svg(Vec<u8>),
    /// A Windows icon.
    Ico(Vec<u8>),
}

/// Looks at a picture.
///
/// # Errors
/// Why it is none that we show.
pub(super) fn open(icon: &Icon) -> Result<Picture, &'static str> {
    let bytes = from_base64(&icon.base64).map_err(|_| "the picture is too long, or not in base64")?;
    if bytes.starts_with(PNG) {
        let side = png_side(&bytes).ok_or("the picture is a damaged PNG file, or too large")?;
        return Ok(Picture::Png(bytes, side));
    }
    if bytes.starts_with(ICO) {
        return match ico_images(&bytes) {
            Some(images) if !images.is_empty() => Ok(Picture::Ico(bytes)),
            _ => Err("the picture is a damaged icon file"),
        };
    }
    match str::from_utf8(&bytes) {
        Ok(text) if is_svg(text) => {
            if only_draws(text) {
                Ok(Picture::Svg(bytes))
            } else {
                Err("the picture has scripts or references")
            }
        }
        _ => Err("the picture is neither PNG nor SVG nor an icon file"),
    }
}

/// The longer side, from the first chunk, which must be the header.
fn png_side(bytes: &[u8]) -> Option<u32> {
    let chunk = bytes.strip_prefix(PNG)?.strip_prefix(b"\0\0\0\x0DIHDR")?;
    let (width, rest) = chunk.split_first_chunk()?;
    let (width, height) = (u32::from_be_bytes(*width), u32::from_be_bytes(*rest.first_chunk()?));
    let is_fine = |side| (1..=MAX_SIDE).contains(&side);
    (is_fine(width) && is_fine(height)).then(|| width.max(height))
}

/// The images in an icon file; none if its directory points outside.
fn ico_images(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let count = usize::from(u16::from_le_bytes(*bytes.get(4..)?.first_chunk()?));
    let directory = bytes.get(ICO_HEADER..)?.get(..count * ICO_ENTRY)?;
    let image = |entry: &[u8; ICO_ENTRY]| {
        let number = |at: usize| Some(u32::from_le_bytes(*entry.get(at..)?.first_chunk()?) as usize);
        bytes.get(number(12)?..)?.get(..number(8)?)
    };
    directory.as_chunks().0.iter().map(image).collect()
}

/// The largest PNG file in an icon file, if it has any, and its longer side.
pub(super) fn png_of_ico(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let sized = |image| Some((image, png_side(image)?));
    ico_images(bytes)?.into_iter().filter_map(sized).max_by_key(|(_, side)| *side)
}

/// An icon file with one PNG file in it, as Windows Vista and later read it; none if it is larger than such a file says.
pub(super) fn ico_of_png(png: &[u8], side: u32) -> Option<Vec<u8>> {
    if side > 256 {
        return None;
    }
    // 0 says 256.
    let side = side as u8;
    let (planes, bits) = (1_u16, 32_u16);
    let mut ico = ICO.to_vec();
    ico.extend(1_u16.to_le_bytes());
    ico.extend([side, side, 0, 0]);
    ico.extend([planes, bits].into_iter().flat_map(u16::to_le_bytes));
    ico.extend((png.len() as u32).to_le_bytes());
    ico.extend(((ICO_HEADER + ICO_ENTRY) as u32).to_le_bytes());
    ico.extend(png);
    Some(ico)
}

fn is_svg(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))
}

/// Whether it has nothing that could reach out of it: no scripts, handlers, entities, stylesheets of others, nor references
/// but to its own parts.
fn only_draws(text: &str) -> bool {
    let text = text.to_lowercase();
    let has_refused =
        ["<!doctype", "<!entity", "<!element", "<script", ":script", "<foreignobject", "@import", "<?xml-"]
            .iter()
            .any(|refused| text.contains(refused));
    let is_own =
        |value: &str| value.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'', '(']).starts_with('#');
    let refers_to_own = ["href", "url("].iter().all(|word| text.split(word).skip(1).all(is_own));
    // `onload =` and all its like.
    let has_handler = text.match_indices('=').any(|(at, _)| {
        let name = text[..at].trim_end().rsplit(|letter: char| !letter.is_ascii_alphabetic()).next();
        name.is_some_and(|name| name.len() > 2 && name.starts_with("on"))
    });
    !has_refused && refers_to_own && !has_handler
}

#[cfg(test)]
mod tests {
    use medv_protocol::to_base64;

    use super::*;
    use medv_protocol::IconFormat;

    fn opened(bytes: &[u8]) -> Result<Picture, &'static str> {
        open(&Icon { format: IconFormat::Png, base64: to_base64(bytes) })
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [PNG, b"\0\0\0\x0DIHDR", &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat()
    }

    #[test]
    fn a_picture_is_what_its_bytes_are() {
        assert_eq!(opened(&png(48, 32)), Ok(Picture::Png(png(48, 32), 48)));
        let svg = br##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/><path fill="url('#b')"/></svg>"##;
        assert_eq!(opened(svg), Ok(Picture::Svg(svg.to_vec())));
        let ico = ico_of_png(&png(256, 256), 256).unwrap();
        assert_eq!(opened(&ico), Ok(Picture::Ico(ico.clone())));
        assert_eq!(png_of_ico(&ico), Some((png(256, 256).as_slice(), 256)));
        assert_eq!(ico.len(), 22 + png(256, 256).len());
    }

    #[test]
    fn what_is_no_picture_is_dropped() {
        for bytes in [
            b"".as_slice(),
            b"MZ",
            PNG,
            &png(0, 1),
            &png(1, 100_000),
            &png(1, 1)[..20],
            &[0, 0, 1, 0, 255, 255],
        ] {
            assert!(opened(bytes).is_err(), "{bytes:?}");
        }
        // An image outside of the file.
        let mut ico = ico_of_png(&png(16, 16), 16).unwrap();
        ico[18] = 200;
        assert!(opened(&ico).is_err());
        assert!(open(&Icon { format: IconFormat::Png, base64: "?".to_owned() }).is_err());
        assert!(open(&Icon { format: IconFormat::Png, base64: "A".repeat(1 << 20) }).is_err());
    }

    #[test]
    fn a_drawing_that_does_more_than_draw_is_dropped() {
        let inside = [
            "<script>x</script>",
            "<svg:script/>",
            "<rect onload=\"x\"/>",
            "<rect onclick\n= 'x'/>",
            "<rect id='a'onclick='x'/>",
            "<image href=\"http://example.org/x.png\"/>",
            "<image xlink:href = 'file:///etc/passwd'/>",
            "<a href=\"&#106;avascript:x\"/>",
            "<rect fill=\"url(http://example.org/#a)\"/>",
            "<style>@import 'x.css';</style>",
            "<foreignObject/>",
        ];
        for inside in inside {
            assert!(opened(format!("<svg>{inside}</svg>").as_bytes()).is_err(), "{inside}");
        }
        assert!(opened(b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>").is_err());
        assert!(opened(b"<?xml version='1.0'?><?xml-stylesheet href='x'?><svg/>").is_err());
    }
}
