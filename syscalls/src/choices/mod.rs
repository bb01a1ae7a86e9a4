//! Arguments whose meaning depends on another argument.

mod events;
mod files;
mod ioctl;
mod ipc;
mod memory;
mod network;
mod prctl;
mod processes;
mod system;

pub use self::{
    events::*, files::*, ioctl::*, ipc::*, memory::*, network::*, prctl::*, processes::*, system::*,
};
use crate::{Kind, names::Names};

/// What an argument is for each value of another.
///
/// If what it is otherwise is captured, so are all cases, in the same way: they only say how to
/// read it. Else each case is captured as its own kind says.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// The argument that decides.
    pub key: &'static str,
    /// The names of its values.
    pub names: &'static Names,
    /// What there is to choose from; the first that fits counts.
    pub cases: &'static [Case],
    /// The kind for all other values.
    pub otherwise: Kind,
}

/// One of several kinds.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// The bits of the deciding argument that count: those that its name stands for.
    pub mask: u64,
    /// What they are.
    pub value: u64,
    /// What the argument is then.
    pub kind: Kind,
}

impl Choice {
    /// Whether what is captured depends on the choice: see [`Choice`].
    pub fn decides_captures(&self) -> bool {
        self.otherwise.memory().is_none() && self.cases.iter().any(|c| c.kind.memory().is_some())
    }

    /// What the argument is for a value of the other.
    pub fn of(&self, value: u64) -> Kind {
        let fits = |case: &&Case| (value ^ case.value) & self.mask(case) == 0;
        self.cases.iter().find(fits).map_or(self.otherwise, |case| case.kind)
    }

    /// The bits of the deciding argument that count for any case.
    pub fn bits(&self) -> u64 {
        self.cases.iter().fold(0, |bits, case| bits | self.mask(case))
    }

    /// The bits of the deciding argument that count for a case, of the 32 that an int has.
    pub const fn mask(&self, case: &Case) -> u64 {
        case.mask & u32::MAX as u64
    }
}

/// Turns lists of cases into [`Choice`]s:
///
/// ```text
/// /// fcntl(2)'s third argument.
/// FCNTL_ARG by cmd of FCNTL_CMDS {
///     F_DUPFD | F_DUPFD_CLOEXEC => Int,
///     F_SETFD => Bits(&FD_FLAGS),
/// } otherwise Ulong
///
/// /// open(2)'s third argument.
/// OPEN_MODE by flags of OPEN_FLAGS { O_CREAT | O_TMPFILE => Mode } otherwise Unused
/// ```
///
/// A case holds where the bits that its name stands for are as in the vocabulary: a flag's where
/// it is set, whatever the others are.
macro_rules! choices {
    ($(
        $(#[doc = $doc:literal])+
        $konst:ident by $key:ident of $names:path {
            $($($name:ident)|+ => $kind:expr),* $(,)?
        } otherwise $otherwise:expr
    )*) => {
        $(
            $(#[doc = $doc])+
            pub static $konst: $crate::choices::Choice = {
                #[allow(unused_imports, reason = "a choice may use only some kinds and names")]
                use $crate::{Kind::*, Len::*, names::all::*, structs::all::*};
                $crate::choices::Choice {
                    key: stringify!($key),
                    names: &$names,
                    cases: &[$($($crate::choices::Case {
                        mask: const { $names.member(stringify!($name)).mask },
                        value: const { $names.member(stringify!($name)).value },
                        kind: $kind,
                    },)+)*],
                    otherwise: $otherwise,
                }
            };
        )*
    };
}
use choices;
