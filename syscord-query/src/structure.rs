//! Captured structures, read as the trace says that they are laid out.

use syscord_format::{Detail, FieldDef, StructDef};
use syscord_syscalls::{Role, Shape};

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
}

/// One structure.
#[derive(Clone, Copy)]
pub(crate) struct Structure<'a> {
    schema: &'a Schema,
    def: &'a StructDef,
    /// As much of it as was captured.
    pub(crate) bytes: &'a [u8],
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
    ) -> Option<Structures<'a>> {
        let (Some(Role::Struct | Role::Array), Detail::Struct(index)) = (kind.role, kind.detail)
        else {
            return None;
        };
        let def = schema.meta().structs.get(usize::from(index))?;
        let array = kind.role == Some(Role::Array);
        Some(Structures { schema, def, bytes, cut, array })
    }

    /// The structures. Of an array, those that were captured whole; else one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Structure<'a>> + use<'a> {
        let Structures { schema, def, bytes, array, .. } = *self;
        let size = usize::from(def.size);
        let count = if array { bytes.len() / size } else { 1 };
        (0..count).map(move |at| Structure {
            schema,
            def,
            bytes: &bytes[at * size..bytes.len().min((at + 1) * size)],
        })
    }
}

impl<'a> Structure<'a> {
    /// Its members.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        let Structure { schema, def, bytes } = *self;
        def.fields.iter().map(move |field| {
            let start = usize::from(field.offset);
            let end = start + usize::from(field.width) * usize::from(field.count);
            let kind = schema.kind(field.kind);
            Member { def: field, kind, schema, bytes: bytes.get(start..end) }
        })
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
        Some(Structure { schema: self.schema, def, bytes: element })
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
