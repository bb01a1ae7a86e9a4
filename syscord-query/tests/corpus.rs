//! What fuzzing has found worth keeping is decoded again, by the entry that the fuzzers use.

use std::{fs, path::Path};

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

/// The targets, and what runs their inputs.
fn targets() -> Vec<(&'static str, Box<dyn Fn(&[u8])>)> {
    let calls = fuzz::Target::ALL.into_iter().map(|(name, target)| {
        let run: Box<dyn Fn(&[u8])> = Box::new(move |bytes| fuzz::run(target, bytes));
        (name, run)
    });
    let files: [(&str, Box<dyn Fn(&[u8])>); 2] =
        [("trace", Box::new(fuzz::files::trace)), ("chunk", Box::new(fuzz::files::chunk))];
    calls.chain(files).collect()
}

#[test]
fn the_corpus_is_decoded_without_a_panic() {
    for (name, run) in targets() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
        let inputs: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
        assert!(inputs.len() > 20, "{name}: {} inputs", inputs.len());
        for input in inputs {
            // Shown if it fails.
            eprintln!("{}", input.path().display());
            run(&fs::read(input.path()).unwrap());
        }
    }
}
