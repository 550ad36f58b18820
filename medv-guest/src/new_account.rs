//! Accounts of users who come to a guest that several share: each is made when its user logs on for the first time.

use medv_protocol::NewAccount;

use crate::completion::groups;
use crate::files::{Mode, read_text, remove, write_whole};
use crate::system::accounts;
use crate::{Places, Result};

/// Makes an account with this password and its groups, if there is none of this name. One that is there is not changed, unless an
/// agent that was killed had begun it. Whether there is a new one.
///
/// # Errors
/// If it cannot be made, or cannot be given its groups.
pub(crate) fn ensure(places: &Places, name: &str, password: &str, wanted: NewAccount) -> Result<bool> {
    // A domain makes its accounts itself.
    if name.contains('\\') {
        return Ok(false);
    }
    let begun = places.state().join("new-account");
    let is_begun = read_text(&begun)?.as_deref() == Some(name);
    if accounts::exists(places, name)? && !is_begun {
        return Ok(false);
    }
    write_whole(&begun, name.as_bytes(), Mode::Private)?;
    accounts::make(places, name, password)?;
    for group in groups(wanted.administrator) {
        accounts::add_to_group(places, name, *group)?;
    }
    remove(&begun)?;
    Ok(true)
}
