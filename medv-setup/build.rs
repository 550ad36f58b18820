//! Gives setup.exe and uninstall.exe their manifest: administrators only, controls of the present look, sharp on any display.

use embed_manifest::manifest::{DpiAwareness, ExecutionLevel};
use embed_manifest::{embed_manifest, new_manifest};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some() {
        // The display's scale is asked for once, at the start.
        let manifest = new_manifest("Medv.Setup")
            .requested_execution_level(ExecutionLevel::RequireAdministrator)
            .dpi_awareness(DpiAwareness::System);
        embed_manifest(manifest).expect("a manifest can be written");
    }
}
