//! The `medv` command.

fn main() {}
