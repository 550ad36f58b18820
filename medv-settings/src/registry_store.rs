//! Settings in the registry of Windows, in its 64-bit view.

use std::borrow::Cow;
use std::io;

use winreg::enums::{
    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_QUERY_VALUE, KEY_SET_VALUE, KEY_WOW64_64KEY, RegType,
};
use winreg::{RegKey, RegValue};

use crate::error::{Error, Result};
use crate::registry_bytes::{DWORD, MULTI_SZ, SZ, decode, encode};
use crate::setting::Setting;
use crate::store::{Scope, Store};
use crate::value::Value;

/// The registry of this machine, and of the user who runs this program.
#[derive(Clone, Copy, Debug)]
pub struct RegistryStore;

impl Store for RegistryStore {
    fn get(&self, scope: Scope, setting: &'static Setting) -> Result<Option<Value>> {
        let (hive, key) = place(scope, setting);
        let failed = |error| Error::io("cannot read the registry", error).in_file(self.place(scope, setting));
        let key = hive.open_subkey_with_flags(key, KEY_QUERY_VALUE | KEY_WOW64_64KEY);
        let Some(key) = if_there(key).map_err(failed)? else { return Ok(None) };
        let Some(raw) = if_there(key.get_raw_value(setting.name)).map_err(failed)? else { return Ok(None) };
        let value = match raw.vtype {
            RegType::REG_DWORD => decode(DWORD, &raw.bytes),
            RegType::REG_SZ => decode(SZ, &raw.bytes),
            RegType::REG_MULTI_SZ => decode(MULTI_SZ, &raw.bytes),
            _ => None,
        };
        let wrong = || {
            let (found, expected) = (&raw.vtype, setting.kind.registry_type());
            let error = Error::damaged(format!("found {found:?} that is none, expected {expected}"));
            error.in_file(self.place(scope, setting)).advice("delete the value, or set it anew")
        };
        value.ok_or_else(wrong).map(Some)
    }

    fn set(&mut self, scope: Scope, setting: &'static Setting, value: &Value) -> Result<()> {
        let (hive, key) = place(scope, setting);
        let (_, bytes) = encode(value);
        let vtype = match value {
            Value::Number(_) => RegType::REG_DWORD,
            Value::Text(_) => RegType::REG_SZ,
            Value::Lines(_) => RegType::REG_MULTI_SZ,
        };
        let raw = RegValue { bytes: Cow::Owned(bytes), vtype };
        hive.create_subkey_with_flags(key, KEY_SET_VALUE | KEY_WOW64_64KEY)
            .and_then(|(key, _)| key.set_raw_value(setting.name, &raw))
            .map_err(|error| self.cannot_write(scope, setting, error))
    }

    fn clear(&mut self, scope: Scope, setting: &'static Setting) -> Result<bool> {
        let (hive, key) = place(scope, setting);
        let key = if_there(hive.open_subkey_with_flags(key, KEY_SET_VALUE | KEY_WOW64_64KEY));
        let deleted = key.and_then(|key| match key {
            Some(key) => if_there(key.delete_value(setting.name)),
            None => Ok(None),
        });
        deleted.map(|done| done.is_some()).map_err(|error| self.cannot_write(scope, setting, error))
    }

    fn place(&self, scope: Scope, setting: &'static Setting) -> String {
        let hive = if is_of_machine(scope) { "HKEY_LOCAL_MACHINE" } else { "HKEY_CURRENT_USER" };
        format!("{hive}\\{}\\{}", key(scope, setting), setting.name)
    }

    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}

impl RegistryStore {
    fn cannot_write(self, scope: Scope, setting: &'static Setting, error: io::Error) -> Error {
        Error::io("cannot write the registry", error).in_file(self.place(scope, setting))
    }
}

fn is_of_machine(scope: Scope) -> bool {
    matches!(scope, Scope::MachinePolicy | Scope::Machine)
}

fn key(scope: Scope, setting: &Setting) -> String {
    match scope {
        Scope::MachinePolicy | Scope::UserPolicy => setting.group.policy_key(),
        Scope::Machine | Scope::User => setting.group.key(),
    }
}

fn place(scope: Scope, setting: &Setting) -> (RegKey, String) {
    let hive = if is_of_machine(scope) { HKEY_LOCAL_MACHINE } else { HKEY_CURRENT_USER };
    (RegKey::predef(hive), key(scope, setting))
}

/// A key or value that is not there is no failure.
fn if_there<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
