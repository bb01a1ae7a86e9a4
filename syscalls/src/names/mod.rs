//! Names of flags and of enumerated values, one file per theme.
//!
//! Names and values are those of the kernel's UAPI headers; `tests/names.rs` compares them.

pub mod capabilities;
pub mod clock;
pub mod devices;
pub mod events;
pub mod files;
pub mod ioctls;
pub mod ipc;
pub mod memory;
pub mod mounts;
pub mod network;
pub mod newer;
pub mod prctl;
pub mod processes;
pub mod sched;
pub mod security;
pub mod signals;
pub mod sockopts;
pub mod system;
pub mod tracing;
pub mod uring;

/// Every vocabulary, for the rows of the table.
pub(crate) mod all {
    pub(crate) use super::{
        clock::*, events::*, files::*, ipc::*, memory::*, mounts::*, network::*, prctl::*,
        processes::*, sched::*, security::*, signals::*, system::*, tracing::*, uring::*,
    };
}

/// A vocabulary: the names of the values that an argument or a member of a structure takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// What it is called in a trace's schema, and shown as in the reference.
    pub name: &'static str,
    /// What its names have in common, to say what an unknown value is: `O_???`; of a field and of flags that are numbers
    /// of their own, with a `|` between them, before which nothing stands if the field does only where it has a name. Or how such a value is
    /// written, as printf(3) has it: `%d`, which what it is called may follow, or `%#03o` for the permissions beside flags (shmget(2)).
    /// Empty if in hexadecimal alone.
    pub unknown: &'static str,
    /// How many of a value's bits count: 32 or 64.
    pub bits: u8,
    /// The names, in the order in which they are looked for and written.
    pub members: &'static [Member],
    /// The names on 64-bit Arm where they are not the same; else empty.
    pub on_aarch64: &'static [Member],
}

/// A name: it stands for `value` in the bits of `mask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The bits that count. All of them for one of several values, `value` for a flag.
    pub mask: u64,
    /// What they are; within `mask`. Of a number, how far it is shifted.
    pub value: u64,
    /// The name. One that begins with `%d` or `%#x` is a number beside the flags, which stands there as printf(3) would
    /// write it: unless it is 0, or always if nothing follows.
    pub name: &'static str,
}

impl Names {
    /// What a name stands for. One that is not there stops the build where this is constant.
    pub const fn member(&self, name: &str) -> Member {
        let mut index = 0;
        while index < self.members.len() {
            if same(self.members[index].name, name) {
                return self.members[index];
            }
            index += 1;
        }
        panic!("no member has that name")
    }

    /// The value that has a name, as [`Names::member`] finds it.
    pub const fn value(&self, name: &str) -> u64 {
        self.member(name).value
    }

    /// The names on a machine whose native ABI is `abi`.
    pub fn on(&self, abi: crate::Abi) -> &'static [Member] {
        match abi {
            crate::Abi::Aarch64 if !self.on_aarch64.is_empty() => self.on_aarch64,
            _ => self.members,
        }
    }
}

/// `==` of strings, which is not const.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

/// Turns lists of names into [`Names`]:
///
/// ```text
/// /// How open(2) opens.
/// OPEN_FLAGS: "O_???" {
///     field 0x3 { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2 }
///     bits { O_CREAT = 0o100, O_EXCL = 0o200 }
///     number 0xff000000 "%d<<O_SHIFT" = 24
/// }
/// ```
///
/// The groups of a list are tried in turn. `bits` are flags; a `field` is several bits that hold
/// one of some values; `value` compares everything: the names of an enumeration, or what a set of
/// flags is called that is empty; `number` are several bits that hold any number. `wide` before the braces makes all 64 bits count, not the low
/// 32. `aarch64 { … }` behind them is the whole list anew for 64-bit Arm.
macro_rules! names {
    ($(
        $(#[doc = $doc:literal])+
        $konst:ident: $unknown:literal $($wide:ident)? { $($groups:tt)* }
        $(aarch64 { $($arm:tt)* })?
    )*) => {
        $(
            $(#[doc = $doc])+
            pub static $konst: $crate::names::Names = $crate::names::Names {
                name: stringify!($konst),
                unknown: $unknown,
                bits: if [$(stringify!($wide),)? ""].len() == 2 { 64 } else { 32 },
                members: $crate::names::members!([] $($groups)*),
                on_aarch64: $crate::names::members!([] $($($arm)*)?),
            };
        )*
    };
}
pub(crate) use names;

/// The members of a vocabulary, group by group.
macro_rules! members {
    ([$($done:expr,)*]) => { &[$($done),*] };
    ([$($done:expr,)*] bits { $($name:ident = $value:expr),* $(,)? } $($rest:tt)*) => {
        $crate::names::members!([$($done,)* $($crate::names::Member {
            mask: $value, value: $value, name: stringify!($name)
        },)*] $($rest)*)
    };
    ([$($done:expr,)*] field $mask:literal { $($name:ident = $value:expr),* $(,)? } $($rest:tt)*) => {
        $crate::names::members!([$($done,)* $($crate::names::Member {
            mask: $mask, value: $value, name: stringify!($name)
        },)*] $($rest)*)
    };
    ([$($done:expr,)*] number $mask:literal $name:literal = $shift:literal $($rest:tt)*) => {
        $crate::names::members!([$($done,)* $crate::names::Member {
            mask: $mask, value: $shift, name: $name
        },] $($rest)*)
    };
    ([$($done:expr,)*] value { $($name:ident = $value:expr),* $(,)? } $($rest:tt)*) => {
        $crate::names::members!([$($done,)* $($crate::names::Member {
            mask: u64::MAX, value: $value, name: stringify!($name)
        },)*] $($rest)*)
    };
}
pub(crate) use members;
