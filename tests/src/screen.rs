//! A screen that nobody sees: Xvfb.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The screen. It goes dark when it goes.
#[derive(Debug)]
pub struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// A new screen.
    ///
    /// # Panics
    /// If Xvfb does not start.
    pub fn new() -> Self {
        let mut server = Command::new("Xvfb");
        // It takes a number that is free, and says which once it is there. It would begin anew whenever its last client goes, and
        // refuse the next one meanwhile.
        server.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("Xvfb starts");
        let mut number = String::new();
        let said = server.stdout.take().expect("its output");
        BufReader::new(said).read_line(&mut number).expect("the number of the screen");
        let display = format!(":{}", number.trim());
        assert!(display.len() > 1, "Xvfb gives no screen");
        Self { server, display }
    }

    /// As the environment variable `DISPLAY` has it.
    pub fn display(&self) -> &str {
        &self.display
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // If it has ended already, so much the better.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}
