//! Errors for who has clicked, and sees nothing of what is printed.

use std::sync::Arc;

use medv_codec::Error;
use medv_host::desktop::{Notice, Urgency, system_desktop};
use medv_host::event::{Event, EventLog, with_causes};

/// Tells an error on the desktop. Where nobody can be told, it was printed.
pub(crate) fn show(error: &Error) {
    let advice = error.advised().map(|advice| format!("\n{advice}")).unwrap_or_default();
    let text = format!("{}{advice}", with_causes(error));
    let notice = Notice { title: "Not opened".to_owned(), text, urgency: Urgency::Critical };
    _ = system_desktop(Arc::new(Nowhere)).tell(&notice);
}

/// What is wrong with a notice about an error is nobody's concern.
struct Nowhere;

impl EventLog for Nowhere {
    fn note(&self, _: &Event) {}
}
