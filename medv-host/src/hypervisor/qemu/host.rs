//! What of the host the machines share: its loudspeakers, its bridges, its windows; and what it is known by.

use std::fs;
use std::path::Path;

/// The driver for the host's sound: that of the server that runs, else of the sound card. Without either nobody hears the machine, but
/// it has the same devices: a state that was saved on one day fits on the other.
pub(super) fn audio(drivers: &[String]) -> &'static str {
    let session = std::env::var_os("XDG_RUNTIME_DIR").unwrap_or_default();
    let session = Path::new(&session);
    [
        ("pipewire", session.join("pipewire-0")),
        // QEMU wants to see that the server has begun; its socket may be there before.
        ("pa", session.join("pulse/pid")),
        ("alsa", "/dev/snd/controlC0".into()),
    ]
    .into_iter()
    .find(|(driver, place)| drivers.iter().any(|known| known == driver) && place.exists())
    .map(|(driver, _)| driver)
    .or_else(|| (cfg!(windows) && drivers.iter().any(|known| known == "dsound")).then_some("dsound"))
    .unwrap_or("none")
}

/// The window that QEMU can open itself.
pub(super) fn window(displays: &[String]) -> Option<&'static str> {
    let has_desktop =
        cfg!(windows) || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    let known = |window: &&str| displays.iter().any(|display| display == window);
    ["gtk", "sdl"].into_iter().find(known).filter(|_| has_desktop)
}

/// The host's bridges, in the order of their names.
pub(super) fn bridges() -> Vec<String> {
    let Ok(adapters) = fs::read_dir("/sys/class/net") else { return Vec::new() };
    let mut bridges: Vec<String> = adapters
        .flatten()
        .filter(|adapter| adapter.path().join("bridge").is_dir())
        .filter_map(|adapter| adapter.file_name().into_string().ok())
        .collect();
    bridges.sort();
    bridges
}

/// What no other host has, whatever its name; empty if the system has made nothing of that kind.
#[cfg(unix)]
pub(super) fn id() -> String {
    fs::read_to_string("/etc/machine-id").unwrap_or_default().trim().to_owned()
}

/// What no other host has, whatever its name; empty if the system has made nothing of that kind.
#[cfg(windows)]
pub(super) fn id() -> String {
    use winreg::RegKey;
    use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY};
    let key = RegKey::predef(HKEY_LOCAL_MACHINE)
        .open_subkey_with_flags(r"SOFTWARE\Microsoft\Cryptography", KEY_READ | KEY_WOW64_64KEY);
    key.and_then(|key| key.get_value("MachineGuid")).unwrap_or_default()
}
