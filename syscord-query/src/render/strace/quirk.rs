//! What strace shows in another way than a call's argument kinds say.

use std::io::Write;

use syscord_format::{Detail, NamesDef};
use syscord_syscalls::{Role, dirent, names::capabilities::CAPABILITIES};

use super::{
    super::{decimal, hexadecimal},
    View,
    names::{Names, Set, Xlat, named, symbol},
    option::{given_option, told_option},
    scalar::{hex, pointer},
    value::{argument, elements, member, register, string, structure_with, structure_without},
};
use crate::{
    row::{Memory, Row, Value},
    schema::KindInfo,
    structure::{Side, Structure, Structures},
};

/// A peculiarity of one call, or of a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// The path in this argument is shown whole, though the kernel wrote it.
    WholePath(usize),
    /// This argument counts pages of 4096 bytes, and is shown in bytes.
    Pages(usize),
    /// It goes on with a call that a signal interrupted, and is shown with that one's name.
    Resumes,
    /// It makes another call with some of its arguments, and is shown as that one: see [`IPC`].
    Ipc,
    /// The members of the structure in the first argument are shown as the arguments.
    Spread,
    /// This argument, or the result, is two numbers in one that a macro joins.
    Joined(Option<usize>, &'static Macro),
    /// The bytes behind this argument are no text.
    HexBytes(usize),
    /// The bytes behind this argument are a text, of which the NUL at its end is not shown.
    Text(usize),
    /// Of the text behind this argument no more than so many bytes are looked at.
    NameUpTo(usize, usize),
    /// Nothing is shown of the list in this argument if the one behind it says that there is no room.
    List(usize),
    /// The second argument's buffer holds directory entries.
    Dirents,
    /// The structures in this argument have a member that is shown with the result.
    Poll,
    /// The arrays of words are masks, of which all digits are shown.
    Masks,
    /// The structure has a member that counts with this flag only, and what the kernel wrote behind
    /// its pointers is shown: see [`CLONE_PIDFD`] and [`CLONE_PARENT_SETTID`].
    Clone3,
    /// Of the structure only the first member is known if the call failed.
    AskedArea,
    /// The bytes behind this argument are a text if the operation is one of [`KEY_TEXTS`]: see [`Quirk::Text`].
    KeyText(usize),
    /// The kernel fills in the first member of the structure, which is shown with the result.
    ThreadArea,
    /// The structure has a mode that is shown also if it is 0 where it counts: see [`CREATING`].
    OpenHow,
    /// The fourth argument is as long as the fifth says, whatever it is: see [`given_option`].
    GivenOption,
    /// The kernel fills as much of the fourth argument as the fifth points to: see [`told_option`].
    ToldOption,
    /// The arguments have names, and are not in the order of the registers: see [`CLONE`].
    Clone,
    /// The second argument's structures are the halves of sets of capabilities.
    Capabilities,
}

/// The calls that have one. Nothing of this follows from a rule.
const QUIRKS: &[(&str, Quirk)] = &[
    ("getcwd", Quirk::WholePath(0)),
    ("mmap", Quirk::Spread),
    ("mmap2", Quirk::Pages(5)),
    ("restart_syscall", Quirk::Resumes),
    ("ipc", Quirk::Ipc),
    ("quotactl", Quirk::Joined(Some(0), &QCMD)),
    ("quotactl_fd", Quirk::Joined(Some(1), &QCMD)),
    ("ioprio_set", Quirk::Joined(Some(2), &IOPRIO_PRIO_VALUE)),
    ("ioprio_get", Quirk::Joined(None, &IOPRIO_PRIO_VALUE)),
    ("openat2", Quirk::OpenHow),
    ("set_thread_area", Quirk::ThreadArea),
    ("get_thread_area", Quirk::AskedArea),
    ("keyctl", Quirk::KeyText(2)),
    ("setsockopt", Quirk::GivenOption),
    ("getsockopt", Quirk::ToldOption),
    ("getrandom", Quirk::HexBytes(0)),
    ("fsconfig", Quirk::HexBytes(3)),
    ("setxattr", Quirk::Text(2)),
    ("lsetxattr", Quirk::Text(2)),
    ("fsetxattr", Quirk::Text(2)),
    ("getxattr", Quirk::Text(2)),
    ("lgetxattr", Quirk::Text(2)),
    ("fgetxattr", Quirk::Text(2)),
    ("listxattr", Quirk::List(1)),
    ("llistxattr", Quirk::List(1)),
    ("flistxattr", Quirk::List(1)),
    ("memfd_create", Quirk::NameUpTo(0, 250)),
    ("getdents", Quirk::Dirents),
    ("getdents64", Quirk::Dirents),
    ("poll", Quirk::Poll),
    ("ppoll", Quirk::Poll),
    ("ppoll_time64", Quirk::Poll),
    ("set_mempolicy", Quirk::Masks),
    ("get_mempolicy", Quirk::Masks),
    ("mbind", Quirk::Masks),
    ("migrate_pages", Quirk::Masks),
    ("clone", Quirk::Clone),
    ("clone3", Quirk::Clone3),
    ("capget", Quirk::Capabilities),
    ("capset", Quirk::Capabilities),
];

/// Joins two numbers to one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Macro {
    name: &'static str,
    /// How many bits the second number has.
    bits: u32,
    /// What the second is called if it has no name; nothing if it never has one.
    unknown: &'static str,
    /// Whether the number as a whole has a sign.
    signed: bool,
}

/// What quotactl(2) does, and for whom.
const QCMD: Macro = Macro { name: "QCMD", bits: 8, unknown: "???QUOTA", signed: false };
/// The class and the level of an I/O priority (ioprio_set(2)).
const IOPRIO_PRIO_VALUE: Macro =
    Macro { name: "IOPRIO_PRIO_VALUE", bits: 13, unknown: "", signed: true };

/// keyctl(2)'s `KEYCTL_DESCRIBE` and `KEYCTL_GET_SECURITY`.
const KEY_TEXTS: [Option<u64>; 2] = [Some(6), Some(17)];

/// open(2)'s flags with which the mode counts.
const CREATING: u64 = 0o20_000_100;

/// clone(2)'s flag that the child's id is stored in the parent.
const CLONE_PARENT_SETTID: u64 = 0x0010_0000;
/// clone(2)'s flag that a descriptor of the child is made.
const CLONE_PIDFD: u64 = 0x1000;

/// clone(2)'s flag that the child is put into a cgroup.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// The order and names that clone(2)'s arguments have, by the names of the table.
const CLONE: [(&str, &str); 5] = [
    ("child_stack", "stack"),
    ("flags", "flags"),
    ("parent_tid", "parent_tid"),
    ("tls", "tls"),
    ("child_tidptr", "child_tid"),
];

/// The flags by which clone(2) looks at an argument (sched.h).
const NEEDED: [(&str, u64); 4] = [
    ("pidfd", CLONE_PIDFD),
    ("parent_tid", CLONE_PARENT_SETTID),
    ("tls", 0x0008_0000),
    ("child_tid", 0x0120_0000),
];

impl Quirk {
    /// The quirk of a call.
    pub(crate) fn of(name: &str) -> Option<Quirk> {
        QUIRKS.iter().find(|(known, _)| *known == name).map(|(_, quirk)| *quirk)
    }

    /// Appends an argument that the quirk is about; says whether it was.
    pub(super) fn argument(
        self,
        out: &mut Vec<u8>,
        row: &Row<'_>,
        arg: usize,
        style: &View<'_>,
    ) -> bool {
        match (self, row.value(arg)) {
            (Quirk::WholePath(whole), Value::Memory(path)) if whole == arg => {
                style.quote(out, path.bytes);
            }
            (Quirk::Pages(pages), Value::Hex(count @ 1..)) if pages == arg => {
                hexadecimal(out, count << 12);
            }
            (Quirk::Joined(Some(at), of), Value::Hex(number)) if at == arg => {
                let (number, mut text) = (number as u32, Vec::new());
                joined(&mut text, row, row.kind(arg), of, number, style.xlat);
                let text = String::from_utf8_lossy(&text);
                match of.signed {
                    true => symbol(out, number.cast_signed(), Some(&text), style.xlat),
                    false => symbol(out, number, Some(&text), style.xlat),
                }
            }
            (Quirk::GivenOption, value) if arg == 3 => {
                return given_option(out, row, value, style).is_some();
            }
            (Quirk::ToldOption, value) if arg == 3 => {
                return told_option(out, value, style).is_some();
            }
            (Quirk::AskedArea, Value::Structures(area))
                if area.torn.is_none() && row.ret.is_none_or(|ret| ret < 0) =>
            {
                for entry in area.iter().filter_map(|area| area.members().next()) {
                    drop(write!(out, "{{{}=", entry.def.name));
                    member(out, entry, style);
                    out.extend_from_slice(b", ...}");
                }
            }
            (Quirk::ThreadArea, Value::Structures(area)) if area.torn.is_none() => {
                let Value::Structures(given) = row.value_at(arg, Side::Before) else {
                    return false;
                };
                given.iter().for_each(|given| structure_without(out, given, &[], style));
            }
            (Quirk::OpenHow, Value::Structures(how)) if how.torn_apart().is_none() => {
                for how in how.iter() {
                    let creates = flags(&how) & CREATING != 0;
                    let wanted: &[&str] = if creates { &["mode"] } else { &[] };
                    structure_with(out, how, &[], wanted, style);
                }
            }
            (Quirk::HexBytes(bytes), Value::Memory(memory))
                if bytes == arg && memory.role == Some(Role::Content) =>
            {
                argument(out, row, arg, &style.in_hex());
            }
            (Quirk::Text(text) | Quirk::KeyText(text), Value::Memory(memory))
                if text == arg
                    && !memory.cut
                    && memory.bytes.len() <= style.string
                    && (self == Quirk::Text(text) || KEY_TEXTS.contains(&row.raw(0))) =>
            {
                let text = memory.bytes.strip_suffix(b"\0").unwrap_or(memory.bytes);
                style.quote(out, text);
            }
            (Quirk::NameUpTo(name, most), Value::Memory(Memory { bytes, .. }))
                if name == arg && bytes.len() >= most =>
            {
                string(out, &bytes[..most], true, style);
            }
            (Quirk::List(list), Value::Hex(address @ 1..))
                if list == arg && row.raw(arg + 1) == Some(0) =>
            {
                pointer(out, address);
            }
            (Quirk::Poll, Value::Structures(fds)) if arg == 0 => {
                elements(out, fds.iter(), fds.rest(), style, |out, fd| {
                    // What is not looked at is not waited for either.
                    let number =
                        fd.members().next().map_or(0, |fd| fd.raw(fd.bytes().unwrap_or_default()));
                    let left_out = if number.cast_signed() < 0 { 2 } else { 1 };
                    structure_without(out, fd, &["revents", "events"][..left_out], style);
                });
            }
            (Quirk::Masks, Value::Structures(words)) if words.array => {
                elements(out, words.iter(), words.rest(), style, |out, word| {
                    let bytes = word.bare().and_then(|word| word.bytes()).unwrap_or_default();
                    let word = word.bare().map_or(0, |word| word.raw(bytes));
                    // As printf(3)'s %#016lx: the prefix counts, and 0 has none.
                    let width = 2 * bytes.len();
                    drop(match word {
                        0 => write!(out, "{word:0width$x}"),
                        _ => write!(out, "{word:#0width$x}"),
                    });
                });
            }
            // Of no words there is nothing that could be captured.
            (Quirk::Masks, Value::Hex(1..)) if is_empty_mask(row, arg) => {
                out.extend_from_slice(b"[]");
            }
            (Quirk::Masks, Value::Hex(mode)) => match mode_names(row, arg) {
                Some(names) => named(out, names, Set::Loose, mode, style.xlat),
                None => return false,
            },
            (Quirk::Clone3, Value::Structures(args)) if arg == 0 => {
                clone3(out, args, row.ret, style);
            }
            (Quirk::Capabilities, Value::Structures(halves)) if arg == 1 => {
                return capabilities(out, row, halves, style).is_some();
            }
            (Quirk::Dirents, value) if arg == 1 => {
                if let Some(address) = row.raw(arg).filter(|address| *address != 0) {
                    pointer(out, address);
                    out.push(b' ');
                }
                let entries = match value {
                    Value::Memory(entries) if !entries.cut => dirent::count(entries.bytes),
                    Value::Memory(_) if row.full(arg) > 0 => Some(row.full(arg)),
                    _ if row.ret == Some(0) => Some(0),
                    _ => None,
                };
                match entries {
                    Some(count) => drop(write!(out, "/* {count} entries */")),
                    None if matches!(value, Value::Memory(_)) => {
                        out.extend_from_slice(b"/* entries */");
                    }
                    None if row.raw(arg) == Some(0) => pointer(out, 0),
                    None => drop(out.pop_if(|last| *last == b' ')),
                }
            }
            _ => return false,
        }
        true
    }

    /// Appends the whole call, if the quirk is about it; says whether it was.
    pub(super) fn call(self, out: &mut Vec<u8>, row: &Row<'_>, style: &View<'_>) -> bool {
        match self {
            Quirk::Ipc => ipc(out, row, style).is_some(),
            _ => false,
        }
    }

    /// Appends a result that is no error, if the quirk is about it; says whether it was.
    pub(super) fn whole_result(
        self,
        out: &mut Vec<u8>,
        row: &Row<'_>,
        ret: i64,
        xlat: Xlat,
    ) -> bool {
        if let (Quirk::ThreadArea, Value::Structures(told)) = (self, row.value_at(0, Side::After)) {
            decimal(out, ret);
            for entry in told.iter().filter_map(|told| told.members().next()) {
                let number = entry.raw(entry.bytes().unwrap_or_default());
                drop(write!(out, " ({}={})", entry.def.name, number as u32));
            }
            return true;
        }
        let Quirk::Joined(None, of) = self else { return false };
        drop(write!(out, "{ret}"));
        if xlat != Xlat::Raw {
            out.extend_from_slice(b" (");
            joined(out, row, Some(row.call.ret), of, ret as u32, xlat);
            out.push(b')');
        }
        true
    }

    /// Appends all arguments, if the quirk is about them; says whether it was.
    pub(super) fn arguments(self, out: &mut Vec<u8>, row: &Row<'_>, style: &View<'_>) -> bool {
        match (self, row.value(0)) {
            (Quirk::Clone, _) => {}
            (Quirk::Spread, Value::Structures(args)) => return spread(out, args, style),
            _ => return false,
        }
        let place = |name| row.args().iter().position(|arg| &*arg.name == name);
        let flags = place("flags").and_then(|at| row.raw(at)).unwrap_or_default();
        let mut first = true;
        for (shown, name) in CLONE {
            let needed = NEEDED.iter().find(|(arg, _)| *arg == name);
            let Some(at) = place(name) else { continue };
            // With CLONE_PIDFD the descriptor goes where the id would go.
            let flags =
                if name == "parent_tid" { flags | (flags & CLONE_PIDFD) << 8 } else { flags };
            if needed.is_some_and(|(_, bits)| flags & bits == 0) {
                continue;
            }
            if !first {
                out.extend_from_slice(b", ");
            }
            first = false;
            drop(write!(out, "{shown}="));
            match shown {
                "flags" => argument(out, row, at, style),
                _ if matches!(row.value(at), Value::Structures(_)) => argument(out, row, at, style),
                _ => pointer(out, row.raw(at).unwrap_or_default()),
            }
        }
        true
    }
}

/// The calls that ipc(2) makes, and which of its arguments each takes (ipc/syscall.c).
const IPC: [(&str, &[usize]); 12] = [
    ("SEMOP", &[1, 4, 2]),
    ("SEMGET", &[1, 2, 3]),
    ("SEMCTL", &[1, 2, 3, 4]),
    ("SEMTIMEDOP", &[1, 4, 2, 5]),
    ("MSGSND", &[1, 4, 2, 3]),
    ("MSGRCV", &[1, 4, 2, 5, 3]),
    ("MSGGET", &[1, 2]),
    ("MSGCTL", &[1, 2, 4]),
    ("SHMAT", &[1, 4, 2]),
    ("SHMDT", &[4]),
    ("SHMGET", &[1, 2, 3]),
    ("SHMCTL", &[1, 2, 4]),
];

/// The call that ipc(2) makes, by the trace's row of the same call. What its pointers point to is not
/// known.
fn ipc(out: &mut Vec<u8>, row: &Row<'_>, style: &View<'_>) -> Option<()> {
    let meta = row.schema.meta();
    let Detail::Names(names) = row.kind(0)?.detail else { return None };
    let name = meta.names.get(usize::from(names))?.name_of(row.raw(0)?)?;
    let (_, taken) = IPC.iter().find(|(known, _)| *known == name)?;
    let name = name.to_lowercase();
    let table = meta.abis.iter().find(|abi| *abi.name == *row.call.abi)?;
    let call = table.syscalls.iter().find(|call| call.name == name)?;
    drop(write!(out, "{name}("));
    for (index, (at, arg)) in taken.iter().zip(&call.args).enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        register(out, row, row.schema.kind(arg.kind), row.raw(*at)?, style);
    }
    out.push(b')');
    Some(())
}

/// The members of a structure as arguments.
fn spread(out: &mut Vec<u8>, args: Structures<'_>, style: &View<'_>) -> bool {
    for (index, arg) in args.iter().flat_map(|args| args.members()).enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        member(out, arg, style);
    }
    true
}

/// Sets of capabilities by their names: the low 32 bits of each are in the first structure, the others in
/// the second.
fn capabilities(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    halves: Structures<'_>,
    style: &View<'_>,
) -> Option<()> {
    let names = row.schema.meta().names.iter().find(|names| names.name == CAPABILITIES.name)?;
    let halves: Vec<_> = halves.iter().collect();
    let (low, high) = (halves.first()?, halves.get(1)?);
    if style.xlat != Xlat::Abbrev {
        return None;
    }
    let mut separator = b'{';
    for (low, high) in low.members().zip(high.members()) {
        let (low_bits, high_bits) = (low.raw(low.bytes()?), high.raw(high.bytes()?));
        out.push(separator);
        out.extend_from_slice(if separator == b',' { b" " } else { b"" });
        drop(write!(out, "{}=", low.def.name));
        if low_bits != 0 || high_bits == 0 {
            half(out, names, low_bits, 0);
        }
        if high_bits != 0 {
            out.extend_from_slice(if low_bits != 0 { b"|" } else { b"" });
            half(out, names, high_bits, 32);
        }
        separator = b',';
    }
    out.push(b'}');
    Some(())
}

/// 32 capabilities, of which the first has the number `base`.
fn half(out: &mut Vec<u8>, names: &NamesDef, mut bits: u64, base: u64) {
    let start = out.len();
    for member in names.members().filter(|member| (base..base + 32).contains(&member.value)) {
        let bit = 1 << (member.value - base);
        if bits & bit != 0 {
            out.extend_from_slice(if out.len() > start { b"|" } else { b"" });
            drop(write!(out, "1<<{}", member.name));
            bits &= !bit;
        }
    }
    match (out.len() > start, bits) {
        (true, 0) => {}
        (true, _) => drop(write!(out, "|{bits:#x}")),
        (false, 0) => out.push(b'0'),
        (false, _) => drop(write!(out, "{bits:#x} /* {} */", names.unknown)),
    }
}

/// Two numbers in one, by the names of their kind where they have any: `QCMD(Q_SYNC, USRQUOTA)`. Numbers beside the
/// names are for those that have no second ones.
fn joined(
    out: &mut Vec<u8>,
    row: &Row<'_>,
    kind: Option<KindInfo>,
    of: &Macro,
    number: u32,
    xlat: Xlat,
) {
    let Some(Detail::Names(index)) = kind.map(|kind| kind.detail) else { return };
    let Some(names) = row.schema.meta().names.get(usize::from(index)) else { return };
    let low = (1 << of.bits) - 1;
    let xlat = if of.unknown.is_empty() { xlat } else { Xlat::Abbrev };
    let named = |out: &mut Vec<u8>, part: u32, shift: u32, unknown: &str| {
        let of = |mask: u64| mask as u32 & !part == 0;
        let mut members = names.members().filter(|member| of(member.mask));
        let known = members.find(|member| u64::from(number) & member.mask == member.value);
        let value = hex(u64::from((number & part) >> shift));
        match known {
            Some(member) => symbol(out, value, Some(member.name), xlat),
            None => drop(write!(out, "{value} /* {unknown} */")),
        }
    };
    drop(write!(out, "{}(", of.name));
    named(out, !low, of.bits, &names.unknown);
    out.extend_from_slice(b", ");
    match of.unknown {
        "" => drop(write!(out, "{}", number & low)),
        unknown => named(out, low, 0, unknown),
    }
    out.push(b')');
}

/// The member that says which of the others count.
fn flags(structure: &Structure<'_>) -> u64 {
    let flags = structure.members().find(|member| member.def.name == "flags");
    flags.and_then(|flags| Some(flags.raw(flags.bytes()?))).unwrap_or_default()
}

fn clone3(out: &mut Vec<u8>, args: Structures<'_>, ret: Option<i64>, style: &View<'_>) {
    for args in args.iter() {
        let flags = flags(&args);
        let unneeded = NEEDED.iter().filter(|(_, bits)| flags & bits == 0);
        let left_out: Vec<&str> = unneeded.map(|(name, _)| *name).collect();
        let wanted: &[&str] = if flags & CLONE_INTO_CGROUP != 0 { &["cgroup"] } else { &[] };
        structure_with(out, args, &left_out, wanted, style);
        if let Some(child @ 1..) = ret
            && flags & CLONE_PARENT_SETTID != 0
        {
            drop(write!(out, " => {{parent_tid=[{child}]}}"));
        }
    }
}

/// Whether it is a mask of no words, by the argument that counts its bits.
fn is_empty_mask(row: &Row<'_>, arg: usize) -> bool {
    let count = row.args().iter().position(|arg| &*arg.name == "maxnode");
    let is_mask = row.kind(arg).is_some_and(|kind| kind.role == Some(Role::Array));
    is_mask && count.and_then(|count| row.raw(count)) == Some(0)
}

/// The names of a policy, if that is what the argument is.
fn mode_names<'a>(row: &Row<'a>, arg: usize) -> Option<&'a Names> {
    let Detail::Names(index) = row.kind(arg)?.detail else { return None };
    let is_mode = &*row.args().get(arg)?.name == "mode";
    row.schema.names(index).filter(|_| is_mode)
}
