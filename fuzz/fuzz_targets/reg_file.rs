#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::reg_file::seeds()),
    |data: &[u8]| medv_fuzz::reg_file::run(data)
);
