//! Languages and keyboards, as POSIX, the web and Windows name them.

use medv_protocol::RegionAnswer;

/// Language and keyboard of a host: a POSIX locale such as `de_DE.UTF-8`, and a layout of X such as `de`.
#[cfg(any(unix, test))]
pub(super) fn region(locale: Option<&str>, layout: Option<&str>) -> RegionAnswer {
    let windows_locale = locale.and_then(windows_locale);
    let keyboard = layout.map(str::to_owned);
    let lcid_of_locale = windows_locale.as_deref().and_then(lcid);
    let windows_keyboard = match (lcid_of_locale, layout.and_then(windows_layout)) {
        (Some(lcid), Some(layout)) => Some(format!("{lcid:04x}:{layout:08x}")),
        // A language's own keyboard has its number.
        (Some(lcid), None) => Some(format!("{lcid:04x}:{lcid:08x}")),
        (None, _) => None,
    };
    RegionAnswer { locale: locale.map(str::to_owned), windows_locale, keyboard, windows_keyboard }
}

/// Language and keyboard of a Windows host: a locale such as `de-DE`, and a layout such as `00000407`.
#[cfg(any(windows, test))]
pub(super) fn region_of_windows(windows_locale: Option<&str>, layout: Option<&str>) -> RegionAnswer {
    let lcid_of_locale = windows_locale.and_then(lcid);
    let number = layout.and_then(|layout| u32::from_str_radix(layout, 16).ok());
    let keyboard = KEYBOARDS.iter().find(|row| Some(row.1) == number).map(|row| row.0.to_owned());
    RegionAnswer {
        locale: windows_locale.map(|name| format!("{}.UTF-8", name.replace('-', "_"))),
        windows_locale: windows_locale.map(str::to_owned),
        keyboard,
        windows_keyboard: lcid_of_locale.zip(number).map(|(lcid, layout)| format!("{lcid:04x}:{layout:08x}")),
    }
}

/// `de-DE` for `de_DE.UTF-8`; `None` for a locale that is no language, such as `C.UTF-8`.
#[cfg(any(unix, test))]
fn windows_locale(posix: &str) -> Option<String> {
    let name = posix.split(['.', '@']).next()?.replace('_', "-");
    lcid(&name).map(|_| name)
}

/// Windows' number of a language: 0x0407 for `de-DE`.
pub fn lcid(windows_locale: &str) -> Option<u16> {
    LANGUAGES.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(windows_locale)).map(|row| row.1)
}

/// The code page that a Windows of this language keeps texts in.
pub fn code_page(lcid: u16) -> Option<u16> {
    LANGUAGES.iter().find(|row| row.1 == lcid).map(|row| row.2)
}

#[cfg(any(unix, test))]
fn windows_layout(layout: &str) -> Option<u32> {
    KEYBOARDS.iter().find(|(name, _)| *name == layout).map(|row| row.1)
}

/// Language, number, code page.
#[rustfmt::skip]
const LANGUAGES: &[(&str, u16, u16)] = &[
    ("af-ZA", 0x0436, 1252), ("ar-AE", 0x3801, 1256), ("ar-EG", 0x0c01, 1256), ("ar-SA", 0x0401, 1256),
    ("be-BY", 0x0423, 1251), ("bg-BG", 0x0402, 1251), ("ca-ES", 0x0403, 1252), ("cs-CZ", 0x0405, 1250),
    ("cy-GB", 0x0452, 1252), ("da-DK", 0x0406, 1252), ("de-AT", 0x0c07, 1252), ("de-CH", 0x0807, 1252),
    ("de-DE", 0x0407, 1252), ("de-LI", 0x1407, 1252), ("de-LU", 0x1007, 1252), ("el-GR", 0x0408, 1253),
    ("en-AU", 0x0c09, 1252), ("en-CA", 0x1009, 1252), ("en-GB", 0x0809, 1252), ("en-IE", 0x1809, 1252),
    ("en-IN", 0x4009, 1252), ("en-NZ", 0x1409, 1252), ("en-PH", 0x3409, 1252), ("en-SG", 0x4809, 1252),
    ("en-US", 0x0409, 1252), ("en-ZA", 0x1c09, 1252), ("es-AR", 0x2c0a, 1252), ("es-CL", 0x340a, 1252),
    ("es-CO", 0x240a, 1252), ("es-ES", 0x0c0a, 1252), ("es-MX", 0x080a, 1252), ("es-PE", 0x280a, 1252),
    ("es-VE", 0x200a, 1252), ("et-EE", 0x0425, 1257), ("eu-ES", 0x042d, 1252), ("fa-IR", 0x0429, 1256),
    ("fi-FI", 0x040b, 1252), ("fr-BE", 0x080c, 1252), ("fr-CA", 0x0c0c, 1252), ("fr-CH", 0x100c, 1252),
    ("fr-FR", 0x040c, 1252), ("fr-LU", 0x140c, 1252), ("gl-ES", 0x0456, 1252), ("he-IL", 0x040d, 1255),
    ("hr-HR", 0x041a, 1250), ("hu-HU", 0x040e, 1250), ("id-ID", 0x0421, 1252), ("is-IS", 0x040f, 1252),
    ("it-CH", 0x0810, 1252), ("it-IT", 0x0410, 1252), ("ja-JP", 0x0411, 932), ("kk-KZ", 0x043f, 1251),
    ("ko-KR", 0x0412, 949), ("lt-LT", 0x0427, 1257), ("lv-LV", 0x0426, 1257), ("mk-MK", 0x042f, 1251),
    ("ms-MY", 0x043e, 1252), ("nb-NO", 0x0414, 1252), ("nl-BE", 0x0813, 1252), ("nl-NL", 0x0413, 1252),
    ("nn-NO", 0x0814, 1252), ("pl-PL", 0x0415, 1250), ("pt-BR", 0x0416, 1252), ("pt-PT", 0x0816, 1252),
    ("ro-RO", 0x0418, 1250), ("ru-RU", 0x0419, 1251), ("sk-SK", 0x041b, 1250), ("sl-SI", 0x0424, 1250),
    ("sq-AL", 0x041c, 1250), ("sv-FI", 0x081d, 1252), ("sv-SE", 0x041d, 1252), ("th-TH", 0x041e, 874),
    ("tr-TR", 0x041f, 1254), ("uk-UA", 0x0422, 1251), ("ur-PK", 0x0420, 1256), ("vi-VN", 0x042a, 1258),
    ("zh-CN", 0x0804, 936), ("zh-HK", 0x0c04, 950), ("zh-SG", 0x1004, 936), ("zh-TW", 0x0404, 950),
];

/// Layout of X, layout of Windows.
#[rustfmt::skip]
const KEYBOARDS: &[(&str, u32)] = &[
    ("be", 0x080c), ("bg", 0x0402), ("br", 0x0416), ("by", 0x0423), ("ca", 0x1009), ("ch", 0x0807),
    ("cz", 0x0405), ("de", 0x0407), ("dk", 0x0406), ("ee", 0x0425), ("es", 0x040a), ("fi", 0x040b),
    ("fr", 0x040c), ("gb", 0x0809), ("gr", 0x0408), ("hr", 0x041a), ("hu", 0x040e), ("il", 0x040d),
    ("is", 0x040f), ("it", 0x0410), ("jp", 0x0411), ("kr", 0x0412), ("latam", 0x080a), ("lt", 0x0427),
    ("lv", 0x0426), ("nl", 0x0413), ("no", 0x0414), ("pl", 0x0415), ("pt", 0x0816), ("ro", 0x0418),
    ("ru", 0x0419), ("se", 0x041d), ("si", 0x0424), ("sk", 0x041b), ("th", 0x041e), ("tr", 0x041f),
    ("ua", 0x0422), ("us", 0x0409), ("vn", 0x042a),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posix_locale_and_a_layout_have_windows_names() {
        let german = region(Some("de_CH.UTF-8"), Some("us"));
        assert_eq!(german.windows_locale.as_deref(), Some("de-CH"));
        assert_eq!(german.windows_keyboard.as_deref(), Some("0807:00000409"));
        let euro = region(Some("fr_FR@euro"), None);
        assert_eq!(euro.windows_keyboard.as_deref(), Some("040c:0000040c"));
        let none = region(Some("C.UTF-8"), Some("de"));
        assert_eq!((none.windows_locale, none.windows_keyboard), (None, None));
    }

    #[test]
    fn a_windows_locale_and_a_layout_have_posix_names() {
        let swiss = region_of_windows(Some("de-CH"), Some("00000409"));
        assert_eq!(swiss, region(Some("de_CH.UTF-8"), Some("us")));
    }

    #[test]
    fn every_language_has_a_number_of_its_own() {
        let numbers: std::collections::HashSet<u16> = LANGUAGES.iter().map(|row| row.1).collect();
        assert_eq!(numbers.len(), LANGUAGES.len());
        assert_eq!(code_page(0x0411), Some(932));
    }
}
