//! The D-Bus of the user's session, behind which are the desktop's services.

use std::time::Duration;

use zbus::blocking::{Connection, connection};

/// How long a service may take for an answer.
const PATIENCE: Duration = Duration::from_secs(25);

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
        let bus = match &self.0 {
            None => connection::Builder::session()?,
            Some(address) => connection::Builder::address(address.as_str())?,
        };
        bus.method_timeout(PATIENCE).build()
    }
}
