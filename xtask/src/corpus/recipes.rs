//! The disks of the corpus.

use super::Step::{Install, Keep, Remove};
use super::{Content, MIB, Recipe, Step};

/// The whole corpus: about 50 GiB of disks, 10 GiB of them real.
pub(crate) fn full() -> Vec<Recipe> {
    vec![
        Recipe { name: "ntfs", bytes: 4096 * MIB, content: Content::Ntfs(windows_programs()), sparse: false },
        Recipe { name: "ext4", bytes: 4096 * MIB, content: Content::Ext4(linux_system()), sparse: false },
        Recipe { name: "random", bytes: 1024 * MIB, content: Content::Random, sparse: false },
        Recipe { name: "empty", bytes: 40960 * MIB, content: Content::Ext4(almost_nothing()), sparse: true },
    ]
}

/// A corpus that is made and measured in two minutes.
pub(crate) fn quick() -> Vec<Recipe> {
    vec![
        Recipe { name: "ntfs", bytes: 512 * MIB, content: Content::Ntfs(few_programs()), sparse: false },
        Recipe { name: "empty", bytes: 4096 * MIB, content: Content::Ext4(almost_nothing()), sparse: true },
    ]
}

/// Windows libraries (Wine's are real PE files), compilers for Windows with their import libraries, .NET assemblies,
/// browsers, an office, fonts. Two programs are removed, and two downloads that had been unpacked before they were
/// installed; a little comes after. About 3.0 GiB live, 0.4 GiB residue.
fn windows_programs() -> Vec<Step> {
    let program = |package| Install { package, folder: program_folder(package) };
    let mut steps = vec![
        Install { package: "libwine", folder: "Windows" },
        Install { package: "mono-devel", folder: "Download/mono" },
    ];
    steps.extend(
        [
            "gcc-mingw-w64-x86-64-win32",
            "g++-mingw-w64-x86-64-win32",
            "mingw-w64-x86-64-dev",
            "mingw-w64-i686-dev",
            "binutils-mingw-w64-x86-64",
            "binutils-mingw-w64-i686",
            "mono-devel",
        ]
        .map(program),
    );
    steps.push(Install { package: "firefox-esr", folder: "Download/firefox" });
    steps.extend(
        [
            "firefox-esr",
            "libreoffice-core",
            "libreoffice-common",
            "openjdk-17-jre-headless",
            "fonts-noto-cjk",
        ]
        .map(program),
    );
    steps.extend(["inkscape", "chromium"].map(|package| Install { package, folder: "Old programs" }));
    steps.extend(
        [
            "thunderbird",
            "gcc-mingw-w64-i686-win32",
            "g++-mingw-w64-i686-win32",
            "blender",
            "gimp-data",
            "gnat-mingw-w64-x86-64-win32",
        ]
        .map(program),
    );
    steps.extend([Remove { folder: "Download" }, Remove { folder: "Old programs" }]);
    steps.extend(["gfortran-mingw-w64-x86-64-win32", "chromium"].map(program));
    steps
}

/// A Debian machine for development and office work. The packages that it was installed from had been kept, and were
/// deleted to make room, as had an older compiler; then something new came. About 2.8 GiB live, 0.7 GiB residue.
fn linux_system() -> Vec<Step> {
    let packages = [
        "libc6",
        "coreutils",
        "bash",
        "locales",
        "libicu72",
        "perl-modules-5.36",
        "libpython3.11-stdlib",
        "libllvm15",
        "gcc-12",
        "git",
        "vim-runtime",
        "emacs-common",
        "ghc",
        "openjdk-17-jre-headless",
        "libreoffice-core",
        "libreoffice-common",
        "firefox-esr",
        "thunderbird",
        "mono-devel",
        "fonts-noto-core",
        "gimp-data",
        "inkscape",
        "blender",
    ];
    let mut steps: Vec<Step> = packages.map(|package| Install { package, folder: "" }).into();
    steps.extend(packages.map(|package| Keep { package, folder: "var/cache/apt/archives" }));
    steps.push(Install { package: "gnat-mingw-w64-x86-64-win32", folder: "opt/compiler" });
    steps.extend([Remove { folder: "var/cache/apt/archives" }, Remove { folder: "opt/compiler" }]);
    steps.extend(
        ["fonts-noto-cjk", "binutils-mingw-w64-x86-64"].map(|package| Install { package, folder: "" }),
    );
    steps
}

/// About 200 MiB.
fn almost_nothing() -> Vec<Step> {
    ["libc6", "coreutils", "bash", "perl-modules-5.36", "git", "mono-devel"]
        .map(|package| Install { package, folder: "" })
        .into()
}

/// A small volume with the same kinds of files and the same history as [`windows_programs`].
fn few_programs() -> Vec<Step> {
    vec![
        Install { package: "binutils-mingw-w64-x86-64", folder: "Download/binutils" },
        Install { package: "binutils-mingw-w64-x86-64", folder: "Program Files/binutils" },
        Install { package: "mingw-w64-x86-64-dev", folder: "Program Files/windows" },
        Install { package: "libreoffice-common", folder: "Old programs" },
        Install { package: "mono-devel", folder: "Program Files/mono" },
        Install { package: "gcc-mingw-w64-x86-64-win32", folder: "Program Files/compiler" },
        Remove { folder: "Download" },
        Remove { folder: "Old programs" },
        Install { package: "gfortran-mingw-w64-x86-64-win32", folder: "Program Files/fortran" },
    ]
}

fn program_folder(package: &str) -> &'static str {
    match package {
        "gcc-mingw-w64-x86-64-win32" | "g++-mingw-w64-x86-64-win32" => "Program Files/compiler",
        "gcc-mingw-w64-i686-win32" | "g++-mingw-w64-i686-win32" => "Program Files (x86)/compiler",
        "mingw-w64-x86-64-dev" => "Program Files/windows",
        "mingw-w64-i686-dev" => "Program Files (x86)/windows",
        "libreoffice-core" | "libreoffice-common" => "Program Files/office",
        "fonts-noto-cjk" => "Windows/Fonts",
        _ => "Program Files",
    }
}
