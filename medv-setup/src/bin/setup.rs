//! setup.exe: see `medv_setup::windows::setup`.
#![cfg_attr(windows, windows_subsystem = "windows")]

#[cfg(windows)]
fn main() {
    // Windows Installer's codes have more bits than `ExitCode` takes.
    std::process::exit(medv_setup::windows::setup::run().cast_signed());
}

#[cfg(not(windows))]
fn main() -> std::process::ExitCode {
    eprintln!("error: this program installs on Windows; here it is `medv workspace` that does");
    std::process::ExitCode::from(2)
}
