//! `cargo run -p medv-tests --bin make-golden -- FOLDER`: writes the golden files of today's format version.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: make-golden FOLDER");
        return ExitCode::from(2);
    };
    match medv_tests::golden::make(Path::new(&folder)) {
        Ok(rows) => {
            println!("{}", rows.join("\n"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", Path::new(&folder).display());
            ExitCode::from(3)
        }
    }
}
