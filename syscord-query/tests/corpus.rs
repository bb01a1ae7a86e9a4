//! What fuzzing has found worth keeping is decoded again, by the entry that the fuzzers use.

use std::{fs, io, path::Path};

#[path = "../../fuzz/src/lib.rs"]
mod fuzz;

#[test]
fn the_corpus_is_decoded_without_a_panic() {
    for (name, target) in fuzz::Target::ALL {
        each(name, |bytes| fuzz::run(target, bytes)).unwrap();
    }
    each("trace", fuzz::files::trace).unwrap();
    each("chunk", fuzz::files::chunk).unwrap();
}

fn each(name: &str, run: impl Fn(&[u8])) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let inputs: Vec<_> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    assert!(inputs.len() > 20, "{name}: {} inputs", inputs.len());
    for input in inputs {
        // Shown if it fails.
        eprintln!("{}", input.path().display());
        run(&fs::read(input.path())?);
    }
    Ok(())
}
