//! `rights PATH...` prints owner and rights of files and folders, each on a line, in the security descriptor definition language.

#[cfg(windows)]
fn main() {
    for path in std::env::args_os().skip(1) {
        println!("{}", medv_setup::windows::security::read(path.as_ref()).expect("it can be read"));
    }
}

#[cfg(not(windows))]
fn main() {
    eprintln!("error: this is about Windows");
    std::process::exit(2);
}
