//! What a setting is set to, and a value of the registry.

/// What a setting is set to: the kinds of values that the registry keeps settings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `REG_DWORD`: a number, or 0 and 1 for no and yes.
    Number(u32),
    /// `REG_SZ`: text.
    Text(String),
    /// `REG_MULTI_SZ`: lines of text, none of them empty.
    Lines(Vec<String>),
}

/// A value in the registry, below `HKEY_LOCAL_MACHINE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEntry {
    /// The key, without the hive: `SOFTWARE\Microsoft\Medv\v2\Fts`.
    pub key: String,
    /// The value's name.
    pub name: String,
    /// What it is set to.
    pub value: Value,
}
