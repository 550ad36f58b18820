#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::agent_lines::seeds()),
    |data: &[u8]| medv_fuzz::agent_lines::run(data)
);
