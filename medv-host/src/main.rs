//! The host agent. It does nothing yet but stay until it is ended, which is what the Run entry and the installers need.
#![forbid(unsafe_code)]
// Started at logon, without a console window.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("--version") => println!("medv-host {}", env!("CARGO_PKG_VERSION")),
        Some("run") => loop {
            std::thread::park();
        },
        // Not for users: the hypervisor calls it.
        #[cfg(unix)]
        Some(medv_host::hypervisor::qemu::SUBCOMMAND) => {
            return medv_host::hypervisor::qemu::keeper_main(std::env::args_os().skip(2));
        }
        _ => {
            eprintln!("usage: medv-host run | --version");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
