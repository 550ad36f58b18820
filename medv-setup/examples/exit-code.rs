//! `exit-code PROGRAM ARGUMENT...` runs a program and prints its whole exit code as the last line. Where Windows programs run
//! on another system, of their exit codes only the low 8 bits come through.

use std::process::Command;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().expect("a program to run");
    let mut command = Command::new(program);
    command.args(arguments);
    let status = command.status().expect("it starts");
    println!("exit code {}", status.code().expect("it ends by itself").cast_unsigned());
}
