//! medv itself as a Debian package: the command, the host agent, and what the packager puts into packages.

use std::path::Path;

use super::{Content, Deb, DebFile};

/// What goes into it.
#[derive(Clone, Debug)]
pub struct MedvDeb<'a> {
    /// Its version.
    pub version: &'a str,
    /// Debian's name for the processor: `amd64`.
    pub architecture: &'a str,
    /// Programs: where each is installed, and where it is now.
    pub programs: Vec<(String, &'a Path)>,
}

/// The file name of the package.
pub fn file_name(version: &str, architecture: &str) -> String {
    format!("medv_{version}_{architecture}.deb")
}

/// The package.
///
/// # Errors
/// If a program is not there.
pub fn medv(medv: &MedvDeb<'_>) -> std::io::Result<Deb> {
    let mut files = Vec::new();
    for (path, from) in &medv.programs {
        let len = std::fs::metadata(from)?.len();
        files.push(DebFile {
            path: path.clone(),
            mode: 0o755,
            content: Content::File { path: from.to_path_buf(), len },
        });
    }
    let control = vec![
        ("Package", "medv".to_owned()),
        ("Version", medv.version.to_owned()),
        ("Architecture", medv.architecture.to_owned()),
        ("Maintainer", "medv <medv@localhost>".to_owned()),
        ("Installed-Size", Deb::len_of_files(&files).div_ceil(1024).to_string()),
        ("Depends", "libc6".to_owned()),
        ("Recommends", "qemu-system-x86".to_owned()),
        // The machine's sound, its screen, its user's password.
        ("Suggests", "qemu-system-gui, virt-viewer | tigervnc-viewer, pinentry-gnome3 | pinentry".to_owned()),
        ("Section", "admin".to_owned()),
        ("Priority", "optional".to_owned()),
        (
            "Description",
            "virtual machine disks, packed and installed on many computers\n \
             Packs disks into small files that check themselves, and installs workspaces made of them."
                .to_owned(),
        ),
    ];
    Ok(Deb { control, scripts: Vec::new(), files })
}
