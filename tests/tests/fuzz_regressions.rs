//! What fuzzing once found: every file in `fuzz/regressions/TARGET` goes through its target again.

use std::fs;
use std::path::Path;

#[test]
fn what_fuzzing_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/regressions");
    let mut replayed = 0;
    for target in fs::read_dir(&folder).unwrap() {
        let target = target.unwrap();
        let name = target.file_name().into_string().unwrap();
        for input in fs::read_dir(target.path()).unwrap() {
            let path = input.unwrap().path();
            // Said before, as what it shows is a panic.
            println!("{}", path.display());
            medv_fuzz::run(&name, &fs::read(&path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0, "nothing to replay in {}", folder.display());
}
