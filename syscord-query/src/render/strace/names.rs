//! Values by their names: flags and enumerations.

use std::{fmt::Display, io::Write, sync::Arc};

use syscord_format::NamesDef;
use syscord_syscalls::names::newer::is_newer;

use super::{
    super::{decimal, hexadecimal},
    scalar::hex,
};

/// Whether values are shown by name or as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Xlat {
    /// As numbers
    Raw,
    /// By name
    #[default]
    Abbrev,
    /// As numbers, with names in comments
    Verbose,
}

/// What a vocabulary's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// One of several.
    One,
    /// Flags.
    Bits,
    /// Flags beside one of several values: one without a name stands behind them, like flags without a name.
    Loose,
    /// One of several, or flags, whose number is shown, too.
    Noted,
}

/// A vocabulary of the trace, its names taken apart once.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// What the names are of.
    pub(super) name: Arc<str>,
    /// What stands for a value without a name.
    pub(super) unknown: Arc<str>,
    /// How many of a value's bits count, from the lowest.
    pub(super) bits: u32,
    /// In the order in which they are looked for and written.
    members: Vec<Member>,
    /// The bits that are numbers.
    numeric: u64,
}

/// A name of a value.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The bits that count, and what they are.
    mask: u64,
    pub(super) value: u64,
    pub(super) name: Arc<str>,
    /// Whether strace 6.1 does not know it: it shows the bits as a number.
    is_newer: bool,
    /// How it is written if it is a number.
    number: Option<Number>,
}

/// Whether a number is in hexadecimal or in decimal, and what stands behind it.
#[derive(Clone, Debug)]
struct Number {
    in_hex: bool,
    behind: Arc<str>,
}

impl Names {
    pub(crate) fn of(def: &NamesDef) -> Names {
        let members = def.members().map(|member| Member {
            mask: member.mask,
            value: member.value,
            name: member.name.into(),
            is_newer: is_newer(member.name),
            number: Number::of(member.name),
        });
        let (name, unknown) = (def.name.as_str().into(), def.unknown.as_str().into());
        Names::with(name, unknown, def.bits.into(), members.collect())
    }

    fn with(name: Arc<str>, unknown: Arc<str>, bits: u32, members: Vec<Member>) -> Names {
        let numbers = members.iter().filter(|member| member.number.is_some());
        let numeric = numbers.fold(0, |bits, member| bits | member.mask);
        Names { name, unknown, bits, members, numeric }
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }
}

impl Number {
    fn of(name: &str) -> Option<Number> {
        let in_hex = name.strip_prefix("%#x").map(|behind| (true, behind));
        let (in_hex, behind) =
            in_hex.or_else(|| name.strip_prefix("%d").map(|behind| (false, behind)))?;
        Some(Number { in_hex, behind: behind.into() })
    }
}

/// What stands for a value without a name, if it is a format (printf(3)): a signed decimal, which what
/// it is called may follow, or the permissions that stand beside flags.
const DECIMAL: &str = "%d";
const PERMISSIONS: &str = "%#03o";

/// Appends a value by its names.
pub(super) fn named(out: &mut Vec<u8>, names: &Names, set: Set, raw: u64, xlat: Xlat) {
    named_wide(out, names, set, raw, names.bits, xlat);
}

/// Appends a value by its names, of which `bits` count.
pub(super) fn named_wide(
    out: &mut Vec<u8>,
    names: &Names,
    set: Set,
    raw: u64,
    bits: u32,
    xlat: Xlat,
) {
    let counts = u64::MAX >> (64 - bits.clamp(1, 64));
    let value = raw & counts;
    if let Some((mask, field, flags)) = apart(names, value, counts) {
        named_wide(out, &field, Set::One, value & mask, bits, xlat);
        if value & !mask != 0 {
            out.push(b'|');
            named_wide(out, &flags, Set::Bits, value & !mask, bits, xlat);
        }
        return;
    }
    if &*names.unknown == PERMISSIONS {
        return beside_permissions(out, names, value, counts, xlat);
    }
    let start = out.len();
    by_name(out, names, value, counts, set);
    let known = out.len() > start;
    if xlat == Xlat::Abbrev && known && set != Set::Noted {
        return;
    }
    let text = out.split_off(start);
    let in_decimal = names.unknown.strip_prefix(DECIMAL);
    match value {
        _ if in_decimal.is_some() && bits < 64 => decimal(out, value as u32 as i32),
        _ if in_decimal.is_some() => decimal(out, value.cast_signed()),
        0 => out.push(b'0'),
        _ => hexadecimal(out, value),
    }
    let unknown = in_decimal.unwrap_or(&names.unknown).trim_start_matches([' ', '|']);
    let text = if known { text.as_slice() } else { unknown.as_bytes() };
    // One that is called by its number is not said twice.
    let says_more = match known {
        true => text != hex(value).to_string().as_bytes(),
        false => value != 0 || !matches!(set, Set::Bits | Set::Loose),
    };
    if xlat != Xlat::Raw && says_more && !text.is_empty() {
        comment(out, text);
    }
}

/// Appends what a value is called; nothing if it has no name at all.
fn by_name(out: &mut Vec<u8>, names: &Names, value: u64, counts: u64, set: Set) {
    let start = out.len();
    let left = symbols(out, names, value, counts, set);
    let nameless = out.len() == start;
    if left != 0 && (!nameless || numbers(&mut Vec::new(), 0, names, value, Xlat::Abbrev)) {
        out.extend_from_slice(if nameless { b"" } else { b"|" });
        hexadecimal(out, left);
        if nameless && !names.unknown.is_empty() {
            comment(out, names.unknown.trim_start_matches('|').as_bytes());
        }
    }
    numbers(out, start, names, value, Xlat::Abbrev);
}

/// The bits of the field that comes first, its names, and those of the flags behind it, if those are two numbers; not if the
/// value as a whole has a name.
fn apart(names: &Names, value: u64, counts: u64) -> Option<(u64, Names, Names)> {
    // What is behind it stands for the flags alone, or each `|` would be a field of its own.
    let (field, flags) = names.unknown.split_once('|').filter(|(_, flags)| !flags.contains('|'))?;
    let is_whole = |member: &Member| member.mask & counts == counts;
    let mut members = names.members.iter();
    if members.any(|member| is_whole(member) && member.value & counts == value) {
        return None;
    }
    let mask = names.members.iter().find(|member| !is_whole(member))?.mask;
    let mut in_field = names.members.iter().filter(|member| member.mask == mask);
    if field.is_empty() && !in_field.any(|member| member.value == value & mask) {
        return None;
    }
    let part = |unknown: &str, in_field: bool| {
        let members = names.members.iter();
        let members = members.filter(|member| (member.mask == mask) == in_field);
        let members = members.filter(|member| !is_whole(member)).cloned();
        // Nothing but the field is in its number.
        let alone = |member| if in_field { Member { mask: u64::MAX, ..member } } else { member };
        let members = members.map(alone).collect();
        Names::with(Arc::clone(&names.name), unknown.into(), names.bits, members)
    };
    Some((mask, part(field, true), part(flags, false)))
}

/// Appends a number that may have a name.
pub(super) fn symbol(
    out: &mut Vec<u8>,
    number: impl Display,
    name: Option<impl Display>,
    xlat: Xlat,
) {
    // A Vec takes every write.
    drop(match (xlat, name) {
        (Xlat::Abbrev, Some(name)) => write!(out, "{name}"),
        (Xlat::Verbose, Some(name)) => write!(out, "{number} /* {name} */"),
        _ => write!(out, "{number}"),
    });
}

/// Flags, numbers and permissions, each a number of its own.
fn beside_permissions(out: &mut Vec<u8>, names: &Names, value: u64, counts: u64, xlat: Xlat) {
    const BITS: u64 = 0o777;
    let (start, mut text) = (out.len(), Vec::new());
    let flags = value & !BITS & !names.numeric;
    let left = symbols(&mut text, names, flags, counts, Set::Bits);
    if left != 0 {
        text.extend_from_slice(if text.is_empty() { b"" } else { b"|" });
        hexadecimal(&mut text, left);
    }
    if flags != 0 {
        let (number, text) = (hex(flags).to_string(), String::from_utf8_lossy(&text));
        let name = Some(&*text).filter(|text| *text != number);
        symbol(out, &number, name, xlat);
    }
    let mut parts = Vec::new();
    if numbers(&mut parts, 0, names, value, xlat) {
        out.extend_from_slice(if out.len() > start { b"|" } else { b"" });
        out.extend_from_slice(&parts);
    }
    out.extend_from_slice(if out.len() > start { b"|" } else { b"" });
    out.extend_from_slice(format!("0{:02o}", value & BITS).as_bytes());
}

/// Appends the numbers beside the flags, which are in `out` from `start` on; says whether there are any to show.
fn numbers(out: &mut Vec<u8>, start: usize, names: &Names, value: u64, xlat: Xlat) -> bool {
    let mut any = false;
    for member in &names.members {
        let Some(Number { in_hex, behind }) = &member.number else { continue };
        let shift = member.mask.trailing_zeros();
        let number = (value & member.mask).unbounded_shr(shift);
        if number == 0 && !behind.is_empty() {
            continue;
        }
        any = true;
        out.extend_from_slice(if out.len() > start { b"|" } else { b"" });
        // A Vec takes every write.
        drop(if *in_hex { write!(out, "{}", hex(number)) } else { write!(out, "{number}") });
        if let Some(name) = behind.strip_prefix("<<") {
            out.extend_from_slice(b"<<");
            symbol(out, shift, Some(name), xlat);
        }
    }
    any
}

/// Appends the names that a value has, with `|` between them; returns the bits without a name. Of a
/// field that holds none of its values, its number stands there. Names that came later are left
/// out: strace 6.1 shows their bits as numbers.
fn symbols(out: &mut Vec<u8>, names: &Names, value: u64, counts: u64, set: Set) -> u64 {
    // Negative values are kept with all their bits; only those that count are compared.
    let (mut done, start) = (names.numeric, out.len());
    let separate = |out: &mut Vec<u8>| {
        if out.len() > start {
            out.push(b'|');
        }
    };
    let mut is_field = false;
    let mut members = names.members.iter().filter(|member| member.number.is_none()).peekable();
    while let Some(member) = members.next() {
        let mask = member.mask & counts;
        let open = done & mask == 0;
        if open && value & mask == member.value & counts && !member.is_newer {
            separate(out);
            out.extend_from_slice(member.name.as_bytes());
            done |= mask;
        }
        // A flag is all of its mask; a field's values share one.
        is_field |= mask != counts && member.value & counts != mask;
        if members.peek().is_some_and(|next| next.mask == member.mask) {
            continue;
        }
        // Of what fields overlap, one may hold a value where another does not.
        let elsewhere = || {
            names.members.iter().any(|other| {
                let (theirs, known) = (other.mask & counts, other.value & counts);
                theirs != mask && theirs & mask != 0 && value & theirs == known && !other.is_newer
            })
        };
        if std::mem::take(&mut is_field)
            && set != Set::Loose
            && done & mask == 0
            && value & mask != 0
            && !names.unknown.is_empty()
            && !elsewhere()
        {
            separate(out);
            hexadecimal(out, value & mask);
            comment(out, names.unknown.trim_start_matches('|').as_bytes());
            done |= mask;
        }
    }
    value & !done
}

fn comment(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(b" /* ");
    out.extend_from_slice(text);
    out.extend_from_slice(b" */");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_flags() -> NamesDef {
        NamesDef {
            name: "OPEN_FLAGS".into(),
            unknown: "O_???".into(),
            bits: 32,
            names: "O_RDONLY O_WRONLY O_TMPFILE O_DIRECTORY O_CLOEXEC".into(),
            masks: vec![3, 3, 0o20200000, 0o200000, 0o2000000],
            values: vec![0, 1, 0o20200000, 0o200000, 0o2000000],
        }
    }

    fn whence() -> NamesDef {
        NamesDef {
            name: "WHENCE".into(),
            unknown: "SEEK_???".into(),
            bits: 32,
            names: "SEEK_CUR".into(),
            masks: vec![u64::MAX],
            values: vec![1],
        }
    }

    fn text(names: &NamesDef, set: Set, raw: u64, xlat: Xlat) -> String {
        let mut out = Vec::new();
        named(&mut out, &Names::of(names), set, raw, xlat);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_may_overlap() {
        let futex = NamesDef {
            name: "FUTEX_OPS".into(),
            unknown: "FUTEX_???".into(),
            bits: 32,
            names: "FUTEX_LIST FUTEX_LIST_TOO FUTEX_WAKE FUTEX_WAIT_BITSET FUTEX_CLOCK".into(),
            masks: vec![0x6ff, 0x6ff, 0xff, 0xff, 0x100],
            values: vec![0x207, 0x607, 1, 9, 0x100],
        };
        let flags = |raw| text(&futex, Set::Bits, raw, Xlat::Abbrev);
        assert_eq!(flags(0x109), "FUTEX_WAIT_BITSET|FUTEX_CLOCK");
        assert_eq!(flags(0x207), "FUTEX_LIST");
    }

    #[test]
    fn flags_are_joined_and_leftovers_are_numbers() {
        let flags = |raw| text(&open_flags(), Set::Bits, raw, Xlat::Abbrev);
        assert_eq!(flags(0), "O_RDONLY");
        assert_eq!(flags(0o2000001), "O_WRONLY|O_CLOEXEC");
        assert_eq!(flags(0o20200001), "O_WRONLY|O_TMPFILE");
        assert_eq!(flags(0o200000), "O_RDONLY|O_DIRECTORY");
        assert_eq!(flags(0x4000_0000), "O_RDONLY|0x40000000");
    }

    #[test]
    fn a_field_without_a_name_says_so() {
        let names = NamesDef {
            names: "MAP_SHARED MAP_PRIVATE MAP_FIXED".into(),
            unknown: "MAP_???".into(),
            masks: vec![0xf, 0xf, 0x10],
            values: vec![1, 2, 0x10],
            ..open_flags()
        };
        let flags = |raw| text(&names, Set::Bits, raw, Xlat::Abbrev);
        assert_eq!(flags(0x13), "0x3 /* MAP_??? */|MAP_FIXED");
        assert_eq!(flags(0x12), "MAP_PRIVATE|MAP_FIXED");
        assert_eq!(flags(0x110), "MAP_FIXED|0x100");
    }

    #[test]
    fn a_field_and_flags_may_be_two_numbers() {
        let names = NamesDef {
            name: "FANOTIFY_INIT_FLAGS".into(),
            unknown: "FAN_CLASS_???|FAN_???".into(),
            bits: 32,
            names: "FAN_CLASS_NOTIF FAN_CLASS_CONTENT FAN_CLOEXEC".into(),
            masks: vec![0xc, 0xc, 1],
            values: vec![0, 4, 1],
        };
        let flags = |raw, xlat| text(&names, Set::Bits, raw, xlat);
        assert_eq!(flags(1, Xlat::Abbrev), "FAN_CLASS_NOTIF|FAN_CLOEXEC");
        assert_eq!(flags(0x8c, Xlat::Abbrev), "0xc /* FAN_CLASS_??? */|0x80 /* FAN_??? */");
        assert_eq!(flags(5, Xlat::Verbose), "0x4 /* FAN_CLASS_CONTENT */|0x1 /* FAN_CLOEXEC */");
        assert_eq!(flags(0, Xlat::Raw), "0");
    }

    #[test]
    fn of_wide_members_all_bits_count() {
        let mut out = Vec::new();
        named_wide(
            &mut out,
            &Names::of(&open_flags()),
            Set::Bits,
            0xdead_0000_0000_0001,
            64,
            Xlat::Abbrev,
        );
        assert_eq!(String::from_utf8(out).unwrap(), "O_WRONLY|0xdead000000000000");
    }

    #[test]
    fn values_without_a_name_say_so() {
        let whence = |raw| text(&whence(), Set::One, raw, Xlat::Abbrev);
        assert_eq!(whence(1), "SEEK_CUR");
        assert_eq!(whence(0xdead_0000_0000_0001), "SEEK_CUR");
        assert_eq!(whence(9), "0x9 /* SEEK_??? */");
        assert_eq!(whence(0), "0 /* SEEK_??? */");
    }

    #[test]
    fn permissions_stand_beside_flags() {
        let names = NamesDef {
            name: "IPC_GET_FLAGS".into(),
            unknown: "%#03o".into(),
            bits: 32,
            names: "IPC_CREAT".into(),
            masks: vec![0x200],
            values: vec![0x200],
        };
        let flags = |raw| text(&names, Set::Bits, raw, Xlat::Abbrev);
        assert_eq!(flags(0o1600), "IPC_CREAT|0600");
        assert_eq!(flags(0o1000), "IPC_CREAT|000");
        assert_eq!(flags(0), "000");
        assert_eq!(flags(0x4000_0000), "0x40000000|000");
    }

    #[test]
    fn numbers_stand_behind_flags() {
        let names = NamesDef {
            name: "MMAP_FLAGS".into(),
            unknown: "MAP_???".into(),
            bits: 32,
            names: "MAP_HUGETLB %d<<MAP_HUGE_SHIFT".into(),
            masks: vec![0x40000, 0xfc000000],
            values: vec![0x40000, 26],
        };
        let flags = |raw, xlat| text(&names, Set::Bits, raw, xlat);
        assert_eq!(flags(0x5404_0000, Xlat::Abbrev), "MAP_HUGETLB|21<<MAP_HUGE_SHIFT");
        assert_eq!(flags(0x5404_0001, Xlat::Abbrev), "MAP_HUGETLB|0x1|21<<MAP_HUGE_SHIFT");
        assert_eq!(flags(0x4_0000, Xlat::Abbrev), "MAP_HUGETLB");
        assert_eq!(flags(0x5400_0000, Xlat::Verbose), "0x54000000 /* 21<<MAP_HUGE_SHIFT */");
        let names = NamesDef { unknown: "%#03o".into(), ..names };
        let flags = |raw, xlat| text(&names, Set::Bits, raw, xlat);
        assert_eq!(flags(0x5404_0180, Xlat::Abbrev), "MAP_HUGETLB|21<<MAP_HUGE_SHIFT|0600");
        assert_eq!(flags(0x5404_0180, Xlat::Raw), "0x40000|21<<26|0600");
        assert_eq!(flags(0x4_0180, Xlat::Verbose), "0x40000 /* MAP_HUGETLB */|0600");
        let lengths = NamesDef {
            names: "ONEXEC %#x".into(),
            unknown: "".into(),
            masks: vec![0x40000, 0xffff],
            values: vec![0x40000, 0],
            ..open_flags()
        };
        let flags = |raw, xlat| text(&lengths, Set::Bits, raw, xlat);
        assert_eq!(flags(0x4_0000, Xlat::Abbrev), "ONEXEC|0");
        assert_eq!(flags(0x1_0010, Xlat::Abbrev), "0x10000|0x10");
        assert_eq!(flags(0x10, Xlat::Verbose), "0x10");
    }

    #[test]
    fn flags_may_stand_beside_any_value() {
        let policy = NamesDef {
            name: "POLICY".into(),
            unknown: "MPOL_???".into(),
            bits: 32,
            names: "MPOL_DEFAULT MPOL_BIND MPOL_F_STATIC".into(),
            masks: vec![0xffff_7fff, 0xffff_7fff, 0x8000],
            values: vec![0, 2, 0x8000],
        };
        let mode = |raw, xlat| text(&policy, Set::Loose, raw, xlat);
        assert_eq!(mode(0x8002, Xlat::Abbrev), "MPOL_BIND|MPOL_F_STATIC");
        assert_eq!(mode(0x8007, Xlat::Abbrev), "MPOL_F_STATIC|0x7");
        assert_eq!(mode(7, Xlat::Abbrev), "0x7 /* MPOL_??? */");
        assert_eq!(mode(7, Xlat::Verbose), "0x7 /* MPOL_??? */");
    }

    #[test]
    fn numbers_on_request() {
        assert_eq!(text(&whence(), Set::One, 1, Xlat::Raw), "0x1");
        assert_eq!(text(&whence(), Set::One, 1, Xlat::Verbose), "0x1 /* SEEK_CUR */");
        assert_eq!(text(&whence(), Set::One, 9, Xlat::Verbose), "0x9 /* SEEK_??? */");
        let flags = |raw, xlat| text(&open_flags(), Set::Bits, raw, xlat);
        assert_eq!(flags(0x4000_0001, Xlat::Raw), "0x40000001");
        assert_eq!(flags(0x4000_0001, Xlat::Verbose), "0x40000001 /* O_WRONLY|0x40000000 */");
        assert_eq!(flags(0, Xlat::Verbose), "0 /* O_RDONLY */");
    }
}
