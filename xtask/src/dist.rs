//! `cargo xtask dist`: what is given away, in `target/dist`.
//!
//! ```text
//! programs/                            what the packager puts into packages: setup.exe, uninstall.exe, medv-actions.dll
//! MED-V_HostAgent_Setup.exe            installs the host agent, and medv.exe
//! MED-V_WorkspacePackager_Setup.exe    installs medv.exe, programs/, and the PowerShell module
//! medv_VERSION_ARCHITECTURE.deb        all of it, for Debian
//! ```

use crate::Result;
use crate::shell::{capture, command, find, root, show, target};
use crate::windows;
use medv_codec::Error;
use medv_packager::deb::{self, MedvDeb};
use medv_packager::msi::{ComponentKind, ProductVersion, whole_component};
use medv_setup::overlay;
use std::fs;
use std::path::Path;

/// What the packager needs beside itself.
const PROGRAMS: [&str; 3] = ["setup.exe", "uninstall.exe", "medv-actions.dll"];

pub(crate) fn run() -> Result<()> {
    if let Some(hindrance) = windows::hindrance(true) {
        return Err(hindrance.into());
    }
    println!("building the Windows programs");
    let built = windows::build(true)?;
    let dist = target("dist")?;
    fs::remove_dir_all(&dist)?;
    fs::create_dir_all(dist.join("programs"))?;
    for name in PROGRAMS {
        fs::copy(built.join(name), dist.join("programs").join(name))?;
    }
    for (name, kind) in [
        ("MED-V_HostAgent_Setup.exe", ComponentKind::HostAgent),
        ("MED-V_WorkspacePackager_Setup.exe", ComponentKind::WorkspacePackager),
    ] {
        write_installer(&dist.join(name), kind, &built)?;
    }
    if find("dpkg").is_some() {
        write_debian_package(&dist)?;
    }
    println!("{}", dist.display());
    Ok(())
}

/// medv for this system: the command, the host agent, and what the packager puts into packages.
fn write_debian_package(dist: &Path) -> Result<()> {
    show(command("cargo").args(["build", "--quiet", "--release", "-p", "medv-cli", "-p", "medv-host"]))?;
    let built = root().join("target/release");
    let mut paths = vec![
        ("usr/bin/medv".to_owned(), built.join("medv")),
        ("usr/bin/medv-host".to_owned(), built.join("medv-host")),
    ];
    let programs =
        PROGRAMS.map(|name| (format!("usr/lib/medv/programs/{name}"), dist.join("programs").join(name)));
    paths.extend(programs);
    let programs = paths.iter().map(|(path, from)| (path.clone(), from.as_path())).collect();
    let (version, architecture) =
        (env!("CARGO_PKG_VERSION"), capture(command("dpkg").arg("--print-architecture"))?);
    let architecture = architecture.trim();
    let deb = deb::medv(&MedvDeb { version, architecture, programs })?;
    let mut file = fs::File::create(dist.join(deb::medv_file_name(version, architecture)))?;
    Ok(deb.write(&mut file)?)
}

/// The installer of a component: setup.exe with the `.msi` behind it. `built` is the folder of the Windows programs.
pub(crate) fn write_installer(path: &Path, kind: ComponentKind, built: &Path) -> Result<()> {
    let version: ProductVersion = env!("CARGO_PKG_VERSION").parse()?;
    let read = |name: &str| {
        fs::read(built.join(name)).map_err(|error| Error::io("cannot read", error).in_file(built.join(name)))
    };
    let msi = whole_component(kind, version, read)?;
    let whole =
        overlay::append(&read("setup.exe")?, &msi).ok_or("setup.exe has something behind its sections")?;
    fs::write(path, whole).map_err(|error| format!("{}: {error}", path.display()).into())
}
