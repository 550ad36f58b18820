#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::redirect_list::seeds()),
    |data: &[u8]| medv_fuzz::redirect_list::run(data)
);
