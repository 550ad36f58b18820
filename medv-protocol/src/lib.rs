//! What the host agent and the guest agent say to each other (`spec/agent-protocol.md`): lines of JSON over one
//! virtio-serial port. Structures and their bytes; no I/O, no threads, no clock.
//!
//! - [`ToHost`] and [`ToGuest`] are the messages of the two directions.
//! - [`encode`] makes a line of a message; [`Lines`] finds lines in whatever bytes arrive, and never keeps more than
//!   [`MAX_LINE`] of them.
//! - [`Answers`] is what the host says before the two can talk, in a file.
//! - [`Secret`] is a text that is not shown.
#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::as_conversions))]

mod answers;
mod app;
mod base64;
mod lines;
mod message;
mod network;
mod printer;
mod secret;
mod text;

pub use answers::{ANSWERS_VERSION, Answers, RegionAnswer, TimeZoneAnswer, UserAnswer};
pub use app::{App, AppId, BadApp, Icon, IconFormat, MAX_APPS, MAX_ICONS};
pub use base64::{BadPiece, MAX_PIECE, from_base64, to_base64};
pub use lines::{BadLine, Lines, MAX_BAD_LINES, MAX_LINE, TooLong, encode};
pub use message::{
    Hello, LogPart, NewAccount, Phase, RequestId, SetupOutcome, SetupTask, ToGuest, ToHost, VERSION,
    knows_version,
};
pub use network::{HostNetwork, Interface, InterfaceAddress, InterfaceKind, MAX_INTERFACE_NAME};
pub use printer::{BadPrinter, MAX_PRINTERS, PRINTERS_IN_A_LINE, Printer};
pub use secret::Secret;

/// The name of the port, on both sides.
pub const PORT_NAME: &str = "org.medv.agent.0";
