//! Windows Installer as an action sees it.

/// Takes what an action says, and answers whether to go on.
pub trait Installer {
    /// A line for the log.
    fn log(&self, line: &str);

    /// Something is not as it should be, though the installation goes on.
    fn warn(&self, line: &str);

    /// An action of `ticks` steps begins to report progress of its own.
    fn begin(&self, ticks: u32);

    /// `ticks` more are done. `said` is for the user.
    fn advance(&self, ticks: u32, said: &str);

    /// Asked several times a second, on the thread of the action: `true` if the user has cancelled.
    fn cancelled(&self) -> bool;
}
