//! A test in namespaces of its own. They are for those that are started in them, so the test calls itself.

use std::env;
use std::process::{Command, Stdio};

/// The call of this program's test whose name begins so, in namespaces that `unshare` makes by these options and a script prepares.
pub(crate) fn call(options: &[&str], script: &str, test: &str) -> Command {
    let mut within = Command::new("unshare");
    within.args(options).args(["--mount", "--map-root-user", "sh", "-ec", script, "sh"]);
    within.arg(env::current_exe().unwrap()).args(["--nocapture", test]).stdin(Stdio::null());
    within
}

/// Calls it; what it says is said here if it fails.
pub(crate) fn must_pass(call: &mut Command) {
    let ended = call.output().unwrap();
    assert!(
        ended.status.success(),
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
}
