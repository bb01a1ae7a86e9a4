//! Captured structures, read as the trace says that they are laid out.

use syscord_format::{Detail, FieldDef, StructDef};
use syscord_syscalls::{Kind, Role, Shape, structs::time::TIMESPEC};

use crate::{
    row::Value,
    schema::{KindInfo, Schema},
};

/// One captured structure, or several that stand one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Structures<'a> {
    schema: &'a Schema,
    def: &'a StructDef,
    bytes: &'a [u8],
    /// Whether there were more.
    pub(crate) cut: bool,
    /// Whether the argument is an array of them.
    pub(crate) array: bool,
    /// Whether another argument is its size.
    sized: bool,
    /// How many bytes there were.
    full: usize,
}

/// One structure.
#[derive(Clone, Copy)]
pub(crate) struct Structure<'a> {
    schema: &'a Schema,
    def: &'a StructDef,
    /// As much of it as was captured.
    pub(crate) bytes: &'a [u8],
    /// What was captured behind it, and where that ends, if its size was given beside it.
    behind: Option<(&'a [u8], usize)>,
}

/// What lies behind a structure whose size is given beside it.
pub(crate) enum Behind<'a> {
    /// Nothing, or zeros.
    Nothing,
    /// What could not be read.
    Unreadable,
    /// These bytes, the first of those from `start` to `end`.
    Bytes { start: usize, end: usize, bytes: &'a [u8] },
}

/// A member of a structure.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    /// Its place and name.
    pub(crate) def: &'a FieldDef,
    /// What an element of it is.
    pub(crate) kind: KindInfo,
    /// What describes it.
    pub(crate) schema: &'a Schema,
    /// All its elements; `None` if they were not captured whole.
    bytes: Option<&'a [u8]>,
}

/// Whether a member is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is.
    Yes,
    /// It is only said that there is more.
    Hinted,
    /// There is nothing to show.
    No,
}

impl<'a> Structures<'a> {
    /// Captured memory as the structures that `kind` says it is, if it says so.
    pub(crate) fn of(
        schema: &'a Schema,
        kind: KindInfo,
        bytes: &'a [u8],
        cut: bool,
        full: u32,
    ) -> Option<Structures<'a>> {
        let (Some(Role::Struct | Role::Array), Detail::Struct(index)) = (kind.role, kind.detail)
        else {
            return None;
        };
        let def = schema.meta().structs.get(usize::from(index))?;
        let array = kind.role == Some(Role::Array);
        let sized = kind.id == Kind::SizedIn(&TIMESPEC, "", 0).id();
        let full = if cut { full as usize } else { bytes.len() };
        Some(Structures { schema, def, bytes, cut, array, sized, full })
    }

    /// Whether it is one structure of which the end was not there.
    pub(crate) fn torn(&self) -> bool {
        let short = self.bytes.len() < usize::from(self.def.size);
        self.cut && !self.array && !self.sized && short
    }

    /// The structures. Of an array, those that were captured whole; else one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Structure<'a>> + use<'a> {
        let Structures { schema, def, bytes, array, sized, full, .. } = *self;
        let size = usize::from(def.size);
        let count = if array { bytes.len() / size } else { 1 };
        (0..count).map(move |at| Structure {
            schema,
            def,
            bytes: &bytes[at * size..bytes.len().min((at + 1) * size)],
            behind: sized.then(|| (bytes.get(size..).unwrap_or_default(), full)),
        })
    }
}

/// The most bytes of a structure that the kernel looks at.
const PAGE: usize = 4096;

impl<'a> Structure<'a> {
    /// Its members.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        let Structure { schema, def, bytes, .. } = *self;
        def.fields.iter().map(move |field| {
            let start = usize::from(field.offset);
            let end = start + usize::from(field.width) * usize::from(field.count);
            let kind = schema.kind(field.kind);
            Member { def: field, kind, schema, bytes: bytes.get(start..end) }
        })
    }

    /// Whether it may end before its last member.
    pub(crate) fn may_be_short(&self) -> bool {
        self.behind.is_some()
    }

    /// What lies behind it.
    pub(crate) fn behind(&self) -> Behind<'a> {
        let start = usize::from(self.def.size);
        let limit = self.schema.meta().string_limit as usize;
        match self.behind {
            Some((bytes, end)) if end > start && start + bytes.len() < end.min(limit) => {
                Behind::Unreadable
            }
            Some((bytes, end)) if bytes.iter().any(|byte| *byte != 0) => {
                Behind::Bytes { start, end: end.min(PAGE), bytes }
            }
            _ => Behind::Nothing,
        }
    }

    /// The value itself, if that is all there is.
    pub(crate) fn bare(&self) -> Option<Member<'a>> {
        let only = self.members().next()?;
        only.def.name.is_empty().then_some(only)
    }
}

impl<'a> Member<'a> {
    /// Whether it is to be shown.
    pub(crate) fn is_shown(&self, everything: bool) -> Shown {
        let zero = || self.bytes.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
        match self.def.shown {
            1 if !everything => Shown::Hinted,
            2 if zero() => Shown::No,
            _ => Shown::Yes,
        }
    }

    /// Whether it has several elements.
    pub(crate) fn is_array(&self) -> bool {
        self.def.count > 1
    }

    /// All its bytes, if they were captured.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        self.bytes
    }

    /// The bytes of each element; nothing if they were not captured.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.bytes.unwrap_or_default().chunks_exact(usize::from(self.def.width))
    }

    /// The structure that an element is, if it is one.
    pub(crate) fn inner(&self, element: &'a [u8]) -> Option<Structure<'a>> {
        let Detail::Struct(index) = self.kind.detail else { return None };
        let def = self.schema.meta().structs.get(usize::from(index))?;
        Some(Structure { schema: self.schema, def, bytes: element, behind: None })
    }

    /// The number that an element of up to 8 bytes is, its sign extended where it has one.
    pub(crate) fn raw(&self, element: &[u8]) -> u64 {
        let mut bytes = [0; 8];
        let width = element.len().min(8);
        bytes[..width].copy_from_slice(&element[..width]);
        let raw = u64::from_le_bytes(bytes);
        match self.kind.shape {
            Shape::Signed32 | Shape::Signed64 if (1..8).contains(&width) => {
                let unused = 64 - 8 * width as u32;
                ((raw << unused).cast_signed() >> unused).cast_unsigned()
            }
            _ => raw,
        }
    }

    /// The number that an element is, in its kind's shape.
    pub(crate) fn number(&self, element: &[u8]) -> Value<'static> {
        let raw = self.raw(element);
        match self.kind.shape {
            Shape::Signed32 | Shape::Signed64 => Value::Signed(raw.cast_signed()),
            Shape::Unsigned32 | Shape::Unsigned64 => Value::Unsigned(raw),
            Shape::Hex => Value::Hex(raw),
            Shape::Octal => Value::Octal(raw),
        }
    }
}

impl std::fmt::Debug for Structures<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?}", self.def.name, self.bytes)
    }
}

impl PartialEq for Structures<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.def == other.def && self.bytes == other.bytes && self.cut == other.cut
    }
}
