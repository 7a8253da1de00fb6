//! libFuzzer over the importer; `tests/fuzz/run importer` builds and starts it.
#![no_main]

use countersign_fuzz::{importer, mutate};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|document: &[u8]| importer::check(document));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = mutate::document(&data[..size], seed).filter(|text| text.len() <= max_size);
    match changed {
        Some(text) => {
            data[..text.len()].copy_from_slice(&text);
            text.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});
