//! What the fuzz targets do, as plain functions: a target is a module with `run` (panics where a promise is broken) and
//! `seeds` (inputs to start from). An input that once made `run` panic belongs into the tests, as a call of `run`.

pub mod agent_lines;
mod byte_source;
pub mod container_file;
pub mod container_stream;
pub mod journal;
mod memory_storage;
mod mend;
pub mod redirect_list;
pub mod reg_file;
pub mod stream_cuts;
pub mod vhd_open;
pub mod volumes;
pub mod workspace_toml;

use medv_format::Limits;

/// What an input may ask for: enough for every branch, little enough for many inputs a second.
fn limits() -> Limits {
    Limits { virtual_size: 4 << 20, table_bytes: 1 << 20, chain_depth: 8 }
}

/// Runs the target of this name.
///
/// # Panics
/// Where `data` breaks a promise; where there is no such target.
pub fn run(target: &str, data: &[u8]) {
    match target {
        "agent_lines" => agent_lines::run(data),
        "container_file" => container_file::run(data),
        "container_stream" => container_stream::run(data),
        "journal" => journal::run(data),
        "redirect_list" => redirect_list::run(data),
        "reg_file" => reg_file::run(data),
        "stream_cuts" => stream_cuts::run(data),
        "vhd_open" => vhd_open::run(data),
        "volumes" => volumes::run(data),
        "workspace_toml" => workspace_toml::run(data),
        _ => panic!("no target {target}"),
    }
}

/// The golden files: containers of every form that were made when their version was released.
fn golden_files() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/v1");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// Writes a target's seeds into the folder that `FUZZ_SEEDS` names; without it, does nothing.
///
/// # Panics
/// When the folder cannot be written: fuzzing without seeds would look like fuzzing.
pub fn write_seeds(seeds: Vec<Vec<u8>>) {
    let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(std::path::PathBuf::from) else { return };
    for (number, seed) in seeds.into_iter().enumerate() {
        let path = folder.join(format!("seed-{number}"));
        std::fs::write(&path, seed).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
