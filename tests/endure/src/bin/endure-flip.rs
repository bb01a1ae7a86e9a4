//! Flips bits of a trace, one at a time, and asks `syscord-query` of it, within this process.
//!
//! `endure-flip every TRACE SHARE OF FOLDER` flips every bit of which the number is SHARE modulo OF, and asks some
//! questions of each trace that can be opened, and more of some. `endure-flip random TRACE COUNT SEED FOLDER` flips COUNT bits that look random; most are read block
//! by block, and few are asked about, as the trace is large. In FOLDER lies what is written meanwhile: `printed`, to which
//! standard output appends, `bit`, the bit at hand, and in the end `report`.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt,
    panic::catch_unwind,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::json;
use syscord_format::{FormatError, Trace};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().map_err(io::Error::other);
    let done = match args.as_slice() {
        ["every", trace, share, of, folder] => (|| {
            let (share, of) = (number(share)?, number(of)?);
            let mut trial = Trial::new(trace, folder)?;
            let bits = (0..trial.bytes.len() as u64 * 8).filter(|bit| bit % of == share);
            bits.collect::<Vec<_>>().into_iter().try_for_each(|bit| trial.ask_of(bit))?;
            trial.report()
        })(),
        ["random", trace, count, seed, folder] => (|| {
            let mut random = Random(number(seed)?.max(1));
            let mut trial = Trial::new(trace, folder)?;
            let whole = Parts::read(Path::new(trace)).map_err(io::Error::other)?;
            for at in 0..number(count)? {
                let bit = random.below(trial.bytes.len() as u64 * 8);
                trial.read_all(bit, &whole, at % ASKED_LARGE == 0)?;
            }
            trial.report()
        })(),
        _ => Err(io::Error::other("it is run by `cargo xtask endure`")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("endure-flip: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Of traces that cannot be opened, every so manieth is asked about.
const ASKED: u64 = 50;
/// Of others, every so manieth all that can be asked.
const ASKED_ALL: u64 = 10;
/// Of flips in a large trace, every so manieth is asked about.
const ASKED_LARGE: u64 = 500;

/// What is asked. Where even the first cannot be answered, the next two are asked all the same, and that is enough.
const QUESTIONS: [&[&str]; 6] = [
    &["FILE", "--json", "--state"],
    &["FILE", "--count"],
    &["verify", "FILE"],
    &["FILE", "--count", "-e", "openat"],
    &["stats", "FILE", "--json"],
    &["FILE", "--strace", "-yy", "-tt"],
];
/// The number of the question whether anything is damaged.
const VERIFY: usize = 2;
const FIRST: usize = 3;
/// Complaints that are kept.
const MOST: usize = 10;

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }
}

/// An answer: what is printed, and whether all could be read; or a refusal.
#[derive(Clone, PartialEq, Eq)]
enum Answer {
    Whole(Vec<u8>),
    Told,
    Refused,
    Panicked,
}

struct Trial {
    folder: PathBuf,
    bytes: Vec<u8>,
    path: PathBuf,
    file: File,
    /// Where standard output goes.
    printed: File,
    bit: File,
    right: Vec<Answer>,
    flips: u64,
    refused: u64,
    told: u64,
    harmless: u64,
    asked: u64,
    wrong: Vec<String>,
}

impl Trial {
    fn new(trace: &str, folder: &str) -> io::Result<Trial> {
        let folder = PathBuf::from(folder);
        let (bytes, path) = (fs::read(trace)?, folder.join("flipped.scd"));
        fs::write(&path, &bytes)?;
        let mut trial = Trial {
            file: OpenOptions::new().write(true).open(&path)?,
            printed: OpenOptions::new().read(true).write(true).open(folder.join("printed"))?,
            bit: File::create(folder.join("bit"))?,
            folder,
            bytes,
            path,
            right: Vec::new(),
            flips: 0,
            refused: 0,
            told: 0,
            harmless: 0,
            asked: 0,
            wrong: Vec::new(),
        };
        trial.right = (0..QUESTIONS.len()).map(|at| trial.ask(at)).collect::<io::Result<_>>()?;
        match trial.right.iter().all(|answer| matches!(answer, Answer::Whole(_))) {
            true => Ok(trial),
            false => Err(io::Error::other("the trace is not whole to begin with")),
        }
    }

    /// Asks a question of the file as it is.
    fn ask(&mut self, question: usize) -> io::Result<Answer> {
        self.asked += 1;
        self.printed.set_len(0)?;
        let file = self.path.as_os_str();
        let words = QUESTIONS[question].iter().map(|word| match *word {
            "FILE" => file,
            word => word.as_ref(),
        });
        let line: Vec<&OsStr> = ["syscord-query".as_ref()].into_iter().chain(words).collect();
        Ok(match catch_unwind(|| syscord_query::ask(line)) {
            Ok(Ok(false)) => {
                let mut text = Vec::new();
                self.printed.seek(SeekFrom::Start(0))?;
                self.printed.read_to_end(&mut text)?;
                Answer::Whole(text)
            }
            Ok(Ok(true)) => Answer::Told,
            Ok(Err(_)) => Answer::Refused,
            Err(_) => Answer::Panicked,
        })
    }

    fn flip(&mut self, bit: u64) -> io::Result<()> {
        self.flips += 1;
        self.bit.write_all_at(&bit.to_le_bytes(), 0)?;
        let byte = self.bytes[(bit / 8) as usize] ^ 1 << (bit % 8);
        self.file.write_all_at(&[byte], bit / 8)
    }

    fn restore(&mut self, bit: u64) -> io::Result<()> {
        self.file.write_all_at(&self.bytes[(bit / 8) as usize..][..1], bit / 8)
    }

    /// Flips a bit, asks all questions, and flips it back. If the trace cannot even be opened, with which all answers
    /// begin, seldom more is asked.
    fn ask_of(&mut self, bit: u64) -> io::Result<()> {
        self.flip(bit)?;
        let opened = catch_unwind(|| Trace::open(&self.path).is_ok()).unwrap_or(true);
        if !opened && !self.flips.is_multiple_of(ASKED) {
            self.refused += 1;
            return self.restore(bit);
        }
        let answers = self.answers(bit, self.flips.is_multiple_of(ASKED_ALL))?;
        match answers[0] {
            Answer::Refused => self.refused += 1,
            _ if answers.iter().all(|answer| matches!(answer, Answer::Whole(_))) => {
                self.harmless += 1;
            }
            _ => self.told += 1,
        }
        self.restore(bit)
    }

    fn answers(&mut self, bit: u64, all: bool) -> io::Result<Vec<Answer>> {
        let mut answers = vec![self.ask(0)?];
        let most = match answers[0] {
            Answer::Refused => FIRST,
            _ if all => QUESTIONS.len(),
            _ => FIRST,
        };
        for question in 1..most {
            answers.push(self.ask(question)?);
        }
        for (question, answer) in answers.iter().enumerate() {
            let problem = match answer {
                Answer::Whole(_) if *answer != self.right[question] => "another answer, unnoticed",
                // What `verify` has not noticed, nobody may stumble over.
                Answer::Told | Answer::Refused if answers[VERIFY] == self.right[VERIFY] => {
                    "noticed, but not by verify"
                }
                Answer::Panicked => "a panic",
                _ => continue,
            };
            self.complain(bit, &format!("{problem}: {}", QUESTIONS[question].join(" ")));
        }
        Ok(answers)
    }

    fn complain(&mut self, bit: u64, problem: &str) {
        if self.wrong.len() < MOST {
            self.wrong.push(format!("bit {} of byte {}: {problem}", bit % 8, bit / 8));
        }
    }

    /// Flips a bit and reads all blocks: what is not noticed must be as it was, and what is left of the others too.
    fn read_all(&mut self, bit: u64, whole: &Parts, asks: bool) -> io::Result<()> {
        self.flip(bit)?;
        match catch_unwind(|| Parts::read(&self.path)) {
            Err(_) => self.complain(bit, "a panic of the reader"),
            Ok(Err(_)) => self.refused += 1,
            Ok(Ok(parts)) => {
                if !parts.blocks.iter().all(|part| whole.blocks.contains(part)) {
                    self.complain(bit, "a block that was not there");
                }
                let same = parts == *whole;
                if !parts.damaged && !same {
                    self.complain(bit, "blocks lack, unnoticed");
                }
                *(if parts.damaged { &mut self.told } else { &mut self.harmless }) += 1;
            }
        }
        if asks {
            self.answers(bit, true)?;
        } else {
            let count = self.ask(1)?;
            if matches!(count, Answer::Whole(_) | Answer::Panicked) && count != self.right[1] {
                self.complain(bit, "another count, unnoticed");
            }
        }
        self.restore(bit)
    }

    fn report(&self) -> io::Result<()> {
        let Trial { flips, refused, told, harmless, asked, wrong, .. } = self;
        let report = json!({
            "flips": flips, "refused": refused, "told": told, "harmless": harmless, "asked": asked, "wrong": wrong,
        });
        fs::write(self.folder.join("report"), report.to_string())
    }
}

/// All blocks of a trace that can be read.
#[derive(PartialEq)]
struct Parts {
    /// What META says, as text.
    meta: String,
    blocks: BTreeSet<Part>,
    damaged: bool,
}

/// Where a block is, its header as text, and its zone map and payload.
type Part = (u64, String, Vec<u8>, Vec<u8>);

impl Parts {
    fn read(path: &Path) -> Result<Parts, FormatError> {
        let mut trace = Trace::open(path)?;
        let mut blocks = BTreeSet::new();
        while let Some(block) = trace.next_block()? {
            match trace.read(&block) {
                Ok(payload) => {
                    let header = format!("{:?}", block.header);
                    blocks.insert((block.offset, header, block.zone, payload));
                }
                Err(FormatError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let meta = format!("{:?}", trace.meta());
        Ok(Parts { meta, blocks, damaged: !trace.complete() })
    }
}
