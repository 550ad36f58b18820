//! The desktop that is waited for, with a window manager of those that users have, on a screen that nobody sees.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::ConnectionExt;

/// A program of this test's own. It ends with it.
struct Running(Child);

impl Running {
    fn new(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_desktop_is_waited_for_until_its_window_manager_answers() {
    let mut server = Command::new("Xvfb");
    let mut server =
        Running::new(server.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset"]).stdout(Stdio::piped()));
    let mut number = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
    let display = format!(":{}", number.trim());
    let on_display = |program: &str| {
        let mut command = Command::new(program);
        command.env("DISPLAY", &display);
        command
    };
    let (screen, _) = x11rb::connect(Some(&display)).unwrap();
    let has_windows = || {
        let root = screen.setup().roots[0].root;
        !screen.query_tree(root).unwrap().reply().unwrap().children.is_empty()
    };

    let mut waiting = Running::new(on_display(env!("CARGO_BIN_EXE_medv-guest")).arg("wait-for-desktop"));
    // It has a window of its own when it begins to ask.
    let begun = Instant::now();
    while !has_windows() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not ask");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(waiting.0.try_wait().unwrap(), None, "there is no window manager");

    let _manager = Running::new(&mut on_display("openbox"));
    assert!(waiting.0.wait().unwrap().success());
}
