//! From what was typed about reading a disk to how the engine opens it, and what it found odd on the way.

use medv_codec::disk::{Assume, BitmapPolicy, Finding, FooterChoice, OpenOptions, Severity};
use medv_format::Limits;
use medv_format::vhd::SizeRule;

use crate::args::{Bitmaps, InputFormat, Reading, Size, WhichFooter};
use crate::messages::Messages;

pub(crate) fn open_options(reading: &Reading) -> OpenOptions {
    OpenOptions {
        parents: reading.parents.clone(),
        size_rule: match reading.size {
            Size::Auto => SizeRule::ByCreator,
            Size::Chs => SizeRule::Geometry,
            Size::Current => SizeRule::CurrentSize,
        },
        bitmaps: match reading.bitmaps {
            Bitmaps::Data => BitmapPolicy::DataWins,
            Bitmaps::Bitmap => BitmapPolicy::BitmapWins,
        },
        assume: match reading.input_format {
            InputFormat::Auto => Assume::Detect,
            InputFormat::Raw => Assume::Raw,
            InputFormat::Vhd => Assume::Vhd,
        },
        footer: match reading.footer {
            None => FooterChoice::Neither,
            Some(WhichFooter::End) => FooterChoice::End,
            Some(WhichFooter::Front) => FooterChoice::Front,
        },
        allow_saved_state: reading.allow_saved_state,
        allow_damage: reading.allow_damage,
        limits: Limits::default(),
    }
}

/// Warnings always, notes for those who asked for details.
pub(crate) fn tell(findings: &[Finding], messages: &Messages) {
    for finding in findings {
        let text = format!("{}: {} ({})", finding.path.display(), finding.message, finding.action);
        match finding.severity {
            Severity::Note => messages.detail(&text),
            Severity::Warning | Severity::Refused(_) => messages.warning(&text),
        }
    }
}
