//! The pages that setup.exe and uninstall.exe share: progress, and the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::product::Message;
use super::window::{Event, Page, Window};
use crate::codes;
use crate::progress_message::Progress;

/// What Windows Installer has told so far. Filled by its thread, shown by the window's.
#[derive(Default)]
pub(super) struct Told {
    state: Mutex<State>,
    cancelled: AtomicBool,
}

#[derive(Clone, Default)]
struct State {
    progress: Progress,
    doing: String,
    error: Option<String>,
}

impl Told {
    /// Takes in a message; answers whether to go on.
    pub(super) fn hear(&self, message: Message<'_>) -> bool {
        let mut state = self.state();
        match message {
            Message::Progress(text) => state.progress.message(text),
            Message::Action(text) => {
                // "Action 12:30:10: ExpandDisk. Expanding the disk"
                text.split_once(". ").map_or(text, |(_, what)| what).trim().clone_into(&mut state.doing);
            }
            Message::Data(text) => {
                state.progress.action_data();
                text.trim().clone_into(&mut state.doing);
            }
            // The first one is the cause of the others.
            Message::Error(text) => _ = state.error.get_or_insert_with(|| text.trim().to_owned()),
        }
        !self.is_cancelled()
    }

    /// Whether the user has had enough.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Why it ended, if Windows Installer has said so.
    pub(super) fn error(&self) -> Option<String> {
        self.state().error.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does `work` on a thread of its own while the window shows how far it is.
pub(super) fn progress(
    window: &Window,
    heading: &str,
    told: &Told,
    work: impl FnOnce() -> u32 + Send,
) -> u32 {
    let page = Page { heading: heading.to_owned(), bar: true, cancel: Some("Cancel"), ..Page::default() };
    window.show(&page);
    window.set_bar(0);
    let bell = window.bell();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            // Whoever waits for the end must hear of it.
            let code = catch_unwind(AssertUnwindSafe(work)).unwrap_or(codes::FAILURE);
            done.store(true, Ordering::Release);
            bell.ring();
            code
        });
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                bell.ring();
                thread::sleep(std::time::Duration::from_millis(100));
            }
        });
        while !done.load(Ordering::Acquire) {
            match window.wait() {
                Event::Cancel => {
                    told.cancelled.store(true, Ordering::Relaxed);
                    window.disable_cancel();
                }
                Event::Rung => {
                    let State { progress, doing, .. } = told.state().clone();
                    window.set_text(if told.is_cancelled() { "Undoing what was done ..." } else { &doing });
                    window.set_bar(progress.share());
                }
                Event::Next | Event::Other => {}
            }
        }
        worker.join().unwrap_or(codes::FAILURE)
    })
}

/// The last page. Answers whether its box was ticked.
pub(super) fn end(window: &Window, page: &Page) -> bool {
    window.show(page);
    while window.wait() == Event::Rung {}
    window.is_ticked()
}

/// The last page when all went well.
pub(super) fn success(code: u32, heading: &str) -> Page {
    let text = match code {
        codes::SUCCESS => "Everything is done.",
        _ => "Everything is done. Restart the computer to complete it.",
    };
    Page { heading: heading.to_owned(), text: text.to_owned(), cancel: Some("Finish"), ..Page::default() }
}

/// The last page after a failure.
pub(super) fn failure(code: u32, error: Option<&str>, log: Option<&str>) -> Page {
    let heading = match code {
        codes::USER_EXIT => "Cancelled",
        _ => "It did not work",
    };
    let cause = match error {
        Some(error) if code != codes::USER_EXIT => format!("{error}\n\n"),
        _ => String::new(),
    };
    let log = log.map(|log| format!("\n\nThe log is {log}")).unwrap_or_default();
    let text = format!("{cause}Code {code}: {}.{log}", codes::meaning(code));
    Page { heading: heading.to_owned(), text, cancel: Some("Close"), ..Page::default() }
}
