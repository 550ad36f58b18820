#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::stream_cuts::seeds()),
    |data: &[u8]| medv_fuzz::stream_cuts::run(data)
);
