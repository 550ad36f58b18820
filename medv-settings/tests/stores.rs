//! Where settings are kept, and which place counts.

use std::fs;
use std::path::{Path, PathBuf};

use medv_settings::{ErrorKind, Origin, Scope, Setting, Store, TomlStore, Value, catalogue, find, resolve};
use tempfile::TempDir;

/// A root of a file system, and the files below it in the order of the scopes.
struct Root {
    folder: TempDir,
}

const FILES: [&str; 4] = [
    "etc/medv/policy.toml",
    "etc/medv/policy.d/alice.toml",
    "etc/medv/settings.toml",
    "home/alice/.config/medv/settings.toml",
];

impl Root {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, scope: Scope) -> PathBuf {
        let at = Scope::ALL.iter().position(|other| *other == scope).unwrap();
        self.folder.path().join(FILES[at])
    }

    fn with(self, scope: Scope, text: &str) -> Self {
        let path = self.path(scope);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn open(&self) -> medv_settings::Result<TomlStore> {
        TomlStore::below(self.folder.path(), "alice", Path::new("/home/alice/.config"))
    }

    fn store(&self) -> TomlStore {
        self.open().unwrap()
    }

    fn text(&self, scope: Scope) -> String {
        fs::read_to_string(self.path(scope)).unwrap()
    }
}

fn setting(name: &str) -> &'static Setting {
    find(name).unwrap()
}

/// Four settings of one kind, one for each scope, in every combination of being there.
#[test]
fn the_first_scope_that_has_a_value_counts_in_all_16_combinations() {
    // Of the second, users have no form.
    for (name, first, has_user_form) in [("VM\\Memory", 200, true), ("Fts\\MaxRetryCount", 200, false)] {
        let setting = setting(name);
        for combination in 0..16_u32 {
            let is_set = |at: usize| combination & (1 << at) != 0;
            let root = Root::new();
            let mut store = root.store();
            for (at, scope) in Scope::ALL.into_iter().enumerate().filter(|(at, _)| is_set(*at)) {
                store.set(scope, setting, &Value::Number(first + u32::try_from(at).unwrap())).unwrap();
            }
            let most = if has_user_form { 4 } else { 3 };
            let expected = match (0..most).find(|at| is_set(*at)) {
                Some(at) => (Value::Number(first + u32::try_from(at).unwrap()), Origin::Set(Scope::ALL[at])),
                None => (setting.default(), Origin::Default),
            };
            // As found by the one that wrote it, and by another.
            for store in [&store, &root.store()] {
                let resolved = resolve(store, setting).unwrap();
                assert_eq!((resolved.value, resolved.origin), expected, "{name} {combination:04b}");
                assert!(resolved.warnings.is_empty());
            }
        }
    }
}

#[test]
fn every_setting_can_be_set_in_a_file_and_cleared() {
    let root = Root::new();
    let mut store = root.store();
    for setting in catalogue() {
        let value = match setting.default() {
            Value::Number(number) => Value::Number(number ^ 1),
            Value::Text(_) => Value::Text("a \"text\" of 'its' own\\".to_owned()),
            Value::Lines(_) => Value::Lines(vec!["1024".to_owned(), "2048".to_owned()]),
        };
        store.set(Scope::Machine, setting, &value).unwrap();
        assert_eq!(root.store().get(Scope::Machine, setting).unwrap(), Some(value), "{setting}");
    }
    for setting in catalogue() {
        assert!(store.clear(Scope::Machine, setting).unwrap(), "{setting}");
        assert!(!store.clear(Scope::Machine, setting).unwrap(), "{setting}");
        assert_eq!(root.store().get(Scope::Machine, setting).unwrap(), None, "{setting}");
    }
}

#[test]
fn names_are_found_whatever_their_case() {
    let root = Root::new().with(Scope::Machine, "[vm]\nMEMORY = 1024\nnetworkingmode = \"bridged\"\n");
    let resolved = resolve(&root.store(), setting("vmmemory")).unwrap();
    assert_eq!(resolved.value, Value::Number(1024));
    let resolved = resolve(&root.store(), setting("NetworkingMode")).unwrap();
    assert_eq!(resolved.value, Value::Text("Bridged".to_owned()));
}

#[test]
fn what_is_out_of_range_is_clamped_with_a_warning_that_names_the_file() {
    let root = Root::new().with(Scope::Machine, "[VM]\nMemory = 64\n");
    let resolved = resolve(&root.store(), setting("VmMemory")).unwrap();
    assert_eq!((resolved.value, resolved.origin), (Value::Number(128), Origin::Set(Scope::Machine)));
    let file = root.path(Scope::Machine).display().to_string();
    assert_eq!(
        resolved.warnings,
        [format!("{file}: VM\\Memory: found 64, expected 128 to 2048 MiB; taken as 128")]
    );
}

#[test]
fn numbers_that_no_registry_holds_are_clamped_too() {
    let root = Root::new().with(Scope::Machine, "[VM]\nMemory = -5\nTaskTimeout = 99999999999\n");
    let store = root.store();
    assert_eq!(resolve(&store, setting("VmMemory")).unwrap().value, Value::Number(128));
    assert_eq!(resolve(&store, setting("TaskTimeout")).unwrap().value, Value::Number(2_147_483_647));
    let file = root.path(Scope::Machine).display().to_string();
    assert_eq!(
        store.warnings(),
        [
            format!("{file}:2:1: VM\\Memory: found -5, expected 128 to 2048 MiB"),
            format!("{file}:3:1: VM\\TaskTimeout: found 99999999999, expected 0 to 2147483647 s"),
        ]
    );
}

#[test]
fn a_wrong_value_is_passed_over_with_a_warning() {
    let root = Root::new()
        .with(Scope::MachinePolicy, "[Fts]\nMode = \"Quiet\"\n")
        .with(Scope::Machine, "[Fts]\nMode = \"silent\"\n");
    let resolved = resolve(&root.store(), setting("FtsMode")).unwrap();
    assert_eq!(
        (resolved.value, resolved.origin),
        (Value::Text("Silent".to_owned()), Origin::Set(Scope::Machine))
    );
    assert_eq!(resolved.warnings.len(), 1);
    assert!(
        resolved.warnings[0].ends_with(
            "policy.toml: Fts\\Mode: found `Quiet`, expected Unattended, Silent or Attended; passed over"
        ),
        "{}",
        resolved.warnings[0]
    );
}

#[test]
fn unknown_names_and_what_a_user_cannot_choose_are_told() {
    let root = Root::new()
        .with(Scope::Machine, "[VM]\nMemroy = 512\n\n[Network]\na = 1\n")
        .with(Scope::User, "[Fts]\nMaxRetryCount = 9\n");
    let store = root.store();
    let (machine, user) = (root.path(Scope::Machine), root.path(Scope::User));
    assert_eq!(
        store.warnings(),
        [
            format!(
                "{}:2:1: there is no setting `VM\\Memroy`; did you mean `VM\\Memory`?",
                machine.display()
            ),
            format!(
                "{}:4:2: there is no table `Network`; the tables are Diagnostics, Fts, UserExperience, VM, Guest",
                machine.display()
            ),
            format!("{}: Fts\\MaxRetryCount has no effect here: a user cannot choose it", user.display()),
        ]
    );
    assert_eq!(resolve(&store, setting("MaxRetryCount")).unwrap().origin, Origin::Default);
}

#[test]
fn files_that_cannot_be_read_name_line_and_column() {
    let cases = [
        (
            "[VM]\n  Memory = \"big\"\n",
            2,
            3,
            "VM\\Memory: found a value of type string, expected 128 to 2048 MiB",
        ),
        ("[VM]\nMemory = 1.5\n", 2, 1, "VM\\Memory: found a value of type float, expected 128 to 2048 MiB"),
        ("[VM]\nGuestUpdateTime = 04:00:00\n", 2, 1, "found a value of type datetime"),
        ("[VM.Memory]\nx = 1\n", 1, 5, "VM\\Memory: found a value of type table"),
        ("[VM]\nMemory = 1\nmemory = 2\n", 3, 1, "VM\\Memory is set twice"),
        ("VM = 1\n", 1, 1, "`VM`: found integer, expected a table, [VM]"),
        (
            "[UserExperience]\nShowExit = \"yes\"\n",
            2,
            1,
            "UserExperience\\ShowExit: found a value of type string",
        ),
        (
            "[UserExperience]\nRedirectUrls = [1]\n",
            2,
            1,
            "UserExperience\\RedirectUrls: found a value of type array",
        ),
        ("[VM\nMemory = 1\n", 1, 4, "not TOML: "),
        ("[VM]\nMemory = 1\nMemory = 2\n", 3, 1, "not TOML: "),
    ];
    for (text, line, column, message) in cases {
        let root = Root::new().with(Scope::Machine, text);
        let error = root.open().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{text}");
        assert_eq!((error.line(), error.column()), (Some(line), Some(column)), "{text}: {error}");
        assert!(error.message().contains(message), "{error}");
        let place = format!("{}:{line}:{column}: ", root.path(Scope::Machine).display());
        assert!(error.to_string().starts_with(&place), "{error}");
    }
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    let root = Root::new().with(Scope::User, "");
    fs::write(root.path(Scope::User), b"[VM]\n# \xff\n").unwrap();
    let error = root.open().unwrap_err();
    assert_eq!((error.kind(), error.line(), error.column()), (ErrorKind::Damaged, Some(2), Some(3)));
    fs::write(root.path(Scope::User), vec![b'\n'; (1 << 20) + 1]).unwrap();
    assert_eq!(root.open().unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_change_keeps_comments_foreign_keys_and_spelling() {
    let text = "# ours\n[vm] # machine\nmemory = 512 # enough\nfuture = \"kept\"\n\n[other]\nx = 1\n";
    let root = Root::new().with(Scope::Machine, text);
    let mut store = root.store();
    store.set(Scope::Machine, setting("VmMemory"), &Value::Number(1024)).unwrap();
    assert_eq!(root.text(Scope::Machine), text.replace("512", "1024"));
    store.set(Scope::Machine, setting("ShowExit"), &Value::Number(0)).unwrap();
    let added = "\n[UserExperience]\nShowExit = false\n";
    assert_eq!(root.text(Scope::Machine), text.replace("512", "1024") + added);
    assert!(store.clear(Scope::Machine, setting("VmMemory")).unwrap());
    assert_eq!(root.text(Scope::Machine), text.replace("memory = 512 # enough\n", "") + added);
}

#[test]
fn a_change_that_another_program_made_meanwhile_stays() {
    let root = Root::new();
    let (mut one, mut other) = (root.store(), root.store());
    one.set(Scope::Machine, setting("VmMemory"), &Value::Number(1024)).unwrap();
    other.set(Scope::Machine, setting("ShowExit"), &Value::Number(0)).unwrap();
    assert_eq!(root.text(Scope::Machine), "[VM]\nMemory = 1024\n\n[UserExperience]\nShowExit = false\n");
}

#[test]
fn long_lists_have_a_line_for_each_part() {
    let root = Root::new();
    let mut store = root.store();
    let value = Value::Lines(vec!["http://a".to_owned(), "http://b".to_owned()]);
    store.set(Scope::User, setting("Urls"), &value).unwrap();
    let expected = "[UserExperience]\nRedirectUrls = [\n    \"http://a\",\n    \"http://b\",\n]\n";
    assert_eq!(root.text(Scope::User), expected);
    let numbers = Value::Lines(vec!["128".to_owned(), "256".to_owned()]);
    store.set(Scope::User, setting("GuestMem"), &numbers).unwrap();
    assert!(root.text(Scope::User).ends_with("[VM]\nGuestMemFromHostMem = [128, 256]\n"));
    assert_eq!(root.store().get(Scope::User, setting("GuestMem")).unwrap(), Some(numbers));
}

#[test]
fn nothing_but_the_file_is_left_after_a_change() {
    let root = Root::new();
    root.store().set(Scope::Machine, setting("VmMemory"), &Value::Number(1024)).unwrap();
    let folder = root.path(Scope::Machine).parent().unwrap().to_owned();
    let names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["settings.toml"]);
}

#[cfg(unix)]
#[test]
fn everybody_can_read_a_new_file_and_an_old_one_keeps_its_rights_and_links() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = Root::new();
    let mut store = root.store();
    let path = root.path(Scope::Machine);
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    store.set(Scope::Machine, setting("VmMemory"), &Value::Number(1024)).unwrap();
    assert_eq!(mode() & 0o400, 0o400);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    store.set(Scope::Machine, setting("VmMemory"), &Value::Number(512)).unwrap();
    assert_eq!(mode(), 0o600);

    let real = root.folder.path().join("real.toml");
    fs::rename(&path, &real).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    store.set(Scope::Machine, setting("VmMemory"), &Value::Number(256)).unwrap();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "[VM]\nMemory = 256\n");
}

#[test]
fn a_name_that_leads_elsewhere_has_no_policy() {
    let root = Root::new().with(Scope::MachinePolicy, "[VM]\nMemory = 1024\n");
    for user in ["../policy", "..", "", "a/../../policy"] {
        let store = TomlStore::below(root.folder.path(), user, Path::new("/home/alice/.config")).unwrap();
        assert_eq!(store.get(Scope::UserPolicy, setting("VmMemory")).unwrap(), None, "{user}");
    }
}

#[test]
fn a_table_that_nothing_is_left_of_goes() {
    let memory = find(r"VM\Memory").unwrap();
    for (before, after) in [
        ("[VM]\nMemory = 512\n", ""),
        ("# the machine\n[VM]\nMemory = 512\n", "# the machine\n[VM]\n"),
        ("[VM]\nMemory = 512\nTaskTimeout = 60\n", "[VM]\nTaskTimeout = 60\n"),
    ] {
        let root = Root::new().with(Scope::Machine, before);
        assert!(root.store().clear(Scope::Machine, memory).unwrap());
        assert_eq!(root.text(Scope::Machine), after);
    }
}

#[test]
fn a_file_that_cannot_be_read_hinders_none_of_the_others_where_that_is_wanted() {
    let root = Root::new()
        .with(Scope::MachinePolicy, "[Fts]\nMaxRetryCount = 7\n")
        .with(Scope::User, "[VM]\nMemory = \n");
    assert!(root.open().is_err());
    let config_home = Path::new("/home/alice/.config");
    let (store, faults) = TomlStore::readable_below(root.folder.path(), Some("alice"), Some(config_home));
    let resolved = resolve(&store, setting("FtsMaxRetryCount")).unwrap();
    assert_eq!((resolved.value, resolved.origin), (Value::Number(7), Origin::Set(Scope::MachinePolicy)));
    let [fault] = &faults[..] else { panic!("{faults:?}") };
    assert!(fault.1.to_string().starts_with(&root.path(Scope::User).display().to_string()), "{}", fault.1);
    assert_eq!(fault.0, Scope::User);
}
