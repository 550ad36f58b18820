#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::vhd_open::seeds()),
    |data: &[u8]| medv_fuzz::vhd_open::run(data)
);
