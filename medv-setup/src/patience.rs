//! Trying again: what something else has open just now, such as a scanner for viruses, is often free a moment later.

use std::io;
use std::thread;
use std::time::Duration;

/// How often, at most.
const TRIES: u32 = 20;
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Attempts until it is done, or fails for a reason that does not pass.
///
/// # Errors
/// What the last attempt answered.
pub(crate) fn until_done<E>(
    mut attempt: impl FnMut() -> Result<(), E>,
    passes: impl Fn(&E) -> bool,
) -> Result<(), E> {
    for _ in 1..TRIES {
        match attempt() {
            Err(error) if passes(&error) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    attempt()
}

/// Whether something else has the file open.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    // Access is denied, too, to what is deleted already but for somebody who has it open.
    let passes = [ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION];
    cfg!(windows) && error.raw_os_error().is_some_and(|code| passes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_not() {
        let tries = Cell::new(0);
        let attempt = || {
            tries.set(tries.get() + 1);
            if tries.get() < 3 { Err("in use") } else { Err("gone") }
        };
        assert_eq!(until_done(attempt, |error| *error == "in use"), Err("gone"));
        assert_eq!(tries.get(), 3);
        assert_eq!(until_done(|| Ok::<_, ()>(()), |()| true), Ok(()));
    }
}
