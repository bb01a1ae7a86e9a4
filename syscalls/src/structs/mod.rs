//! Layouts of the structures that syscalls take and fill, one file per theme.
//!
//! A structure is written down once, as its C definition has it; where its members lie on each
//! ABI follows by the rules of C. Only where the definition itself is another, there are several.
//! `tests/structs/` compares with the kernel's UAPI headers.

pub mod bpf;
pub mod devices;
pub mod events;
pub mod files;
pub mod ipc;
pub mod mounts;
pub mod network;
pub mod processes;
pub mod signals;
pub mod system;
pub mod time;

/// Every structure, for the rows of the table.
#[allow(unused_imports, reason = "some structures lie only within others or behind choices")]
pub(crate) mod all {
    pub(crate) use super::{
        bpf::*, devices::*, events::*, files::*, ipc::*, mounts::*, network::*, processes::*,
        signals::*, system::*, time::*,
    };
}

use crate::{Abi, Kind};

/// A structure, or one nameless value that a pointer points to.
#[derive(Debug, PartialEq, Eq)]
pub struct Struct {
    /// Its name in a trace's schema and in the reference.
    pub name: &'static str,
    /// The ABIs on which it has no padding (`__attribute__((packed))`).
    pub packed: &'static [Abi],
    /// Whether all members lie at its start (`union`).
    pub union: bool,
    /// Its members, those that [`Struct::others`] has no others for.
    pub fields: &'static [Field],
    /// The order in which its members are written where it is not that of the definition: the names
    /// that come first.
    pub order: &'static [&'static str],
    /// Its members on the ABIs that define it in another way.
    pub others: &'static [(Abi, &'static [Field])],
}

/// A member.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name; empty for padding, and for the value of a [`Struct`] that has nothing else.
    pub name: &'static str,
    /// How wide it is.
    pub width: Width,
    /// How many there are in a row: 1 unless it is an array.
    pub count: u16,
    /// What it means.
    pub kind: Kind,
    /// When it is shown.
    pub shown: Shown,
}

/// When a member is shown. The numbers are those of a trace's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Always.
    Always = 0,
    /// To those who ask for everything.
    OnRequest = 1,
    /// Unless it is 0.
    UnlessZero = 2,
    /// Unless the call failed: the kernel fills it.
    UnlessFailed = 3,
}

/// How wide one element of a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 1, 2, 4 or 8 bytes.
    Bytes(u8),
    /// `long`, or a pointer.
    Word,
    /// Whatever the structure takes that its [`Kind::Struct`] names.
    Inner,
}

/// Where a member lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes from the start of the structure.
    pub offset: u16,
    /// Bytes of one element.
    pub width: u16,
}

impl Struct {
    /// Its members on that ABI.
    pub const fn on(&self, abi: Abi) -> &'static [Field] {
        let mut index = 0;
        while index < self.others.len() {
            if self.others[index].0 as u8 == abi as u8 {
                return self.others[index].1;
            }
            index += 1;
        }
        self.fields
    }

    /// Its size in bytes, as sizeof has it.
    pub const fn size(&self, abi: Abi) -> u16 {
        let (end, align) = self.walk(abi, self.on(abi).len());
        round_up(end, align)
    }

    /// How much of it must be there: all, unless a member tells its size.
    pub fn least(&self, abi: Abi) -> u16 {
        match self.on(abi).iter().position(|field| field.name == "size") {
            Some(size) => self.place(abi, size).offset + self.place(abi, size).width,
            None => self.size(abi),
        }
    }

    /// Where the member of that index lies, counted as in [`Struct::on`].
    pub const fn place(&self, abi: Abi, index: usize) -> Place {
        let field = &self.on(abi)[index];
        let (end, _) = self.walk(abi, index + 1);
        let (width, _) = field.width(abi);
        Place { offset: if self.union { 0 } else { end - width * field.count }, width }
    }

    /// Where the first `count` members end, and the strictest alignment among them.
    const fn walk(&self, abi: Abi, count: usize) -> (u16, u16) {
        let packed = self.is_packed(abi);
        let (mut end, mut strictest, mut index) = (0, 1, 0);
        while index < count {
            let field = &self.on(abi)[index];
            let (width, mut align) = field.width(abi);
            if packed {
                align = 1;
            }
            if align > strictest {
                strictest = align;
            }
            let start = if self.union { 0 } else { round_up(end, align) };
            let new = start + width * field.count;
            end = if new > end { new } else { end };
            index += 1;
        }
        (end, strictest)
    }

    const fn is_packed(&self, abi: Abi) -> bool {
        let mut index = 0;
        while index < self.packed.len() {
            if self.packed[index] as u8 == abi as u8 {
                return true;
            }
            index += 1;
        }
        false
    }
}

impl Field {
    /// Bytes of one element, and its alignment.
    const fn width(&self, abi: Abi) -> (u16, u16) {
        let word = if matches!(abi, Abi::I386) { 4 } else { 8 };
        match (self.width, self.kind) {
            // A 64-bit number is aligned to 4 bytes on i386.
            (Width::Bytes(bytes), _) if bytes as u16 > word => (bytes as u16, word),
            (Width::Bytes(bytes), _) => (bytes as u16, bytes as u16),
            (Width::Inner, Kind::Struct(inner)) => {
                let (_, align) = inner.walk(abi, inner.on(abi).len());
                (inner.size(abi), if inner.is_packed(abi) { 1 } else { align })
            }
            (Width::Word | Width::Inner, _) => (word, word),
        }
    }
}

const fn round_up(size: u16, align: u16) -> u16 {
    size.div_ceil(align) * align
}

/// Turns definitions into [`Struct`]s:
///
/// ```text
/// /// Time of a clock.
/// TIMESPEC { tv_sec: word = Long, tv_nsec: word = Long }
///
/// /// Name and version of the kernel.
/// UTSNAME { sysname: u8[65] = Chars, nodename: u8[65] = Chars, detail release: u8[65] = Chars }
///
/// /// What epoll_wait(2) tells.
/// EPOLL_EVENT packed(X86_64) { events: u32 = Bits(&EPOLL_EVENTS), data: u64 = Ptr }
///
/// /// A user id in memory (getresuid(2)).
/// UID { _: u32 = Uid } I386 { _: u16 = Uid }
/// ```
///
/// A width is `u8`, `u16`, `u32`, `u64`, `word` or, for a member whose kind is `Struct(&…)`,
/// `inner`. `_` is padding, or the value of what is no structure but a bare number in memory.
/// `detail` marks members that are shown only on request, `optional` those that are shown unless
/// they are 0, `filled` those that are shown unless the call failed. `I386 { … }` or `Aarch64 { … }` behind the braces is the whole definition anew for
/// that ABI.
/// `order(…)` before the braces names the members that are written first; `= union` says that all lie at
/// the same place.
macro_rules! structs {
    ($(
        $(#[doc = $doc:literal])+
        $konst:ident $(= $union:ident)? $(packed($($abi:ident),+))? $(order($($first:ident),+))? { $($fields:tt)* }
        $($other:ident { $($others:tt)* })*
    )*) => {
        $(
            $(#[doc = $doc])+
            pub static $konst: $crate::structs::Struct = {
                #[allow(unused_imports, reason = "a structure may use only some kinds and names")]
                use $crate::{Kind::*, names::all::*};
                $crate::structs::Struct {
                    name: stringify!($konst),
                    packed: &[$($($crate::Abi::$abi),+)?],
                    union: [$(stringify!($union),)? ""].len() == 2,
                    order: &[$($(stringify!($first)),+)?],
                    fields: $crate::structs::fields!([] $($fields)*),
                    others: &[$(
                        ($crate::Abi::$other, $crate::structs::fields!([] $($others)*)),
                    )*],
                }
            };
        )*
    };
}
pub(crate) use structs;

/// The members of a structure, one by one.
macro_rules! fields {
    ([$($done:expr,)*]) => { &[$($done),*] };
    ([$($done:expr,)*] detail $name:tt: $width:ident $([$count:expr])? = $kind:expr
     $(, $($rest:tt)*)?) => {
        $crate::structs::fields!([$($done,)* $crate::structs::field!(
            OnRequest, $name, $width, $kind $(, $count)?),] $($($rest)*)?)
    };
    ([$($done:expr,)*] optional $name:tt: $width:ident $([$count:expr])? = $kind:expr
     $(, $($rest:tt)*)?) => {
        $crate::structs::fields!([$($done,)* $crate::structs::field!(
            UnlessZero, $name, $width, $kind $(, $count)?),] $($($rest)*)?)
    };
    ([$($done:expr,)*] filled $name:tt: $width:ident $([$count:expr])? = $kind:expr
     $(, $($rest:tt)*)?) => {
        $crate::structs::fields!([$($done,)* $crate::structs::field!(
            UnlessFailed, $name, $width, $kind $(, $count)?),] $($($rest)*)?)
    };
    ([$($done:expr,)*] $name:tt: $width:ident $([$count:expr])? = $kind:expr
     $(, $($rest:tt)*)?) => {
        $crate::structs::fields!([$($done,)* $crate::structs::field!(
            Always, $name, $width, $kind $(, $count)?),] $($($rest)*)?)
    };
}
pub(crate) use fields;

/// One member.
macro_rules! field {
    ($shown:ident, $name:tt, $width:ident, $kind:expr) => {
        $crate::structs::field!($shown, $name, $width, $kind, 1)
    };
    ($shown:ident, $name:tt, $width:ident, $kind:expr, $count:expr) => {
        $crate::structs::Field {
            name: $crate::structs::name!($name),
            width: $crate::structs::width!($width),
            count: $count,
            kind: $kind,
            shown: $crate::structs::Shown::$shown,
        }
    };
}
pub(crate) use field;

macro_rules! name {
    (_) => {
        ""
    };
    ($name:ident) => {
        stringify!($name)
    };
}
pub(crate) use name;

macro_rules! width {
    (u8) => {
        $crate::structs::Width::Bytes(1)
    };
    (u16) => {
        $crate::structs::Width::Bytes(2)
    };
    (u32) => {
        $crate::structs::Width::Bytes(4)
    };
    (u64) => {
        $crate::structs::Width::Bytes(8)
    };
    (word) => {
        $crate::structs::Width::Word
    };
    (inner) => {
        $crate::structs::Width::Inner
    };
}
pub(crate) use width;
