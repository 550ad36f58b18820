#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::workspace_toml::seeds()),
    |data: &[u8]| medv_fuzz::workspace_toml::run(data)
);
