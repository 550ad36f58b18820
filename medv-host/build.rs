//! Gives medv-host.exe its manifest: controls of the present look, without which Windows shows no task dialogs.

use embed_manifest::{embed_manifest, new_manifest};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some() {
        embed_manifest(new_manifest("Medv.Host")).expect("a manifest can be written");
    }
}
