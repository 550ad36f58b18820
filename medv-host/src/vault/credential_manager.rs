//! The Credential Manager of Windows, where the user finds the entry as `MED-V/` and the workspace's name.

use std::io;

use medv_codec::{Error, Result};
use medv_protocol::Secret;

use super::Vault;
use crate::windows::credentials::{self, Credential};

/// The entry for this workspace, of this user.
#[derive(Clone, Debug)]
pub struct CredentialManager {
    target: String,
    user: String,
}

impl CredentialManager {
    /// The entry for the password of `user` for `workspace`.
    pub fn new(workspace: &str, user: impl Into<String>) -> Self {
        Self { target: format!("MED-V/{workspace}"), user: user.into() }
    }

    fn failed(&self, doing: &str, error: io::Error) -> Error {
        Error::io(format!("the Credential Manager does not {doing} {}", self.target), error)
    }
}

impl Vault for CredentialManager {
    fn get(&self) -> Result<Option<Secret>> {
        let found = credentials::read(&self.target).map_err(|error| self.failed("read", error))?;
        // The password of another user of the guest is of no use.
        let Some(found) = found.filter(|found| found.user == self.user) else { return Ok(None) };
        let units: Vec<_> = found.bytes.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
        let password = String::from_utf16(&units).map_err(|_| {
            Error::damaged(format!("the password that is kept as {} is not text", self.target))
                .advice("delete it in the Credential Manager; it is asked for again")
        })?;
        Ok(Some(Secret::new(password)))
    }

    fn keep(&self, password: &Secret) -> Result<()> {
        let bytes = password.reveal().encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut credential = Credential { user: self.user.clone(), bytes };
        credentials::write(&self.target, &mut credential).map_err(|error| self.failed("keep", error))
    }

    fn forget(&self) -> Result<()> {
        credentials::delete(&self.target).map_err(|error| self.failed("delete", error))
    }
}
