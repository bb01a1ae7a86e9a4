//! What becomes of META: what it says of the machine and of the recording. The description of syscalls stays.

use syscord_format::Meta;

use crate::{
    error::Error,
    redact::{redactor::Redactor, rules::not_ours, secrets::SHORTEST},
};

/// What stands for something of which there is but one.
pub(super) const REDACTED: &str = "[redacted]";
/// What marks the rules by which a trace was redacted, among its filters.
pub(crate) const RULE: &str = "redacted=";
/// The filter that selects syscalls, which are no secret.
const SYSCALL: &str = "syscall";

impl Redactor<'_> {
    /// META without what is to be removed, with the rules by which it was.
    pub(super) fn meta(&mut self, meta: &Meta) -> Result<Meta, Error> {
        let mut redacted = meta.clone();
        if self.rules.host {
            // One that is called like what takes the place of others is looked for nowhere else.
            if meta.host.len() >= SHORTEST && not_ours(meta.host.as_bytes()).is_ok() {
                self.secrets.text(meta.host.as_bytes())?;
            }
            self.tally.meta += 1;
            redacted.host = REDACTED.to_string();
        }
        if self.rules.host || self.rules.argv {
            self.tally.meta += 1;
            redacted.command = vec![REDACTED.as_bytes().to_vec()];
        } else {
            for word in &mut redacted.command {
                if let Some(instead) = self.word(word, None, false)? {
                    *word = instead;
                    self.tally.meta += 1;
                }
            }
        }
        for field in [&mut redacted.recorder, &mut redacted.host, &mut redacted.kernel] {
            // What is only called like something that was removed stays.
            if self.secrets.has_literal(field.as_bytes()) {
                self.member(field)?;
            }
        }
        for filter in &mut redacted.filters {
            self.filter(filter)?;
        }
        let new = self.rules.words.iter().filter(|word| !meta.filters.contains(word));
        redacted.filters.extend(new.cloned());
        Ok(redacted)
    }

    fn member(&mut self, member: &mut String) -> Result<(), Error> {
        if let Some(instead) = self.text(member.as_bytes(), false)? {
            *member = String::from_utf8_lossy(&instead).into_owned();
            self.tally.meta += 1;
        }
        Ok(())
    }

    /// A filter is a name and its value.
    fn filter(&mut self, filter: &mut String) -> Result<(), Error> {
        let Some((name, value)) = filter.split_once('=') else { return self.member(filter) };
        let of_processes = self.rules.comm && name != SYSCALL;
        if filter.starts_with(RULE) {
            return Ok(());
        }
        let mut value = value.to_string();
        match of_processes {
            true => {
                value = REDACTED.to_string();
                self.tally.meta += 1;
            }
            false => self.member(&mut value)?,
        }
        *filter = format!("{name}={value}");
        Ok(())
    }
}
