//! Man pages and completions. Each program writes its own, from the definition of its command line, so that they say
//! what it takes: `syscord --generate FOLDER`. That is for those who package it, and stands in no help.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Command, builder::PossibleValuesParser};
use clap_complete::Shell;

mod man;

/// What asks for it, as the first argument.
const ASKS: &str = "--generate";
/// Where pages go, and where completions go.
const FOLDERS: [&str; 2] = ["man", "completions"];
/// As options and arguments are called that take a set of syscalls.
const SETS: [&str; 2] = ["syscall", "set"];

/// Writes all there is for the program, if its arguments ask for that; what it ends with then.
pub fn if_asked(definition: impl FnOnce() -> Command) -> Option<ExitCode> {
    let mut words = env::args_os().skip(1);
    if words.next()? != ASKS {
        return None;
    }
    let (Some(folder), None) = (words.next(), words.next()) else {
        eprintln!("{ASKS} takes a folder");
        return Some(ExitCode::from(2));
    };
    let folder = PathBuf::from(folder);
    Some(match write(definition(), &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    })
}

/// Writes a page for the program and for each subcommand, and a script for each shell.
///
/// # Errors
/// When that cannot be done.
pub fn write(command: Command, folder: &Path) -> io::Result<()> {
    let [pages, scripts] = FOLDERS.map(|name| folder.join(name));
    fs::create_dir_all(&pages)?;
    fs::create_dir_all(&scripts)?;
    for (name, page) in man::pages(command.clone())? {
        fs::write(pages.join(name), page)?;
    }
    let program = command.get_name().to_owned();
    let command = with_names(command);
    for shell in [Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command.clone(), &program, &scripts)?;
    }
    fs::write(scripts.join(format!("{program}.bash")), for_bash(command, &program))
}

/// What is generated for bash finds no subcommand of a program that has a hyphen in its name (clap_complete 4.6), so it is
/// made for a name without, of which only the last word must be the real one: whom it is for.
fn for_bash(mut command: Command, program: &str) -> Vec<u8> {
    let plain = program.replace('-', "_");
    let mut script = Vec::new();
    clap_complete::generate(Shell::Bash, &mut command, &plain, &mut script);
    let script = String::from_utf8_lossy(&script);
    script.replace(&format!(" -o default {plain}\n"), &format!(" -o default {program}\n")).into()
}

/// The same, with the names of syscalls and classes as what a set of syscalls may be. Only completions may have that:
/// a set may also be a list, or an expression.
fn with_names(command: Command) -> Command {
    let is_set = |arg: &clap::Arg| SETS.contains(&arg.get_id().as_str());
    let command = command.mut_args(|arg| match is_set(&arg) {
        true => arg.value_parser(PossibleValuesParser::new(names())),
        false => arg,
    });
    command.mut_subcommands(with_names)
}

fn names() -> Vec<String> {
    let calls = syscord_syscalls::table().map(|call| call.name.to_owned());
    let classes = syscord_syscalls::Class::ALL.iter().map(|(word, ..)| format!("%{word}"));
    let mut names: Vec<String> = calls.chain(classes).chain(["all".to_owned()]).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};

    use super::with_names;

    #[test]
    fn sets_of_syscalls_are_completed_wherever_they_are() {
        let sub = Command::new("record").arg(Arg::new("syscall").long("syscall"));
        let command = with_names(Command::new("a").subcommand(sub).arg(Arg::new("file")));
        let names = |command: &Command, arg: &str| -> Vec<String> {
            let arg = command.get_arguments().find(|it| it.get_id() == arg).unwrap();
            arg.get_possible_values().iter().map(|it| it.get_name().to_owned()).collect()
        };
        let found = names(command.get_subcommands().next().unwrap(), "syscall");
        assert!(["openat", "%network", "all"].iter().all(|it| found.contains(&(*it).to_owned())));
        assert!(names(&command, "file").is_empty());
    }
}
