//! What the container promises, kept: mostly by asking programs and code that are not ours.
//!
//! Each `with_…` module needs the program it is named after.

mod by_the_book;
mod options;
mod progress;
mod read_counts;
mod refused;
mod same_file;
mod seekable;
mod watch;
mod with_qemu_img;
mod with_zstd;
mod zero_runs;
