//! Criterion benches of the stages live in `benches/`; the peer comparison is `cargo xtask bench`.
