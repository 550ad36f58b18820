//! An application of the guest, as the host's menu needs it.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base64::from_base64;

/// Most applications of a guest.
pub const MAX_APPS: usize = 4096;

/// Most bytes of all icons of a guest, in base64.
pub const MAX_ICONS: usize = 16 << 20;

/// Most bytes of the id, the name, the comment or the folder of an application.
const MAX_TEXT: usize = 1024;

/// What the guest calls an application: the path of its menu entry below the folder of menu entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(pub String);

/// An application that can be started from the host's menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its name in requests.
    pub id: AppId,
    /// What its menu entry says.
    pub name: String,
    /// What it is for, in a line; may be empty.
    #[serde(default)]
    pub comment: String,
    /// The folder of the guest's Start menu that it is in, parts separated by `/`; empty for the menu itself. On Linux,
    /// its freedesktop categories separated by `;`.
    #[serde(default)]
    pub folder: String,
    /// Its picture, if it has one that is small enough.
    #[serde(default)]
    pub icon: Option<Icon>,
}

/// A picture for a menu entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icon {
    /// How to read the bytes.
    pub format: IconFormat,
    /// The file, in base64; at most 32 KiB of it.
    pub base64: String,
}

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IconFormat {
    /// PNG.
    Png,
    /// SVG.
    Svg,
    /// A Windows icon.
    Ico,
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadApp {
    /// An empty id or name.
    Nameless,
    /// A text longer than 1024 bytes.
    Long,
    /// A control character in a text.
    ControlCharacter,
    /// An id that leads out of the folder of menu entries: absolute, or with a part `.` or `..` or without a name.
    Outside,
    /// An icon that is no base64 of at most 32 KiB.
    Icon,
}

impl fmt::Display for BadApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nameless => "an application without an id or a name",
            Self::Long => "an application with a text of more than 1024 bytes",
            Self::ControlCharacter => "an application with a control character in a text",
            Self::Outside => "an application whose id is no path below a folder",
            Self::Icon => "an application whose icon is no base64 of at most 32 KiB",
        })
    }
}

impl Error for BadApp {}

impl AppId {
    /// Whether this is a path below a folder, on any system.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadApp> {
        check_text(&self.0)?;
        if self.0.is_empty() {
            return Err(BadApp::Nameless);
        }
        let is_outside = |part: &str| matches!(part, "" | "." | "..") || part.contains(':');
        if self.0.split(['/', '\\']).any(is_outside) { Err(BadApp::Outside) } else { Ok(()) }
    }
}

impl App {
    /// Whether it keeps to the bounds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadApp> {
        self.id.check()?;
        for text in [&self.name, &self.comment, &self.folder] {
            check_text(text)?;
        }
        if self.name.is_empty() {
            return Err(BadApp::Nameless);
        }
        match &self.icon {
            Some(icon) if from_base64(&icon.base64).is_err() => Err(BadApp::Icon),
            _ => Ok(()),
        }
    }
}

fn check_text(text: &str) -> Result<(), BadApp> {
    if text.len() > MAX_TEXT {
        return Err(BadApp::Long);
    }
    if text.chars().any(char::is_control) { Err(BadApp::ControlCharacter) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(id: &str, name: &str) -> App {
        let [comment, folder] = [String::new(), String::new()];
        App { id: AppId(id.into()), name: name.into(), comment, folder, icon: None }
    }

    #[test]
    fn an_id_is_a_path_below_a_folder() {
        assert_eq!(app("a.desktop", "A").check(), Ok(()));
        assert_eq!(app("Office\\Word.lnk", "Word").check(), Ok(()));
        for id in ["/a", "../a", "a/../b", "a//b", "C:\\a", "a\\..\\b", "a/"] {
            assert_eq!(app(id, "A").check(), Err(BadApp::Outside), "{id}");
        }
    }

    #[test]
    fn texts_are_bounded_and_printable() {
        assert_eq!(app("", "A").check(), Err(BadApp::Nameless));
        assert_eq!(app("a", "").check(), Err(BadApp::Nameless));
        assert_eq!(app("a", "A\nExec=evil").check(), Err(BadApp::ControlCharacter));
        assert_eq!(app("a", &"x".repeat(1025)).check(), Err(BadApp::Long));
    }

    #[test]
    fn an_icon_is_a_piece() {
        let icon = |base64: &str| Some(Icon { format: IconFormat::Png, base64: base64.into() });
        assert_eq!(App { icon: icon("AAAA"), ..app("a", "A") }.check(), Ok(()));
        assert_eq!(App { icon: icon("?"), ..app("a", "A") }.check(), Err(BadApp::Icon));
    }
}
