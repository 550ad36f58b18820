//! What keeps a machine from being saved.

use medv_codec::{Error, ErrorKind};

use crate::layer::MasterForm;

/// Why it cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// QEMU's driver for them cannot.
    DynamicVhd,
    /// It writes no state behind our header.
    OldQemu,
}

impl Hindrance {
    /// What speaks against saving a machine over such a master, with this version of QEMU.
    pub(super) fn of(master: MasterForm, version: &str) -> Option<Self> {
        match master {
            MasterForm::DynamicVhd => Some(Self::DynamicVhd),
            MasterForm::Raw => (cfg!(windows) && is_too_old(version)).then_some(Self::OldQemu),
        }
    }

    /// The error of who wants to save it.
    pub(super) fn error(self) -> Error {
        let (why, advice) = match self {
            Self::DynamicVhd => (
                "a machine on a dynamic VHD cannot be saved",
                "install the disk as a fixed VHD, or shut the machine down instead",
            ),
            Self::OldQemu => (
                "on Windows this version of QEMU cannot save machines",
                "install QEMU 8.2 or later, or shut the machine down instead",
            ),
        };
        Error::new(ErrorKind::Unsupported, why).advice(advice)
    }
}

/// Whether it cannot write into a file from an offset on, which is how a state is saved on Windows.
fn is_too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    numbers.next().zip(numbers.next()).is_some_and(|version| version < (8, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_into_a_file_since_8_2() {
        let old = ["7.2.15", "8.1.5", "8.2.0", "8.2.0-rc1", "10.0.2", "of its own"].map(is_too_old);
        assert_eq!(old, [true, true, false, false, false, false]);
    }
}
