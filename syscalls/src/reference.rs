//! The table as a page of documentation.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write;

use crate::{Abi, Arg, Class, Detail, Kind, Len, Memory, Syscall, When, table};

/// What stands above the table.
const HEAD: &str = "\
# Syscalls

<!-- Generated from the table in `syscalls/src/table/`. Do not edit. -->

Every syscall that is known by name, with its number on each ABI. A call that has one name but
different arguments on different ABIs has several rows. On x32 a call has the number that it has on
x86_64, with bit 30 set, or one from 512 on, which is not shown. i386 makes socket calls through socketcall(2), too, some of
them only so: they have the ABI `socketcall`. Other numbers are recorded too, with six
arguments of unknown meaning.

An argument is written `name: kind`; the kind after the arrow is that of the result. *Captured*
says what of the memory behind an argument is kept. Of the calls that no test makes, the reason
stands there, too.
";

/// The whole reference, in Markdown: the classes, then all syscalls in alphabetical order.
pub fn markdown() -> String {
    let mut page = String::from(HEAD);
    page.push_str(&counts());
    page.push_str(&untested());
    page.push_str(&undecoded());
    page.push_str(&classes());
    page.push_str(&syscalls());
    page.push_str(&operations());
    page
}

/// How many syscalls each ABI has.
fn counts() -> String {
    let counts = Abi::ALL.map(|abi| {
        let count = table().filter(|call| call.numbers.on(abi).is_some()).count();
        format!("{count} on {}", abi.name())
    });
    format!("\nThere are {}.\n", counts.join(", "))
}

/// How many rows the tests exercise, and which they do not.
fn untested() -> String {
    let exercised = calls().filter(|call| call.untested.is_none()).count();
    let mut text = format!(
        "\nOf the table's {} rows, workloads of the tests (`tests/workloads/every`) exercise \
         {exercised}. The others:\n\n",
        calls().count()
    );
    for call in calls() {
        if let Some(why) = call.untested {
            push(&mut text, format_args!("- `{}`: {why}\n", call.name));
        }
    }
    text
}

/// Which arguments are shown as they are, though there would be more to say.
fn undecoded() -> String {
    let bare = |kind: &Kind| matches!(kind, Kind::Ptr | Kind::Flags | Kind::Enum);
    let total = calls().map(|call| call.args.len()).sum::<usize>();
    let count =
        |wanted: Kind| calls().flat_map(|call| call.args).filter(|arg| arg.kind == wanted).count();
    let mut text = format!(
        "\n## What is not decoded\n\nOf {total} arguments, {} are addresses of which nothing but the \
         number is shown: addresses for their own sake (of a mapping, a futex, a stack), and memory \
         that is not captured. {} are flags and values without names. They are, by \
         syscall:\n\n",
        count(Kind::Ptr),
        count(Kind::Flags) + count(Kind::Enum),
    );
    let mut rows: Vec<&Syscall> = calls().collect();
    rows.sort_by_key(|call| call.name);
    let mut items: Vec<String> = rows
        .into_iter()
        .filter_map(|call| {
            let args: Vec<&str> =
                call.args.iter().filter(|arg| bare(&arg.kind)).map(|arg| arg.name).collect();
            (!args.is_empty()).then(|| format!("`{}` ({})", call.name, args.join(", ")))
        })
        .collect();
    items.dedup();
    push(&mut text, format_args!("{}.\n", items.join("; ")));
    text
}

fn classes() -> String {
    let mut text =
        String::from("\n## Classes\n\n| Class | Calls | Meaning |\n| --- | --- | --- |\n");
    for (word, class, meaning) in Class::ALL {
        let count = table().filter(|call| call.class.intersects(*class)).count();
        push_row(&mut text, &[format!("`%{word}`"), count.to_string(), meaning.to_string()]);
    }
    text
}

fn syscalls() -> String {
    let mut text = String::from(
        "\n## Table\n\n\
         | Syscall | x86_64 | i386 | aarch64 | Classes | Arguments → result | What it does \
         | Captured |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut rows: Vec<&Syscall> = calls().collect();
    // Stable: the rows of one name keep the order that they have in the table.
    rows.sort_by_key(|call| call.name);
    for call in rows {
        let mut cells = Vec::from([format!("`{}`", call.name)]);
        cells.extend(Abi::OWN.map(|abi| number(call, abi)));
        cells.extend([class_words(call), signature(call)]);
        cells.extend([summary(call), captures(call)]);
        push_row(&mut text, &cells);
    }
    text
}

/// What io_uring does beside the calls.
fn operations() -> String {
    let rows = || table().filter(|row| is_operation(row));
    let mut text = String::from(
        "\n## Operations of io_uring\n\nThey are recorded like calls, with the ABI `io_uring` and their \
         opcodes as numbers; `flags` are those of the entry, and from bit 32 on the operation's own.\n",
    );
    if let Some(first) = rows().next() {
        push(&mut text, format_args!("All have the arguments `{}`.\n", arguments(first)));
    }
    text.push_str("\n| Operation | Opcode | Result | What it does |\n| --- | --- | --- | --- |\n");
    for row in rows() {
        let (name, result) = (format!("`{}`", row.name), format!("`{}`", kind(row.ret)));
        push_row(&mut text, &[name, number(row, Abi::IoUring), result, row.summary.to_string()]);
    }
    text
}

fn is_operation(row: &Syscall) -> bool {
    row.numbers.io_uring.is_some()
}

fn calls() -> impl Iterator<Item = &'static Syscall> {
    table().filter(|row| !is_operation(row))
}

/// As in `(fd: fd, buf: out, count: size)`.
fn arguments(call: &Syscall) -> String {
    let args: Vec<String> =
        call.args.iter().map(|arg| format!("{}: {}", arg.name, kind(arg.kind))).collect();
    format!("({})", args.join(", "))
}

/// As in `(fd: fd, buf: out, count: size) → size`.
fn signature(call: &Syscall) -> String {
    format!("`{} → {}`", arguments(call), kind(call.ret))
}

/// As in `one(WHENCE)`.
fn kind(kind: Kind) -> String {
    match kind.detail() {
        None => kind.name().to_string(),
        Some(Detail::Names(names)) => format!("{}({})", kind.name(), names.name),
        Some(Detail::Choice(choice)) => format!("{}({})", kind.name(), choice.key),
        Some(Detail::Struct(of)) => format!("{}({})", kind.name(), of.name),
    }
}

/// What it does, and if no test makes it, why.
fn summary(call: &Syscall) -> String {
    match call.untested {
        Some(why) => format!("{} Untested: {why}.", call.summary),
        None => call.summary.to_string(),
    }
}

fn number(call: &Syscall, abi: Abi) -> String {
    call.numbers.on(abi).map_or_else(String::new, |nr| nr.to_string())
}

fn class_words(call: &Syscall) -> String {
    let words: Vec<&str> = Class::ALL
        .iter()
        .filter(|(_, class, _)| call.class.intersects(*class))
        .map(|(word, _, _)| *word)
        .collect();
    words.join(", ")
}

fn captures(call: &Syscall) -> String {
    let captures: Vec<String> = call.args.iter().filter_map(capture).collect();
    captures.join("; ")
}

/// As in "`buf`: as many bytes as the result says, if the call succeeds".
fn capture(arg: &Arg) -> Option<String> {
    let (memory, when, _) = arg.kind.memory()?;
    let mut text = format!("`{}`: ", arg.name);
    match memory {
        Memory::Str => text.push_str("string"),
        Memory::StrArray => text.push_str("strings"),
        Memory::Bytes(len) => push_len(&mut text, len, "bytes"),
        Memory::Structs(of, Len::Fixed(1)) => text.push_str(of.name),
        Memory::Structs(of, len) => push_len(&mut text, len, of.name),
        Memory::Tree(of, Len::Fixed(1)) => {
            push(&mut text, format_args!("{} and what it points to", of.name))
        }
        Memory::Tree(of, len) => {
            push_len(&mut text, len, of.name);
            text.push_str(" and what they point to");
        }
        Memory::Count => text.push_str("their number"),
        Memory::Frame(_) => text.push_str("the mask of signals"),
    }
    match when {
        When::Entry => text.push_str(", before the call"),
        When::Both => text.push_str(", before and after the call"),
        When::Exit => {}
        When::Success => text.push_str(", on success"),
        When::Found => text.push_str(", if the result is above 0"),
        When::Interrupted => text.push_str(", if a signal interrupted the call"),
    }
    Some(text)
}

fn push_len(text: &mut String, len: Len, what: &str) {
    match len {
        Len::Ret => push(text, format_args!("as many {what} as the result says")),
        Len::Within(name) => {
            push(text, format_args!("as many {what} as the result says, at most `{name}`"));
        }
        Len::Arg(name) => push(text, format_args!("`{name}` {what}")),
        Len::UpTo(name, most) => {
            push(text, format_args!("`{name}` {what}, if that is no more than {most}"))
        }
        Len::At(name) => push(text, format_args!("`*{name}` {what}")),
        Len::BitsOf(name) => push(text, format_args!("{what} of `{name}` bits")),
        Len::BitsBelow(name) => push(text, format_args!("{what} of `{name}` − 1 bits")),
        Len::Fixed(count) => push(text, format_args!("{count} {what}")),
    }
}

fn push_row(text: &mut String, cells: &[String]) {
    push(text, format_args!("| {} |\n", cells.join(" | ")));
}

fn push(text: &mut String, more: core::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = text.write_fmt(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the page's last table without its head.
    fn rows(page: &str) -> impl Iterator<Item = &str> {
        page.lines().skip_while(|line| *line != "## Table").filter(|line| line.starts_with("| `"))
    }

    #[test]
    fn every_row_is_there() {
        let page = markdown();
        assert_eq!(rows(&page).count(), table().count());
    }

    #[test]
    fn a_row_says_all_about_its_call() {
        let row = "| `read` | 0 | 3 | 63 | desc \
                   | `(fd: fd, buf: out, count: size) → size` \
                   | Read from a file descriptor. \
                   | `buf`: as many bytes as the result says, at most `count`, on success |\n";
        assert!(markdown().contains(row));
    }

    #[test]
    fn rows_have_the_columns_of_the_head() {
        let columns = |line: &str| line.matches(" | ").count();
        let page = markdown();
        for line in rows(&page) {
            let all = if line.starts_with("| `io_uring:") { 3 } else { 7 };
            assert_eq!(columns(line), all, "{line}");
        }
    }
}
