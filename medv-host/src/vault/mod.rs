//! Where the user's password for the guest is kept, if it may be kept: a trait over the system's own vault.
//!
//! On Linux that is the Secret Service of the desktop (`secret_service.rs`), on Windows the Credential Manager
//! (`credential_manager.rs`). In both the user can see the password's entry, and delete it.

#[cfg(windows)]
mod credential_manager;
#[cfg(unix)]
mod secret_service;

use medv_codec::Result;
use medv_protocol::Secret;

#[cfg(unix)]
use crate::session_bus::SessionBus;

#[cfg(windows)]
pub use credential_manager::CredentialManager;
#[cfg(unix)]
pub use secret_service::SecretService;

/// The system's vault, for the password of `user` for `workspace`. Connections are opened when they are needed only.
pub fn system_vault(workspace: &str, user: &str) -> Box<dyn Vault> {
    #[cfg(unix)]
    return Box::new(SecretService::new(SessionBus::of_this_session(), workspace, user));
    #[cfg(windows)]
    return Box::new(CredentialManager::new(workspace, user));
}

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
