//! Whether a password is the right one; what is kept of a new one.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use sha_crypt::{PasswordHasher, PasswordVerifier, ShaCrypt};

use super::accounts::read;
use super::find_program;
use crate::{Error, Places, Result};

/// Compares it with what `/etc/shadow` has. The forms that are not SHA-crypt are left to the guest's own PAM.
pub(crate) fn check(places: &Places, user: &str, password: &str) -> Result<()> {
    let wrong = || Error::wrong_password(format!("the password of {user} is wrong"));
    let shadow = read(places, "/etc/shadow")?;
    let hash = shadow.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(user)).then(|| fields.next().unwrap_or_default().to_owned())
    });
    match hash.as_deref() {
        Some("") if password.is_empty() => Ok(()),
        Some(hash) if hash.starts_with("$5$") || hash.starts_with("$6$") => {
            ShaCrypt::default().verify_password(password.as_bytes(), hash).map_err(|_| wrong())
        }
        Some(hash) if hash.starts_with(['!', '*']) => {
            Err(Error::new(format!("the account {user} is locked")))
        }
        _ => match find_program(places, &["unix_chkpwd"]).filter(|_| places.is_real()) {
            Some(program) if ask(&program, user, password)? => Ok(()),
            Some(_) => Err(wrong()),
            None if hash.is_none() => Err(Error::new(format!("the account {user} has no password"))),
            None => Err(Error::new(format!(
                "the password of {user} is kept in a form that cannot be checked here: install unix_chkpwd"
            ))),
        },
    }
}

/// As crypt(3) writes it, with SHA-512.
pub(super) fn hash(password: &str) -> Result<String> {
    let (random, mut salt) = ("/dev/urandom", [0; 12]);
    File::open(random)
        .and_then(|mut random| random.read_exact(&mut salt))
        .map_err(|error| Error::at(random.as_ref(), error))?;
    ShaCrypt::SHA512
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| Error::new(format!("the password cannot be hashed: {error}")))
}

/// PAM's helper takes the password with its terminating zero.
fn ask(program: &str, user: &str, password: &str) -> Result<bool> {
    let failed = |error: std::io::Error| Error::new(format!("{program}: {error}"));
    let mut helper = Command::new(program)
        .args([user, "nullok"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = helper.stdin.take() {
        input.write_all(password.as_bytes()).and_then(|()| input.write_all(&[0])).map_err(failed)?;
    }
    Ok(helper.wait().map_err(failed)?.success())
}
