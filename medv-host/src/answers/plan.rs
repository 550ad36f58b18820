//! What a guest is told of its host: what is known and the settings allow.

use medv_codec::{Error, Result};
use medv_packager::engine_error;
use medv_protocol::{Answers, RegionAnswer, Secret, UserAnswer};
use medv_settings::computer_name::Mask;
use medv_settings::{Store, Value, find, resolve};
use sha_crypt::{PasswordHasher, ShaCrypt};

use super::kind::GuestKind;
use super::no_cloud;
use crate::host_facts::HostFacts;

/// Bytes of a password's salt: 16 characters, the most that crypt(3) takes.
const SALT: usize = 12;
/// Hexadecimal digits of an instance's name.
const INSTANCE: usize = 32;

/// What a guest is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its system, and so the language that it is told in.
    pub guest: GuestKind,
    /// What tells this first time setup from all others.
    pub instance_id: String,
    /// What every guest can be told.
    pub answers: Answers,
    /// The user's password, which Windows wants to have in clear; it is told only where the guest joins no domain.
    pub password: Option<Secret>,
    /// The domain that a Windows guest joins.
    pub domain: Option<Domain>,
}

/// A domain, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// The organisational unit that the computer's account is made in; the domain's default if none.
    pub unit: Option<String>,
}

/// Decides what a guest is told. The time zone and the user's name always are; everything else has a setting.
/// `pick(n)` gives a random number below n; [`random`] does.
///
/// # Errors
/// If the settings cannot be read. Usage if the mask gives no name for this host and user.
pub fn plan(
    settings: &dyn Store,
    facts: &HostFacts,
    guest: GuestKind,
    password: Option<&Secret>,
    mut pick: impl FnMut(usize) -> usize,
) -> Result<Plan> {
    let allowed = |name| Ok::<_, Error>(setting(settings, name)? == Value::Number(1));
    let mut answers = Answers { time_zone: facts.time_zone.clone(), ..Answers::none() };
    if allowed("FtsSetComputerNameEnabled")? {
        answers.computer_name = computer_name(settings, facts, &guest, &mut pick)?;
    }
    if allowed("FtsSetRegionalSettingsEnabled")? {
        answers.region = Some(facts.region.clone()).filter(|region| *region != RegionAnswer::default());
    }
    if allowed("FtsSetUserDataEnabled")? {
        answers.full_name.clone_from(&facts.full_name);
        answers.organisation.clone_from(&facts.organisation);
    }
    if !facts.user.is_empty() {
        let password_hash = match (&guest, password) {
            (GuestKind::Linux, Some(password)) => Some(hash(password, &mut pick)?),
            _ => None,
        };
        answers.user = Some(UserAnswer { name: facts.user.clone(), password_hash, groups: Vec::new() });
    }
    let unit_allowed = allowed("FtsSetMachineObjectOUEnabled")?;
    let domain = match &facts.domain {
        Some(name) if allowed("FtsSetJoinDomainEnabled")? => {
            Some(Domain { name: name.clone(), unit: facts.unit.clone().filter(|_| unit_allowed) })
        }
        _ => None,
    };
    let in_clear = matches!(guest, GuestKind::Windows { .. }) && domain.is_none();
    let password = password.filter(|_| in_clear).cloned();
    let digits = (0..INSTANCE).map(|_| char::from(b"0123456789abcdef"[pick(16) % 16]));
    let instance_id = "medv-".chars().chain(digits).collect();
    Ok(Plan { guest, instance_id, answers, password, domain })
}

/// A random number below `bound`, from the system; for [`plan()`].
///
/// # Panics
/// If the system has no random numbers, without which no password can be hashed and no name be drawn.
pub fn random(bound: usize) -> usize {
    let drawn = getrandom::u64().expect("the system has random numbers");
    usize::try_from(drawn % (bound.max(1) as u64)).unwrap_or_default()
}

fn setting(settings: &dyn Store, name: &str) -> Result<Value> {
    let row = find(name).map_err(|error| Error::usage(error.to_string()))?;
    resolve(settings, row).map(|resolved| resolved.value).map_err(engine_error)
}

fn computer_name(
    settings: &dyn Store,
    facts: &HostFacts,
    guest: &GuestKind,
    pick: &mut impl FnMut(usize) -> usize,
) -> Result<Option<String>> {
    let Value::Text(mask) = setting(settings, "FtsComputerNameMask")? else { return Ok(None) };
    let name = Mask::parse(&mask)
        .and_then(|parsed| parsed.name(&facts.computer_name, &facts.user, pick))
        .map_err(|error| {
            Error::usage(format!("the mask {mask} gives no computer name: {error}"))
                .advice("set Fts\\ComputerNameMask to another one, such as MEDV*")
        })?;
    Ok(match guest {
        GuestKind::Linux => no_cloud::host_name(&name),
        _ => Some(name),
    })
}

/// As crypt(3) writes it, with SHA-512.
fn hash(password: &Secret, pick: &mut impl FnMut(usize) -> usize) -> Result<Secret> {
    let salt: Vec<u8> = (0..SALT).map(|_| pick(256) as u8).collect();
    ShaCrypt::SHA512
        .hash_password_with_salt(password.reveal().as_bytes(), &salt)
        .map(|hash| Secret::new(hash.to_string()))
        .map_err(|error| Error::usage(format!("the password cannot be hashed: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use medv_settings::{Scope, TomlStore};

    const ALL: [&str; 5] = [
        "FtsSetComputerNameEnabled",
        "FtsSetRegionalSettingsEnabled",
        "FtsSetUserDataEnabled",
        "FtsSetJoinDomainEnabled",
        "FtsSetMachineObjectOUEnabled",
    ];

    const WINDOWS: GuestKind = GuestKind::Windows { unattend_xml: None, overruled_by: None };

    fn facts() -> HostFacts {
        HostFacts {
            computer_name: "desk-17".into(),
            user: "anna".into(),
            full_name: Some("Anna".into()),
            organisation: Some("Example".into()),
            domain: Some("ad.example.org".into()),
            unit: Some("OU=Desks".into()),
            region: RegionAnswer { keyboard: Some("de".into()), ..RegionAnswer::default() },
            ..HostFacts::default()
        }
    }

    fn planned(enabled: &[&str], mask: &str, guest: GuestKind, password: Option<&str>) -> Result<Plan> {
        let folder = tempfile::tempdir().unwrap();
        let mut store = TomlStore::below(folder.path(), "anna", "/home/anna/.config".as_ref()).unwrap();
        for name in enabled {
            store.set(Scope::Machine, find(name).unwrap(), &Value::Number(1)).unwrap();
        }
        let row = find("FtsComputerNameMask").unwrap();
        store.set(Scope::Machine, row, &Value::Text(mask.into())).unwrap();
        let password = password.map(|text| Secret::new(text.into()));
        plan(&store, &facts(), guest, password.as_ref(), |bound| 7 % bound)
    }

    #[test]
    fn nothing_but_the_user_and_the_time_zone_is_told_unasked() {
        let plan = planned(&[], "MEDV*", WINDOWS, None).unwrap();
        let user = Some(UserAnswer { name: "anna".into(), password_hash: None, groups: Vec::new() });
        assert_eq!(plan.answers, Answers { user, ..Answers::none() });
        assert_eq!((plan.domain, plan.password), (None, None));
    }

    #[test]
    fn each_setting_tells_its_part() {
        for (index, name) in ALL.iter().enumerate() {
            let plan = planned(&[name], "PC-%hostname%", WINDOWS, None).unwrap();
            assert_eq!(plan.answers.computer_name.is_some(), index == 0, "{name}");
            assert_eq!(plan.answers.region.is_some(), index == 1, "{name}");
            assert_eq!(plan.answers.full_name.is_some(), index == 2, "{name}");
            assert_eq!(plan.domain.is_some(), index == 3, "{name}");
        }
    }

    #[test]
    fn an_organisational_unit_is_told_only_with_its_domain() {
        let plan = planned(&ALL, "MEDV*", WINDOWS, None).unwrap();
        assert_eq!(plan.domain.unwrap().unit.as_deref(), Some("OU=Desks"));
        let plan = planned(&ALL[3..4], "MEDV*", WINDOWS, None).unwrap();
        assert_eq!(plan.domain.unwrap().unit, None);
    }

    #[test]
    fn linux_gets_a_hash_and_windows_a_password_unless_it_joins_a_domain() {
        let linux = planned(&[], "MEDV*", GuestKind::Linux, Some("geheim")).unwrap();
        let hash = linux.answers.user.unwrap().password_hash.unwrap();
        assert!(hash.reveal().starts_with("$6$"), "{}", hash.reveal());
        assert_eq!(linux.password, None);
        let windows = planned(&[], "MEDV*", WINDOWS, Some("geheim")).unwrap();
        assert_eq!(windows.answers.user.unwrap().password_hash, None);
        assert_eq!(windows.password.unwrap().reveal(), "geheim");
        assert_eq!(planned(&ALL, "MEDV*", WINDOWS, Some("geheim")).unwrap().password, None);
    }

    #[test]
    fn a_linux_guest_gets_a_name_that_linux_takes() {
        let plan = planned(&ALL, "A_%username%", GuestKind::Linux, None).unwrap();
        assert_eq!(plan.answers.computer_name.as_deref(), Some("A-anna"));
    }

    #[test]
    fn a_mask_that_gives_no_name_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = TomlStore::below(folder.path(), "anna", "/home/anna/.config".as_ref()).unwrap();
        let mut set = |name, value| store.set(Scope::Machine, find(name).unwrap(), &value).unwrap();
        set("FtsSetComputerNameEnabled", Value::Number(1));
        set("FtsComputerNameMask", Value::Text("%username%".into()));
        let facts = HostFacts { user: "иван".into(), ..HostFacts::default() };
        let error = plan(&store, &facts, WINDOWS, None, |_| 0).unwrap_err();
        assert!(error.message().contains("%username%"), "{error}");
    }

    #[test]
    fn two_first_time_setups_have_two_names() {
        let folder = tempfile::tempdir().unwrap();
        let store = TomlStore::below(folder.path(), "anna", "/home/anna/.config".as_ref()).unwrap();
        let id = || plan(&store, &facts(), GuestKind::Linux, None, random).unwrap().instance_id;
        assert_ne!(id(), id());
    }
}
