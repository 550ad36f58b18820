//! The desktop's keyring, `org.freedesktop.secrets` on the session's D-Bus.
//!
//! Secrets travel as they are: the bus is the user's own, and whoever can listen to it could ask for them as well.

use std::collections::HashMap;

use medv_codec::{Error, ErrorKind, Result};
use medv_protocol::Secret;
use serde::{Deserialize, Serialize};
use zbus::blocking::Connection;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Type, Value};

use super::Vault;
use crate::session_bus::SessionBus;

const NAME: &str = "org.freedesktop.secrets";
const SERVICE: &str = "/org/freedesktop/secrets";
/// Where new secrets go: the keyring that the user has made the default one.
const COLLECTION: &str = "/org/freedesktop/secrets/aliases/default";
/// The path that stands for none.
const NOTHING: &str = "/";

/// The entry with this workspace and this user in the user's keyring.
#[derive(Clone, Debug)]
pub struct SecretService {
    bus: SessionBus,
    workspace: String,
    user: String,
}

impl SecretService {
    /// The entry for the password of `user` for `workspace`, in the keyring behind `bus`.
    pub fn new(bus: SessionBus, workspace: impl Into<String>, user: impl Into<String>) -> Self {
        Self { bus, workspace: workspace.into(), user: user.into() }
    }

    fn attributes(&self) -> HashMap<&str, &str> {
        HashMap::from([("application", "medv"), ("workspace", &self.workspace), ("user", &self.user)])
    }
}

impl Vault for SecretService {
    fn get(&self) -> Result<Option<Secret>> {
        let session = Session::open(&self.bus)?;
        let Some(item) = session.find(&self.attributes())? else { return Ok(None) };
        let secret: SecretStruct =
            session.call(item.as_str(), "org.freedesktop.Secret.Item", "GetSecret", &session.path)?;
        let password = String::from_utf8(secret.value).map_err(|_| {
            Error::damaged("the password in the keyring is not text")
                .advice("delete its entry; it is asked for again")
        })?;
        Ok(Some(Secret::new(password)))
    }

    fn keep(&self, password: &Secret) -> Result<()> {
        let session = Session::open(&self.bus)?;
        let label = format!("{} on {} (MED-V)", self.user, self.workspace);
        let properties = HashMap::from([
            ("org.freedesktop.Secret.Item.Label", Value::from(label)),
            ("org.freedesktop.Secret.Item.Attributes", Value::from(self.attributes())),
        ]);
        let secret = SecretStruct {
            session: session.path.clone(),
            parameters: Vec::new(),
            value: password.reveal().as_bytes().to_vec(),
            content_type: "text/plain; charset=utf8".into(),
        };
        let (item, prompt): (OwnedObjectPath, OwnedObjectPath) = session.call(
            COLLECTION,
            "org.freedesktop.Secret.Collection",
            "CreateItem",
            &(properties, secret, true),
        )?;
        if item.as_str() == NOTHING || prompt.as_str() != NOTHING {
            return Err(locked());
        }
        Ok(())
    }

    fn forget(&self) -> Result<()> {
        let session = Session::open(&self.bus)?;
        let Some(item) = session.find(&self.attributes())? else { return Ok(()) };
        let prompt: OwnedObjectPath =
            session.call(item.as_str(), "org.freedesktop.Secret.Item", "Delete", &())?;
        if prompt.as_str() == NOTHING { Ok(()) } else { Err(locked()) }
    }
}

/// A secret as it travels.
#[derive(Serialize, Deserialize, Type)]
struct SecretStruct {
    session: OwnedObjectPath,
    parameters: Vec<u8>,
    value: Vec<u8>,
    content_type: String,
}

/// A session with the service. It ends with the connection.
struct Session {
    connection: Connection,
    path: OwnedObjectPath,
}

impl Session {
    fn open(bus: &SessionBus) -> Result<Self> {
        let open = || {
            let connection = bus.connect()?;
            let algorithm = ("plain", Value::from(""));
            let answer = connection.call_method(
                Some(NAME),
                SERVICE,
                Some("org.freedesktop.Secret.Service"),
                "OpenSession",
                &algorithm,
            )?;
            let (_, path): (OwnedValue, OwnedObjectPath) = answer.body().deserialize()?;
            zbus::Result::Ok(Self { connection, path })
        };
        open().map_err(|error| {
            Error::new(
                ErrorKind::Unsupported,
                "no Secret Service answers on the session's D-Bus; the password is not kept",
            )
            .advice("start the desktop's keyring, such as gnome-keyring or KWallet")
            .caused_by(error)
        })
    }

    /// The entry with these attributes, unlocked.
    fn find(&self, attributes: &HashMap<&str, &str>) -> Result<Option<OwnedObjectPath>> {
        let (open, closed): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            self.call(SERVICE, "org.freedesktop.Secret.Service", "SearchItems", attributes)?;
        match (open.into_iter().next(), closed.is_empty()) {
            (None, false) => Err(locked()),
            (found, _) => Ok(found),
        }
    }

    fn call<T>(&self, path: &str, interface: &str, method: &str, body: &(impl Serialize + Type)) -> Result<T>
    where
        T: for<'a> Deserialize<'a> + Type,
    {
        let call = || {
            let path = ObjectPath::try_from(path)?;
            let answer = self.connection.call_method(Some(NAME), path, Some(interface), method, body)?;
            answer.body().deserialize()
        };
        call().map_err(|error: zbus::Error| match error {
            zbus::Error::MethodError(name, ..)
                if name.as_str() == "org.freedesktop.Secret.Error.IsLocked" =>
            {
                locked()
            }
            error => {
                Error::new(ErrorKind::Io, format!("the Secret Service refuses {method}")).caused_by(error)
            }
        })
    }
}

fn locked() -> Error {
    Error::new(ErrorKind::Unsupported, "the keyring is locked; the password is neither kept nor found")
        .advice("unlock it in the desktop's password program")
}
