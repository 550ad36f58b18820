#![no_main]
libfuzzer_sys::fuzz_target!(
    init: medv_fuzz::write_seeds(medv_fuzz::container_stream::seeds()),
    |data: &[u8]| medv_fuzz::container_stream::run(data)
);
