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
        self.connection()?.build()
    }

    /// A connection that is not made yet. What is served must be known before: zbus serves only what it is told of then
    /// without a runtime of ours.
    pub(crate) fn connection(&self) -> zbus::Result<connection::Builder<'_>> {
        let bus = match &self.0 {
            None => connection::Builder::session()?,
            Some(address) => connection::Builder::address(address.as_str())?,
        };
        Ok(bus.method_timeout(PATIENCE))
    }
}
