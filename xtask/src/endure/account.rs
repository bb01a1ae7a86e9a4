//! Holds what traces tell against what the load has made.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use syscord_endure::{KINDS, POKE};

use super::{programs::query, text};
use crate::Result;

/// What traces tell, summed up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Calls by name.
    pub calls: BTreeMap<String, u64>,
    /// What the ledger says.
    pub recorded: u64,
    pub dropped: u64,
    /// Of what was dropped, that which is no call.
    pub beside: u64,
    pub files: u64,
}

impl Tally {
    /// Adds a file. It must be whole; that it lacks events that were dropped does not matter.
    pub fn add(&mut self, file: &Path) -> Result {
        let verified = query(&["verify", text(file)])?;
        if verified.code != 0 {
            return Err(format!("verify says {}: {}", verified.code, verified.out));
        }
        let stats = json(&["stats", "--by", "syscall", "--json", text(file)])?;
        for group in stats["groups"].as_array().into_iter().flatten() {
            let name = group["syscall"].as_str().unwrap_or_default().to_owned();
            *self.calls.entry(name).or_default() += group["calls"].as_u64().unwrap_or(0);
        }
        let info = json(&["info", "--json", text(file)])?;
        let total = &info["ledger"]["total"];
        let of = |name: &str| total[name].as_u64().unwrap_or(0);
        if of("seen") != of("recorded") + of("filtered") + of("dropped") {
            return Err(format!("the ledger does not add up: {total}"));
        }
        if Some(of("recorded")) != info["events"].as_u64() {
            return Err(format!("{total} is not about {} events", info["events"]));
        }
        self.recorded += of("recorded");
        self.dropped += of("dropped");
        self.beside += total["dropped_by_reason"]["about processes"].as_u64().unwrap_or(0);
        self.files += 1;
        Ok(())
    }

    pub fn of(file: &Path) -> Result<Tally> {
        let mut tally = Tally::default();
        tally.add(file)?;
        Ok(tally)
    }

    /// Events of all kinds but the one that does not count.
    pub fn events(&self) -> u64 {
        self.calls.values().sum::<u64>() - self.pokes()
    }

    fn pokes(&self) -> u64 {
        self.calls.get(POKE).copied().unwrap_or(0)
    }

    /// An error unless all that was made is there or told as dropped: kind by kind if nothing was.
    pub fn matches(&self, made: &[u64; KINDS.len()]) -> Result {
        let all: u64 = made.iter().sum();
        let told = self.recorded + self.dropped - self.beside - self.pokes();
        if told != all {
            return Err(format!(
                "{all} calls were made, and {told} recorded or told as dropped: {self:?}"
            ));
        }
        if self.dropped > 0 {
            return Ok(());
        }
        let made = KINDS.iter().zip(made).filter(|(_, made)| **made > 0);
        let made: BTreeMap<String, u64> =
            made.map(|(kind, made)| ((*kind).to_owned(), *made)).collect();
        let mut there = self.calls.clone();
        there.remove(POKE);
        match there == made {
            true => Ok(()),
            false => Err(format!("made: {made:?}, recorded: {there:?}")),
        }
    }
}

fn json(args: &[&str]) -> Result<Value> {
    let ran = query(args)?;
    if ran.code != 0 {
        return Err(format!("syscord-query {}: {}: {}", args.join(" "), ran.code, ran.err));
    }
    serde_json::from_str(&ran.out).map_err(|error| error.to_string())
}
