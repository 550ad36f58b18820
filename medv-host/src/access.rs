//! Who may use a file: its user alone, or all who share the folder that it is in.
//!
//! Those who share a folder can put links into it. None of them is followed to write somewhere else.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Gives a new file the rights that go with its folder, whatever the umask: a folder that belongs to a group which may write has
/// files that the group may read and write; in any other they are the user's alone.
#[cfg(unix)]
pub(crate) fn as_in(folder: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // With the first of these bits, what is made in the folder belongs to its group.
    let shared = 0o2020;
    let is_shared = folder.metadata()?.permissions().mode() & shared == shared;
    file.set_permissions(PermissionsExt::from_mode(if is_shared { 0o660 } else { 0o600 }))
}

/// On Windows a file has the rights of its folder when it is made.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is something to do")]
pub(crate) fn as_in(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// Opens a file, unless it is a link.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags);
    }
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_file_is_its_groups_only_in_a_folder_whose_files_are() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, expected) in [(0o700, 0o600), (0o770, 0o600), (0o2750, 0o600), (0o2770, 0o660)] {
            fs::set_permissions(folder.path(), PermissionsExt::from_mode(mode)).unwrap();
            let file = tempfile::tempfile_in(folder.path()).unwrap();
            as_in(folder.path(), &file).unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, expected, "{mode:o}");
        }
    }

    #[test]
    fn a_link_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "").unwrap();
        symlink(&file, &link).unwrap();
        assert!(open(&file, File::options().write(true)).is_ok());
        assert!(open(&link, File::options().write(true)).is_err());
    }
}
