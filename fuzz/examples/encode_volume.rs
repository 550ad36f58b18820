//! Makes a seed for the target `volumes` out of an image of at most 4 MiB:
//! `cargo run --example encode_volume < IMAGE > seeds/volumes/NAME`. Contents of files, and tables that are not looked at
//! (such as `$UpCase` of NTFS), are best zeroed first.

use std::io::{Read, Write};

fn main() -> std::io::Result<()> {
    let mut image = Vec::new();
    std::io::stdin().read_to_end(&mut image)?;
    std::io::stdout().write_all(&medv_fuzz::volumes::encode(&image))
}
