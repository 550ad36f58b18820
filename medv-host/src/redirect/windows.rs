//! Opening web addresses on Windows: being one of the browsers, and finding another. Since Windows 8 only the user can
//! choose his browser, in the settings of Windows; this makes that there is something to choose.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use medv_codec::{Error, Result};
use winreg::RegKey;
use winreg::enums::{HKEY_CLASSES_ROOT, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE};

use super::{Address, OPENING, command, is_handed_back};

/// The class of what we open.
const CLASS: &str = "MEDV.Url";
const CLASS_KEY: &str = r"Software\Classes\MEDV.Url";
const BROWSERS: &str = r"Software\Clients\StartMenuInternet";
const OUR_KEY: &str = r"Software\Clients\StartMenuInternet\MEDV";
const REGISTERED: &str = r"Software\RegisteredApplications";
const NAME: &str = "MED-V web redirection";
/// In our key, the class that opened addresses of a scheme when we were registered.
const BEFORE: &str = "Before";
const SCHEMES: [&str; 2] = ["http", "https"];

/// Makes `program`, the host agent, one of the browsers that this user can choose.
///
/// # Errors
/// If the registry cannot be written.
pub fn register(program: &Path) -> Result<()> {
    let cannot = |error| {
        Error::io("cannot register what opens web addresses", error).in_file(r"HKEY_CURRENT_USER\Software")
    };
    write_registration(program).map_err(cannot)
}

fn write_registration(program: &Path) -> io::Result<()> {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let set = |key: &str, name: &str, value: &str| user.create_subkey(key)?.0.set_value(name, &value);
    let quoted = format!("\"{}\"", program.display());
    set(CLASS_KEY, "", NAME)?;
    set(CLASS_KEY, "URL Protocol", "")?;
    set(&format!(r"{CLASS_KEY}\shell\open\command"), "", &format!("{quoted} open -- \"%1\""))?;
    set(OUR_KEY, "", NAME)?;
    set(&format!(r"{OUR_KEY}\shell\open\command"), "", &quoted)?;
    let capabilities = format!(r"{OUR_KEY}\Capabilities");
    set(&capabilities, "ApplicationName", NAME)?;
    set(&capabilities, "ApplicationDescription", "Opens web addresses in the workspace, or in the browser")?;
    for scheme in SCHEMES {
        set(&format!(r"{capabilities}\URLAssociations"), scheme, CLASS)?;
        if let Some(before) = chosen(scheme) {
            set(&format!(r"{OUR_KEY}\{BEFORE}"), scheme, &before)?;
        }
    }
    set(REGISTERED, NAME, &capabilities)
}

/// Takes the registration back.
///
/// # Errors
/// If the registry cannot be written.
pub fn unregister() -> Result<()> {
    let user = RegKey::predef(HKEY_CURRENT_USER);
    let value = user.create_subkey(REGISTERED).and_then(|(key, _)| if_there(key.delete_value(NAME)));
    let keys = [CLASS_KEY, OUR_KEY].into_iter().map(|key| if_there(user.delete_subkey_all(key)));
    let all: io::Result<()> = [value].into_iter().chain(keys).collect();
    let cannot = |error| Error::io("cannot take back what opens web addresses", error);
    all.map_err(|error| cannot(error).in_file(r"HKEY_CURRENT_USER\Software"))
}

fn if_there(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Opens an address in the browser that the user had chosen before us, or else in another one.
///
/// # Errors
/// If there is none, it cannot be started, or it has handed the address back to us.
pub fn open_in_browser(address: &Address) -> Result<()> {
    if is_handed_back(address) {
        return Err(Error::usage(format!("the browser has handed {address} back"))
            .advice("choose another browser in the settings of Windows"));
    }
    let words = classes(address.url().scheme()).into_iter().find_map(|class| {
        let key =
            RegKey::predef(HKEY_CLASSES_ROOT).open_subkey(format!(r"{class}\shell\open\command")).ok()?;
        command::with_address(&key.get_value::<String, _>("").ok()?, address.as_str())
    });
    let words = words.ok_or_else(|| Error::usage("there is no other browser").advice("install one"))?;
    let mut browser = Command::new(&words[0]);
    browser.args(&words[1..]).env(OPENING, address.as_str()).stdin(Stdio::null());
    browser.spawn().map(drop).map_err(|error| Error::io("cannot start the browser", error).in_file(&words[0]))
}

/// The classes that may open addresses of a scheme, the best one first: what the user has chosen, had chosen, or could.
fn classes(scheme: &str) -> Vec<String> {
    let value =
        |hive, key: String| RegKey::predef(hive).open_subkey(key).ok()?.get_value::<String, _>(scheme).ok();
    let mut classes: Vec<String> = chosen(scheme).into_iter().collect();
    classes.extend(value(HKEY_CURRENT_USER, format!(r"{OUR_KEY}\{BEFORE}")));
    for hive in [HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE] {
        let Ok(browsers) = RegKey::predef(hive).open_subkey(BROWSERS) else { continue };
        let names = browsers.enum_keys().filter_map(io::Result::ok);
        let of = |name: String| value(hive, format!(r"{BROWSERS}\{name}\Capabilities\URLAssociations"));
        classes.extend(names.filter_map(of));
    }
    classes.retain(|class| class != CLASS);
    classes
}

/// The class that the user has chosen, if it is not ours.
fn chosen(scheme: &str) -> Option<String> {
    let key = format!(r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\{scheme}\UserChoice");
    let class: String = RegKey::predef(HKEY_CURRENT_USER).open_subkey(key).ok()?.get_value("ProgId").ok()?;
    (class != CLASS).then_some(class)
}
