//! Runs the `medv` command.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// What a finished command left behind.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

/// A `medv` to be given arguments, built from the sources as they are now. Standard input is empty.
///
/// # Panics
/// If it does not build.
pub fn medv() -> Command {
    let mut command = Command::new(program("medv"));
    command.stdin(Stdio::null()).env_remove("NO_COLOR");
    command
}

/// Runs `medv ARGUMENTS` in `folder`.
///
/// # Panics
/// If it cannot be started.
pub fn run<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Finished {
    Finished::from(medv().args(arguments).current_dir(folder).output().expect("medv can be started"))
}

/// The program `name` of this workspace, built from the sources as they are now.
///
/// Another package's binary has no `CARGO_BIN_EXE_…` here: cargo is asked to bring all of them up to date, in the folder and
/// profile that this test was built in. All, and not the one: a package alone has other features of what it is made of, and
/// all of that would be built twice.
///
/// # Panics
/// If they do not build.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build).join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

fn build() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let profile_folder = test.ancestors().nth(2).expect("a test is in target/PROFILE/deps");
    let target = profile_folder.parent().expect("a profile is in target");
    let profile = match profile_folder.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile, "--target-dir"])
        .arg(target);
    // What cargo says of this test is not so of what is built now; build scripts that look at it would run again.
    for (name, _) in env::vars_os().filter(|(name, _)| is_about_a_package(name)) {
        build.env_remove(name);
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.is_ok_and(|status| status.success()), "the programs do not build");
    profile_folder.to_owned()
}

fn is_about_a_package(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
        .iter()
        .any(|start| name.starts_with(start))
}

impl Finished {
    /// Standard output as text.
    ///
    /// # Panics
    /// If it is not UTF-8.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("text on standard output")
    }

    /// The one JSON document on standard output.
    ///
    /// # Panics
    /// If there is none, or anything else beside it.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?}, standard error {}", self.text(), self.stderr))
    }

    /// Itself, if the exit code is `code`.
    ///
    /// # Panics
    /// If not, with what was said.
    #[must_use]
    pub fn exits(self, code: i32) -> Self {
        let said = String::from_utf8_lossy(&self.stdout);
        assert_eq!(self.code, Some(code), "standard error:\n{}standard output:\n{said}", self.stderr);
        self
    }
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Self { code: output.status.code(), stdout: output.stdout, stderr }
    }
}
