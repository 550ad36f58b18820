//! Users and groups: by the guest's own programs where it has them, else in `/etc/passwd` and its neighbours.

use std::fmt;
use std::process::{Command, Stdio};

use super::find_program;
use crate::files::{Mode, read_text, write_whole};
use crate::{Error, Places, Result};

/// A group that first time setup puts the user into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Who may use the desktop from afar.
    RemoteDesktop,
    /// Who may administer the guest.
    Administrators,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RemoteDesktop => "the remote desktop users",
            Self::Administrators => "the administrators",
        })
    }
}

/// A line of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: String,
    pub(crate) shell: String,
}

/// The user of this name, if there is one.
fn find_user(places: &Places, name: &str) -> Result<Option<User>> {
    let passwd = read(places, "/etc/passwd")?;
    Ok(passwd.lines().filter_map(user_of).find(|user| user.name == name))
}

/// The user of this name; an error if there is none.
pub(crate) fn user(places: &Places, name: &str) -> Result<User> {
    find_user(places, name)?.ok_or_else(|| Error::new(format!("there is no user {name}")))
}

fn user_of(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, shell] = fields.as_slice() else { return None };
    let [uid, gid] = [uid.parse().ok()?, gid.parse().ok()?];
    Some(User { name: (*name).into(), uid, gid, home: (*home).into(), shell: (*shell).into() })
}

/// Whether there is an account of this name.
pub(crate) fn exists(places: &Places, name: &str) -> Result<bool> {
    Ok(find_user(places, name)?.is_some())
}

/// Makes an account without a password, if there is none of this name.
pub(crate) fn ensure_user(places: &Places, name: &str) -> Result<()> {
    check_name(name)?;
    if find_user(places, name)?.is_some() {
        return Ok(());
    }
    if let Some(program) = find_program(places, &["useradd"]).filter(|_| places.is_real()) {
        run(Command::new(program).args(["--create-home", "--shell", &shell(places), "--user-group", name]))?;
    } else {
        add_user_line(places, name)?;
    }
    match find_user(places, name)? {
        Some(_) => Ok(()),
        None => Err(Error::new(format!("the account {name} was made, and is not there"))),
    }
}

fn shell(places: &Places) -> String {
    find_program(places, &["bash"]).unwrap_or_else(|| "/bin/sh".into())
}

/// For a guest of nothing but busybox: its own adduser asks for a password. The order is that of reading: a name in passwd
/// is found only when all else is there.
fn add_user_line(places: &Places, name: &str) -> Result<()> {
    let (passwd, group) = (read(places, "/etc/passwd")?, read(places, "/etc/group")?);
    let ids = passwd.lines().chain(group.lines()).filter_map(|line| line.split(':').nth(2)?.parse().ok());
    let id = ids.filter(|id: &u32| (1000..60000).contains(id)).max().map_or(1000, |last| last + 1);
    let home = format!("/home/{name}");
    if !group.lines().any(|line| line.split(':').next() == Some(name)) {
        append(places, "/etc/group", &group, &format!("{name}:x:{id}:"), Mode::Public)?;
    }
    let shadow = read(places, "/etc/shadow")?;
    if !shadow.lines().any(|line| line.split(':').next() == Some(name)) {
        append(places, "/etc/shadow", &shadow, &format!("{name}:!:19000:0:99999:7:::"), Mode::Private)?;
    }
    let folder = places.at(&home);
    std::fs::create_dir_all(&folder).map_err(|error| Error::at(&folder, error))?;
    if places.is_real() {
        std::os::unix::fs::chown(&folder, Some(id), Some(id)).map_err(|error| Error::at(&folder, error))?;
    }
    append(
        places,
        "/etc/passwd",
        &passwd,
        &format!("{name}:x:{id}:{id}::{home}:{}", shell(places)),
        Mode::Public,
    )
}

/// Gives an account a password, as crypt(3) writes it. One that is in passwd alone gets its line in shadow with it.
pub(crate) fn set_password_hash(places: &Places, name: &str, hash: &str) -> Result<()> {
    if hash.contains([':', '\n', '\r']) {
        return Err(Error::new("a password hash with a colon or a line end in it"));
    }
    user(places, name)?;
    let shadow = read(places, "/etc/shadow")?;
    let mut lines: Vec<String> = Vec::new();
    for line in shadow.lines() {
        let mut fields: Vec<&str> = line.split(':').collect();
        match fields.as_mut_slice() {
            [user, password, ..] if *user == name => *password = hash,
            _ => {}
        }
        lines.push(fields.join(":"));
    }
    if !lines.iter().any(|line| line.split(':').next() == Some(name)) {
        lines.push(format!("{name}:{hash}:19000:0:99999:7:::"));
    }
    write_lines(places, "/etc/shadow", &lines, Mode::Private)
}

/// Makes an account with a password.
pub(crate) fn make(places: &Places, name: &str, password: &str) -> Result<()> {
    ensure_user(places, name)?;
    set_password_hash(places, name, &super::password::hash(password)?)
}

/// Puts a user into a group; the remote desktop group is made if the guest has none.
pub(crate) fn add_to_group(places: &Places, user: &str, group: Group) -> Result<()> {
    self::user(places, user)?;
    let groups = read(places, "/etc/group")?;
    let is_there = |name: &str| groups.lines().any(|line| line.split(':').next() == Some(name));
    let name = match group {
        Group::RemoteDesktop => {
            if !is_there("remotedesktop") {
                make_group(places, "remotedesktop", &groups)?;
            }
            "remotedesktop"
        }
        Group::Administrators => ["sudo", "wheel"]
            .into_iter()
            .find(|name| is_there(name))
            .ok_or_else(|| Error::new("there is neither a group sudo nor a group wheel"))?,
    };
    add_to_named_group(places, user, name)
}

/// Puts a user into a group of this name; an error if there is none.
pub(crate) fn add_to_named_group(places: &Places, user: &str, name: &str) -> Result<()> {
    let groups = read(places, "/etc/group")?;
    let mut lines: Vec<String> = Vec::new();
    let mut is_found = false;
    for line in groups.lines() {
        match line.rsplit_once(':') {
            Some((head, members)) if head.split(':').next() == Some(name) => {
                is_found = true;
                let mut members: Vec<&str> = members.split(',').filter(|member| !member.is_empty()).collect();
                if members.contains(&user) {
                    return Ok(());
                }
                members.push(user);
                lines.push(format!("{head}:{}", members.join(",")));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    if is_found {
        write_lines(places, "/etc/group", &lines, Mode::Public)
    } else {
        Err(Error::new(format!("there is no group {name}")))
    }
}

/// The groups that a user is a member of, by their numbers, his own first.
pub(crate) fn group_ids(places: &Places, user: &User) -> Result<Vec<u32>> {
    let groups = read(places, "/etc/group")?;
    let others = groups.lines().filter_map(|line| {
        let mut fields = line.split(':').skip(2);
        let (id, members) = (fields.next()?, fields.next()?);
        members.split(',').any(|member| member == user.name).then(|| id.parse().ok())?
    });
    Ok(std::iter::once(user.gid).chain(others.filter(|id| *id != user.gid)).collect())
}

/// One of the system's, whose numbers end where those of users begin.
fn make_group(places: &Places, name: &str, groups: &str) -> Result<()> {
    let taken: Vec<u32> = groups.lines().filter_map(|line| line.split(':').nth(2)?.parse().ok()).collect();
    let id = (100..1000).rev().find(|id| !taken.contains(id));
    let id = id.ok_or_else(|| Error::new(format!("no number is free for the group {name}")))?;
    append(places, "/etc/group", groups, &format!("{name}:x:{id}:"), Mode::Public)
}

/// A name that is a field of these files and an argument of programs.
fn check_name(name: &str) -> Result<()> {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if first && name.len() <= 32 && name.chars().all(is_fine) {
        return Ok(());
    }
    Err(Error::new(format!("{name:?} cannot be the name of a user: up to 32 letters, digits, - _ and .")))
}

pub(crate) fn read(places: &Places, path: &str) -> Result<String> {
    Ok(read_text(&places.at(path))?.unwrap_or_default())
}

fn append(places: &Places, path: &str, content: &str, line: &str, mode: Mode) -> Result<()> {
    let lines: Vec<String> = content.lines().map(str::to_owned).chain([line.to_owned()]).collect();
    write_lines(places, path, &lines, mode)
}

fn write_lines(places: &Places, path: &str, lines: &[String], mode: Mode) -> Result<()> {
    write_whole(&places.at(path), format!("{}\n", lines.join("\n")).as_bytes(), mode)
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| Error::new(format!("{name}: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::new(format!("{name} has failed: {}", said.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_an_account_gets_a_password() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::below(folder.path());
        let write = |path: &str, text: &str| write_whole(&places.at(path), text.as_bytes(), Mode::Public);
        write("/etc/passwd", "anna:x:1000:1000::/home/anna:/bin/sh\n").unwrap();
        write("/etc/shadow", "root:*:1:0:9:7:::\n").unwrap();
        for name in ["bob", "bob:x\neve", ""] {
            assert!(set_password_hash(&places, name, "$6$hash").is_err(), "{name:?}");
        }
        set_password_hash(&places, "anna", "$6$hash").unwrap();
        let shadow = read(&places, "/etc/shadow").unwrap();
        assert_eq!(shadow, "root:*:1:0:9:7:::\nanna:$6$hash:19000:0:99999:7:::\n");
    }
}
