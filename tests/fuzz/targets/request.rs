//! libFuzzer over the request builder; `tests/fuzz/run request` builds and starts it.
#![no_main]

use countersign_fuzz::request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|tool: &[u8]| request::check(tool));
