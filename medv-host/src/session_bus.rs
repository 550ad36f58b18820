//! The D-Bus of the user's session, behind which are the desktop's services.

use zbus::blocking::{Connection, connection};

/// Where the bus is. A connection is open only while it is needed.
#[derive(Clone, Debug)]
pub struct SessionBus(Option<String>);

impl SessionBus {
    /// The bus of the session that this program runs in.
    pub fn of_this_session() -> Self {
        Self(None)
    }

    /// The bus at an address, such as `unix:path=/run/user/1000/bus`.
    pub fn at(address: impl Into<String>) -> Self {
        Self(Some(address.into()))
    }

    pub(crate) fn connect(&self) -> zbus::Result<Connection> {
        match &self.0 {
            None => Connection::session(),
            Some(address) => connection::Builder::address(address.as_str())?.build(),
        }
    }
}
