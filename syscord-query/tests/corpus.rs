//! What fuzzing has found worth keeping is decoded again, by the entry that the fuzzers use.

use std::{fs, path::Path};

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

#[test]
fn the_corpus_is_decoded_without_a_panic() {
    for (name, target) in fuzz::Target::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
        let inputs: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
        assert!(inputs.len() > 20, "{name}: {} inputs", inputs.len());
        for input in inputs {
            // Shown if it fails.
            eprintln!("{}", input.path().display());
            fuzz::run(target, &fs::read(input.path()).unwrap());
        }
    }
}
