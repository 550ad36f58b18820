//! A workspace as a Debian package: what `apt install` brings is installed with medv, and removed with it.

use std::path::Path;

use super::{Content, Deb, DebFile};
use crate::paper::PackageFile;

/// What a workspace's Debian package is made of.
#[derive(Clone, Copy, Debug)]
pub struct WorkspaceDeb<'a> {
    /// The workspace's name.
    pub name: &'a str,
    /// Its version.
    pub version: crate::msi::ProductVersion,
    /// The file name of the disk, without its extension.
    pub image: &'a str,
    /// The folder of the package.
    pub folder: &'a Path,
    /// The package's files.
    pub files: &'a [PackageFile],
}

/// The file name of the Debian package.
pub fn file_name(name: &str, version: crate::msi::ProductVersion) -> String {
    format!("{}_{version}_all.deb", package_name(name))
}

/// The Debian package. What only Windows needs is left out of it.
pub fn workspace(workspace: &WorkspaceDeb<'_>) -> Deb {
    let WorkspaceDeb { name, version, image, folder, files } = *workspace;
    let package = package_name(name);
    let place = format!("usr/share/medv/workspaces/{package}");
    let needed = |file: &&PackageFile| {
        let extension = Path::new(&file.name).extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("medv" | "reg" | "msi")) || file.name == "SHA256SUMS"
    };
    let files = files.iter().filter(needed).map(|file| DebFile {
        path: format!("{place}/{}", file.name),
        mode: 0o644,
        content: Content::File { path: folder.join(&file.name), len: file.len },
    });
    let files: Vec<DebFile> = files.collect();
    let control = vec![
        ("Package", package.clone()),
        ("Version", version.to_string()),
        ("Architecture", "all".to_owned()),
        ("Maintainer", "medv <medv@localhost>".to_owned()),
        ("Installed-Size", Deb::len_of_files(&files).div_ceil(1024).to_string()),
        ("Depends", "medv".to_owned()),
        ("Recommends", "qemu-system-x86".to_owned()),
        // A machine has one workspace.
        ("Provides", "medv-workspace".to_owned()),
        ("Conflicts", "medv-workspace".to_owned()),
        ("Section", "misc".to_owned()),
        ("Priority", "optional".to_owned()),
        ("Description", format!("MED-V workspace {name}\n A virtual machine with its settings, for medv.")),
    ];
    let (name, disk) = (quoted(name), quoted(&format!("{image}.vhd")));
    let scripts = vec![
        (
            "postinst",
            format!(
                "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n    \
                 medv workspace install --overwrite --no-launch --progress plain '/{place}'\nfi\n"
            ),
        ),
        (
            "prerm",
            format!(
                "#!/bin/sh\nset -e\nif [ \"$1\" = remove ] || [ \"$1\" = deconfigure ]; then\n    \
                 # What could not be installed can be removed.\n    \
                 [ ! -e /var/lib/medv/workspace.toml ] || medv workspace uninstall -- {name}\nfi\n"
            ),
        ),
        (
            "postrm",
            format!(
                // Another workspace may have taken its place, and have a disk of the same name.
                "#!/bin/sh\nset -e\nif [ \"$1\" = purge ] && [ ! -e /var/lib/medv/workspace.toml ]; then\n    \
                 rm -f -- /var/lib/medv/workspace/{disk} /var/lib/medv/workspace/{disk}.*\n    \
                 rm -rf -- /var/lib/medv/allusers\nfi\n"
            ),
        ),
    ];
    Deb { control, scripts, files }
}

/// A name that Debian takes: letters, digits and hyphens.
fn package_name(name: &str) -> String {
    let mut short = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => short.push(letter),
            _ if !short.is_empty() && !short.ends_with('-') => short.push('-'),
            _ => {}
        }
    }
    let short = short.trim_end_matches('-');
    if name.is_ascii() && !short.is_empty() {
        return format!("medv-workspace-{short}");
    }
    // What is left of other letters may be the same for two names.
    let digest = blake3::hash(name.to_lowercase().as_bytes()).to_hex();
    let short = if short.is_empty() { String::new() } else { format!("{short}-") };
    format!("medv-workspace-{short}{}", &digest[..8])
}

/// A word of a shell script that nothing is expanded in.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_debian_packages() {
        assert_eq!(package_name("Office XP (2)"), "medv-workspace-office-xp-2");
        assert_ne!(package_name("Büro"), package_name("Bäro"));
        for name in ["Büro", "ビュロー", "-.-", "A"] {
            let package = package_name(name);
            let allowed =
                |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
            assert!(package.chars().all(allowed) && !package.ends_with('-'), "{package}");
        }
    }

    #[test]
    fn nothing_in_a_name_is_a_command() {
        assert_eq!(quoted("it's $(reboot)"), r"'it'\''s $(reboot)'");
    }
}
