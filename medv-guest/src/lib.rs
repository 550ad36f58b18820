//! The guest agent: first time setup inside the guest, and what its applications are.
