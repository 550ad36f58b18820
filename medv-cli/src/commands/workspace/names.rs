//! What a mask makes of this computer's and this user's name.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};

use medv_settings::computer_name::{Mask, NameError};

/// Three names that guests of this computer could get.
pub(super) fn preview(mask: &Mask) -> Result<Vec<String>, NameError> {
    let (host, user) = (host(), user());
    (0..3).map(|_| mask.name(&host, &user, random)).collect()
}

/// Good enough to show what a name looks like.
fn random(below: usize) -> usize {
    let number = RandomState::new().build_hasher().finish();
    usize::try_from(number % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or(0)
}

fn host() -> String {
    let from_file = || std::fs::read_to_string("/etc/hostname").ok();
    let name = env::var("COMPUTERNAME").ok().or_else(from_file).unwrap_or_default();
    name.trim().split('.').next().unwrap_or_default().to_owned()
}

fn user() -> String {
    ["USERNAME", "USER", "LOGNAME"].iter().find_map(|name| env::var(name).ok()).unwrap_or_default()
}
