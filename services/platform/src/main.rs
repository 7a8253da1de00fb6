//! The binary `countersign`. Everything is in the library beside it, where tests can reach it.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    platform::main(env::args_os(), env::vars_os())
}
