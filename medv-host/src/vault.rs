//! Where the user's password for the guest is kept, if it may be kept: a trait over the system's own vault.

use medv_codec::Result;
use medv_protocol::Secret;

/// Keeps one password: that of this user for this workspace.
pub trait Vault: Send + Sync {
    /// The password, if one is kept.
    ///
    /// # Errors
    /// If there is no vault, or it is locked.
    fn get(&self) -> Result<Option<Secret>>;

    /// Keeps a password, in place of an earlier one.
    ///
    /// # Errors
    /// If there is no vault, or it is locked.
    fn keep(&self, password: &Secret) -> Result<()>;

    /// Forgets it. No error if there is none.
    ///
    /// # Errors
    /// If there is no vault, or it is locked.
    fn forget(&self) -> Result<()>;
}
