//! `medv-host toolkit` in a real terminal, with a host agent that the test plays.
#![cfg(unix)]

mod with_tmux;
