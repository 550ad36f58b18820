//! Passwords in GNOME's keyring, a real Secret Service.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use medv_host::vault::{SecretService, Vault};
use medv_protocol::Secret;

use crate::private_session::PrivateSession;

/// A session with a keyring that is open.
fn session() -> PrivateSession {
    let mut session = PrivateSession::new();
    let password = session.path().join("password");
    fs::File::create(&password).and_then(|mut file| file.write_all(b"login")).unwrap();
    let mut keyring = session.command("gnome-keyring-daemon");
    keyring.args(["--foreground", "--unlock", "--components=secrets"]);
    keyring.stdin(Stdio::from(fs::File::open(password).unwrap()));
    session.serve(&mut keyring, "org.freedesktop.secrets");
    session
}

fn kept(vault: &SecretService) -> Option<String> {
    vault.get().unwrap().map(|secret| secret.reveal().to_owned())
}

#[test]
fn a_password_is_kept_replaced_and_forgotten() {
    let session = session();
    let vault = SecretService::new(session.bus(), "Office", "ann");
    assert_eq!(kept(&vault), None);
    for password in ["secret", "pässwörd 50%"] {
        vault.keep(&Secret::new(password.into())).unwrap();
        assert_eq!(kept(&vault).as_deref(), Some(password));
    }
    vault.forget().unwrap();
    assert_eq!(kept(&vault), None);
    vault.forget().unwrap();
}

#[test]
fn each_user_and_each_workspace_has_a_password() {
    let session = session();
    let vault = |workspace, user| SecretService::new(session.bus(), workspace, user);
    vault("Office", "ann").keep(&Secret::new("ann's".into())).unwrap();
    vault("Office", "bob").keep(&Secret::new("bob's".into())).unwrap();
    assert_eq!(kept(&vault("Office", "ann")).as_deref(), Some("ann's"));
    assert_eq!(kept(&vault("Old", "ann")), None);
    vault("Office", "ann").forget().unwrap();
    assert_eq!(kept(&vault("Office", "bob")).as_deref(), Some("bob's"));
}

#[test]
fn with_secret_tool_the_user_sees_the_same_entry() {
    let session = session();
    let vault = SecretService::new(session.bus(), "Office", "ann");
    vault.keep(&Secret::new("secret".into())).unwrap();
    let entry = ["application", "medv", "workspace", "Office", "user", "ann"];
    let looked_up = session.command("secret-tool").arg("lookup").args(entry).output().unwrap();
    assert_eq!(String::from_utf8(looked_up.stdout).unwrap(), "secret");
    assert!(session.command("secret-tool").arg("clear").args(entry).status().unwrap().success());
    assert_eq!(kept(&vault), None);
}

#[test]
fn a_locked_keyring_is_called_locked() {
    let session = session();
    let vault = SecretService::new(session.bus(), "Office", "ann");
    vault.keep(&Secret::new("secret".into())).unwrap();
    let connection = session.connection();
    let keyring = zbus::zvariant::ObjectPath::try_from("/org/freedesktop/secrets/aliases/default").unwrap();
    connection
        .call_method(
            Some("org.freedesktop.secrets"),
            "/org/freedesktop/secrets",
            Some("org.freedesktop.Secret.Service"),
            "Lock",
            &vec![keyring],
        )
        .unwrap();
    let locked = "the keyring is locked; the password is neither kept nor found";
    assert_eq!(vault.get().unwrap_err().to_string(), locked);
    assert_eq!(vault.keep(&Secret::new("other".into())).unwrap_err().to_string(), locked);
}
