//! What the fuzz targets do, as plain functions: a target is a module with `run` (panics where a promise is broken) and
//! `seeds` (inputs to start from). An input that once made `run` panic belongs into the tests, as a call of `run`.

pub mod stream_cuts;

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
