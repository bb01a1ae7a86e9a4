//! Man pages (man(7)): those that clap_mangen makes of a definition, but for what stands behind the options, which has
//! lines that must stay lines.

use std::io;

use clap::Command;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

/// Pages of the program and of its subcommands, with the names of their files.
///
/// # Errors
/// Never: what is written to is memory.
pub fn pages(command: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let all: Vec<&Command> = [&command].into_iter().chain(command.get_subcommands()).collect();
    let names: Vec<&str> = all.iter().map(|it| name(it)).collect();
    // Subcommands have no version of their own.
    let source = format!("{} {}", command.get_name(), command.get_version().unwrap_or_default());
    let page = |of: &&Command| {
        let man = Man::new((*of).clone()).source(source.trim_end());
        Ok((man.get_filename(), page(&man, of, &names)?))
    };
    all.iter().map(page).collect()
}

fn page(man: &Man, command: &Command, all: &[&str]) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::new();
    if let Some(text) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        notes(&mut roff, &text.to_string());
    }
    let others: Vec<String> =
        all.iter().filter(|it| **it != name(command)).map(|it| format!("{it}(1)")).collect();
    if !others.is_empty() {
        roff.control("SH", ["SEE ALSO"]).text([roman(others.join(", "))]);
    }
    roff.to_writer(&mut page)?;
    Ok(page)
}

fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// Lines that are indented stay as they are; others are paragraphs.
fn notes(roff: &mut Roff, text: &str) {
    roff.control("SH", ["NOTES"]);
    let mut as_it_is = false;
    for line in text.lines() {
        let is_indented = line.starts_with(' ');
        if line.is_empty() {
            roff.control("PP", []);
        } else if is_indented != as_it_is {
            as_it_is = is_indented;
            roff.control(if as_it_is { "nf" } else { "fi" }, []);
        }
        if !line.is_empty() {
            roff.text([roman(line)]);
        }
    }
    if as_it_is {
        roff.control("fi", []);
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::pages;

    #[test]
    fn each_command_has_a_page_whose_examples_stay_lines() {
        let notes = "Examples:\n  a b   one\n  a c   two\n\nMore of it.";
        let sub = Command::new("b").about("Does it").arg(Arg::new("file")).after_help(notes);
        let pages = pages(Command::new("a").about("Does all").subcommand(sub)).unwrap();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.1", "a-b.1"]);
        let text = String::from_utf8(pages[1].1.clone()).unwrap();
        let shown = "Examples:\n.nf\n  a b   one\n  a c   two\n.PP\n.fi\nMore of it.\n";
        assert!(text.contains(shown), "{text}");
        assert!(text.ends_with(".SH \"SEE ALSO\"\na(1)\n"), "{text}");
    }
}
