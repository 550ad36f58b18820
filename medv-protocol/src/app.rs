//! An application of the guest, as the host's menu needs it.

use std::fmt;

use serde::{Deserialize, Serialize};

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
