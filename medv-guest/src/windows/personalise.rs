//! The answers of the host. `unattend.xml` and `sysprep.inf` have them too, and Windows' own setup has applied them before the
//! agent is installed.

use medv_protocol::Answers;

use crate::{Error, Places};

/// Nothing is left to be applied.
pub(crate) fn apply(_: &Places, _: &Answers) -> Vec<Error> {
    Vec::new()
}
