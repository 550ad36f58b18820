//! The answers of the host, applied. Each step is whole or not done, and to do it again changes nothing.

use medv_protocol::{Answers, UserAnswer};

use super::accounts;
use crate::files::{Mode, write_whole};
use crate::{Error, Places, Result};

/// Applies all of them; what fails does not stop the others. What failed.
pub(crate) fn apply(places: &Places, answers: &Answers) -> Vec<Error> {
    let mut failed = Vec::new();
    let mut note = |outcome: Result<()>| failed.extend(outcome.err());
    if let Some(name) = &answers.computer_name {
        note(computer_name(places, name));
    }
    if let Some(zone) = &answers.time_zone {
        note(time_zone(places, &zone.iana));
    }
    if let Some(region) = &answers.region {
        if let Some(locale) = &region.locale {
            note(set_locale(places, locale));
        }
        if let Some(layout) = &region.keyboard {
            note(keyboard(places, layout));
        }
    }
    if let Some(user) = &answers.user {
        note(account(places, user));
    }
    failed
}

fn account(places: &Places, user: &UserAnswer) -> Result<()> {
    accounts::ensure_user(places, &user.name)?;
    for group in &user.groups {
        // A guest need not have every group that another one has.
        let _ = accounts::add_to_named_group(places, &user.name, group);
    }
    match &user.password_hash {
        Some(hash) => accounts::set_password_hash(places, &user.name, hash.reveal()),
        None => Ok(()),
    }
}

fn computer_name(places: &Places, name: &str) -> Result<()> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if name.is_empty() || name.len() > 63 || !name.chars().all(is_fine) || name.starts_with('-') {
        return Err(Error::new(format!("{name:?} is no computer name: up to 63 letters, digits and -")));
    }
    write_whole(&places.at("/etc/hostname"), format!("{name}\n").as_bytes(), Mode::Public)?;
    let hosts = accounts::read(places, "/etc/hosts")?;
    let kept = hosts.lines().filter(|line| !line.starts_with("127.0.1.1"));
    let lines: Vec<String> = kept.map(str::to_owned).chain([format!("127.0.1.1\t{name}")]).collect();
    write_whole(&places.at("/etc/hosts"), format!("{}\n", lines.join("\n")).as_bytes(), Mode::Public)?;
    if places.is_real() {
        rustix::system::sethostname(name.as_bytes())
            .map_err(|error| Error::new(format!("the computer name cannot be set: {error}")))?;
    }
    Ok(())
}

fn time_zone(places: &Places, zone: &str) -> Result<()> {
    let is_fine = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    if !zone.split('/').all(is_fine) {
        return Err(Error::new(format!("{zone:?} is no time zone")));
    }
    write_whole(&places.at("/etc/timezone"), format!("{zone}\n").as_bytes(), Mode::Public)?;
    let file = format!("/usr/share/zoneinfo/{zone}");
    if !places.at(&file).is_file() {
        return Err(Error::new(format!("the guest does not know the time zone {zone}: install tzdata")));
    }
    let (link, part) = (places.at("/etc/localtime"), places.at("/etc/localtime.part"));
    let _ = std::fs::remove_file(&part);
    std::os::unix::fs::symlink(&file, &part).map_err(|error| Error::at(&part, error))?;
    std::fs::rename(&part, &link).map_err(|error| Error::at(&link, error))
}

fn set_locale(places: &Places, locale: &str) -> Result<()> {
    if locale.is_empty() || !locale.chars().all(|c| c.is_ascii_alphanumeric() || "_.@-".contains(c)) {
        return Err(Error::new(format!("{locale:?} is no locale")));
    }
    // Debian's place, or systemd's.
    let path =
        if places.at("/etc/debian_version").exists() { "/etc/default/locale" } else { "/etc/locale.conf" };
    write_whole(&places.at(path), format!("LANG={locale}\n").as_bytes(), Mode::Public)
}

fn keyboard(places: &Places, layout: &str) -> Result<()> {
    if layout.is_empty() || !layout.chars().all(|c| c.is_ascii_alphanumeric() || "_-,()".contains(c)) {
        return Err(Error::new(format!("{layout:?} is no keyboard layout")));
    }
    let text = format!("XKBLAYOUT=\"{layout}\"\n");
    write_whole(&places.at("/etc/default/keyboard"), text.as_bytes(), Mode::Public)?;
    if places.at("/etc/vconsole.conf").exists() {
        return write_whole(
            &places.at("/etc/vconsole.conf"),
            format!("XKBLAYOUT={layout}\nKEYMAP={layout}\n").as_bytes(),
            Mode::Public,
        );
    }
    Ok(())
}
