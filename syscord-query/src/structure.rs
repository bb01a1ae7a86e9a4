//! Captured structures, read as the trace says that they are laid out.

use syscord_format::{CaptureStatus, Captured, Detail, FieldDef, Part, Parts, StructDef};
use syscord_syscalls::{Kind, Role, Shape, structs::time::TIMESPEC};

use crate::{
    row::{Memory, Value},
    schema::{KindInfo, Schema},
};

const FILLED: u8 = Kind::Filled.id();

/// One captured structure, or several that stand one after the other.
#[derive(Clone, Copy)]
pub(crate) struct Structures<'a> {
    schema: &'a Schema,
    def: &'a StructDef,
    bytes: &'a [u8],
    /// What stood there before the call, if that is known beside what stood there after it.
    before: Option<&'a [u8]>,
    /// What its members point to, depth first.
    pieces: Parts<'a>,
    /// Whether there were more.
    pub(crate) cut: bool,
    /// Where they start, if what lies behind them could not be read.
    pub(crate) torn: Option<u64>,
    /// Whether the argument is an array of them.
    pub(crate) array: bool,
    /// Whether another argument is its size.
    sized: bool,
    /// How many bytes there were.
    full: usize,
}

/// What follows the first part of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing: it is all there is.
    Nothing,
    /// More.
    More,
    /// What could not be read, at this address.
    Unreadable(u64),
}

impl Rest {
    /// What follows, if it was only cut off.
    pub(crate) fn of(cut: bool) -> Rest {
        if cut { Rest::More } else { Rest::Nothing }
    }
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
    /// As much of what stood there before the call as is known.
    before: Option<&'a [u8]>,
    /// What its members point to, and what stands behind that.
    pieces: Parts<'a>,
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
    /// The same before the call.
    before: Option<&'a [u8]>,
    /// What it points to, or members of it do, and what stands behind that.
    pieces: Parts<'a>,
}

/// What was captured of an argument before and after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// After it, or where that is not known, before it.
    After,
    /// Before it, or where that is not known, after it.
    Before,
    /// After it, and that before it, too.
    Both,
}

/// Two captures of the same memory, of which one may be missing, and what stands behind them.
pub(crate) struct Sides<'a> {
    /// The one to show.
    pub(crate) shown: Part<'a>,
    /// That before the call, if both are wanted and there.
    pub(crate) before: Option<&'a [u8]>,
    /// The other parts.
    pub(crate) pieces: Parts<'a>,
}

impl<'a> Sides<'a> {
    /// The first two parts of an entry.
    pub(crate) fn of(entry: &'a [u8], side: Side) -> Option<Sides<'a>> {
        let mut pieces = Parts::of(entry)?;
        let (before, after) = (pieces.next()?, pieces.next());
        let there = |part: &Part<'_>| part.status.captured();
        let (before, after) = (Some(before).filter(there), after.filter(there));
        let shown = match side {
            Side::Before => before.or(after),
            Side::After | Side::Both => after.or(before),
        }?;
        // They are what the structure after the call points to.
        let pieces = if after == Some(shown) { pieces } else { Parts::NONE };
        let before =
            before.filter(|_| side == Side::Both && after.is_some()).map(|part| part.bytes);
        Some(Sides { shown, before, pieces })
    }
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
    /// Captured memory, which lay at `address`, as the structures that `kind` says it is, if it says so.
    pub(crate) fn of(
        schema: &'a Schema,
        kind: KindInfo,
        captured: Captured<'a>,
        address: Option<u64>,
        side: Side,
    ) -> Option<Structures<'a>> {
        let Detail::Struct(index) = kind.detail else { return None };
        let def = schema.meta().structs.get(usize::from(index))?;
        let array = matches!(kind.role, Some(Role::Array | Role::ArrayParts));
        match kind.role? {
            Role::Struct | Role::Array => {
                let Captured { bytes, cut, full, torn, .. } = captured;
                let sized = kind.id == Kind::SizedIn(&TIMESPEC, "", 0).id();
                let full = if cut { full as usize } else { bytes.len() };
                let whole = Structures { sized, full, ..Structures::new(schema, def, bytes) };
                Some(Structures { cut, torn: address.filter(|_| torn), array, ..whole })
            }
            Role::Parts | Role::ArrayParts => {
                let Sides { shown, before, pieces } = Sides::of(captured.bytes, side)?;
                let Part { bytes, status } = shown;
                let whole = Structures::new(schema, def, bytes);
                let torn = address.filter(|_| status == CaptureStatus::Torn);
                Some(Structures { before, pieces, cut: status.lacks(), torn, array, ..whole })
            }
            Role::Path
            | Role::Text
            | Role::Address
            | Role::List
            | Role::Content
            | Role::SetParts
            | Role::Count
            | Role::Control => None,
        }
    }

    fn new(schema: &'a Schema, def: &'a StructDef, bytes: &'a [u8]) -> Structures<'a> {
        let (pieces, full) = (Parts::NONE, bytes.len());
        let (before, cut, torn, array, sized) = (None, false, None, false, false);
        Structures { schema, def, bytes, before, pieces, cut, torn, array, sized, full }
    }

    /// What they are called.
    pub(crate) fn name(&self) -> &'a str {
        &self.def.name
    }

    /// The bytes that each takes.
    pub(crate) fn size(&self) -> u16 {
        self.def.size
    }

    /// All that was captured of them.
    pub(crate) fn captured(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether nothing of them is there, though there was something: they were left out on purpose.
    pub(crate) fn is_left_out(&self) -> bool {
        self.cut && self.bytes.is_empty()
    }

    /// What follows the part of an array that is there.
    pub(crate) fn rest(&self) -> Rest {
        let size = usize::from(self.def.size).max(1);
        match self.torn {
            Some(start) => {
                Rest::Unreadable(start.wrapping_add((self.bytes.len() / size * size) as u64))
            }
            None => Rest::of(self.cut),
        }
    }

    /// The address of one structure of which the end could not be read.
    pub(crate) fn torn_apart(&self) -> Option<u64> {
        let short = self.bytes.len() < usize::from(self.def.size);
        self.torn.filter(|_| short && !self.array && !self.sized)
    }

    /// The structures. Of an array, those that were captured whole; else one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Structure<'a>> + use<'a> {
        let Structures { schema, def, bytes, before, mut pieces, array, sized, full, .. } = *self;
        let size = usize::from(def.size);
        let count = if array { bytes.len() / size } else { 1 };
        let one = move |bytes: &'a [u8], at: usize| {
            &bytes[bytes.len().min(at * size)..bytes.len().min((at + 1) * size)]
        };
        let behind = sized.then(|| (bytes.get(size..).unwrap_or_default(), full));
        (0..count).map(move |at| {
            let (bytes, before) = (one(bytes, at), before.map(|before| one(before, at)));
            let structure = Structure { schema, def, bytes, behind, before, pieces };
            pieces = structure.pieces_behind();
            structure
        })
    }

    /// What stands behind what all members of all structures point to.
    fn pieces_behind(&self) -> Parts<'a> {
        self.iter().last().map_or(self.pieces, |last| last.pieces_behind())
    }

    /// Whether the structure is known as it was before the call alone, and not whole: a length that was
    /// given (recvmsg(2)).
    pub(crate) fn is_start(&self) -> bool {
        !self.array && !self.sized && !self.cut && self.bytes.len() < usize::from(self.def.size)
    }

    /// The contents of the buffers that they point to; of structures that point to arrays of buffers, of
    /// the first.
    pub(crate) fn buffers(&self) -> Buffers<'a> {
        let mut buffers = Buffers::default();
        for structure in self.iter() {
            let is_buffer = structure.collect(&mut buffers);
            if buffers.cut || !is_buffer && !buffers.pieces.is_empty() {
                break;
            }
        }
        buffers
    }
}

/// The contents of buffers.
#[derive(Debug, Default)]
pub(crate) struct Buffers<'a> {
    /// One after the other.
    pub(crate) pieces: Vec<&'a [u8]>,
    /// Whether they are only the first part.
    pub(crate) cut: bool,
}

/// The most bytes of a structure that the kernel looks at.
const PAGE: usize = 4096;

impl<'a> Structure<'a> {
    /// Its members.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'a>> + use<'a> {
        let Structure { schema, def, bytes, before, mut pieces, .. } = *self;
        // Where members point to something, what the kernel wrote into others is its answer, and no change
        // of what was asked; but for the length of an address, of which both are.
        let points = def.fields.iter().any(|field| schema.kind(field.kind).role.is_some());
        let mut behind_address = false;
        def.fields.iter().map(move |field| {
            let start = usize::from(field.offset);
            let place = start..start + usize::from(field.width) * usize::from(field.count);
            let kind = schema.kind(field.kind);
            let compared = (!points || behind_address) && kind.id != FILLED;
            behind_address = kind.role == Some(Role::Address);
            let before = before.filter(|_| compared).and_then(|before| before.get(place.clone()));
            let member =
                Member { def: field, kind, schema, bytes: bytes.get(place), before, pieces };
            pieces = member.pieces_behind();
            member
        })
    }

    /// Whether it may end before its last member.
    pub(crate) fn may_be_short(&self) -> bool {
        self.behind.is_some()
    }

    /// How many bytes of it the program gave.
    pub(crate) fn given(&self) -> usize {
        self.behind.map_or(0, |(_, end)| end).max(self.bytes.len())
    }

    /// What lies behind it.
    pub(crate) fn behind(&self) -> Behind<'a> {
        let start = usize::from(self.def.size);
        let limit = self.schema.meta().string_limit as usize;
        // Where the memory is cut and its true length not known, the end is 0.
        let behind = self.behind.map(|(bytes, end)| (bytes, end.min(PAGE)));
        match behind.filter(|(_, end)| *end > start) {
            Some((bytes, end)) if start + bytes.len() < end.min(limit) => Behind::Unreadable,
            Some((bytes, end)) if bytes.iter().any(|byte| *byte != 0) => {
                Behind::Bytes { start, end, bytes }
            }
            _ => Behind::Nothing,
        }
    }

    /// Adds the contents of the buffers that it points to; whether it is no more than a buffer.
    fn collect(&self, buffers: &mut Buffers<'a>) -> bool {
        let mut is_buffer = false;
        for member in self.members() {
            match member.target() {
                Some(Value::Memory(memory)) if memory.role == Some(Role::Content) => {
                    is_buffer = true;
                    buffers.pieces.push(memory.bytes);
                    buffers.cut |= memory.cut;
                }
                Some(Value::Unreadable(_)) if member.kind.role == Some(Role::Content) => {
                    buffers.cut = true;
                }
                Some(Value::Structures(inner)) => {
                    let Buffers { mut pieces, cut } = inner.buffers();
                    buffers.pieces.append(&mut pieces);
                    buffers.cut |= cut || inner.cut;
                }
                _ => {
                    if let Some(inner) = member.only_inner() {
                        inner.collect(buffers);
                    }
                }
            }
        }
        is_buffer
    }

    /// What stands behind what its members point to.
    fn pieces_behind(&self) -> Parts<'a> {
        if self.pieces.is_over() {
            return self.pieces;
        }
        self.members().last().map_or(self.pieces, |last| last.pieces_behind())
    }

    /// The value itself, if that is all there is.
    pub(crate) fn bare(&self) -> Option<Member<'a>> {
        let only = self.members().next()?;
        only.def.name.is_empty().then_some(only)
    }
}

impl<'a> Member<'a> {
    /// Whether it is to be shown of a call that may have failed.
    pub(crate) fn is_shown(&self, everything: bool, failed: bool) -> Shown {
        let zero = || self.bytes.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0));
        match self.def.shown {
            1 if !everything => Shown::Hinted,
            2 if zero() => Shown::No,
            3 if failed => Shown::No,
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

    /// The structure that an element is, if it is one. What members of it point to is known if there is
    /// one alone.
    pub(crate) fn inner(&self, element: &'a [u8]) -> Option<Structure<'a>> {
        if self.points() {
            return None;
        }
        let Member { schema, before, pieces, .. } = *self;
        let Detail::Struct(index) = self.kind.detail else { return None };
        let def = schema.meta().structs.get(usize::from(index))?;
        let pieces = if self.is_array() { Parts::NONE } else { pieces };
        let before = before.filter(|_| !self.is_array());
        Some(Structure { schema, def, bytes: element, behind: None, before, pieces })
    }

    /// The structure that it is, if it is one alone.
    fn only_inner(&self) -> Option<Structure<'a>> {
        if self.is_array() { None } else { self.inner(self.bytes?) }
    }

    /// Whether it may point to something that was captured.
    fn points(&self) -> bool {
        self.kind.role.is_some()
    }

    /// What it points to, if that was captured, or was to be.
    pub(crate) fn target(&self) -> Option<Value<'a>> {
        if !self.points() {
            return None;
        }
        let Part { status, bytes } = self.pieces.clone().next()?;
        let cut = status.lacks();
        let address = || self.bytes.map(|bytes| self.raw(bytes));
        let torn = if status == CaptureStatus::Torn { address() } else { None };
        match status {
            CaptureStatus::None => None,
            CaptureStatus::Unreadable => Some(Value::Unreadable(Some(address()?))),
            CaptureStatus::Whole | CaptureStatus::Cut | CaptureStatus::Torn => {
                Some(match self.structures(bytes, cut) {
                    Some(structures) => Value::Structures(Structures { torn, ..structures }),
                    None => Value::Memory(Memory { role: self.kind.role, bytes, cut, torn }),
                })
            }
        }
    }

    /// The structures that it points to.
    fn structures(&self, bytes: &'a [u8], cut: bool) -> Option<Structures<'a>> {
        let Detail::Struct(index) = self.kind.detail else { return None };
        let (schema, mut pieces) = (self.schema, self.pieces);
        let def = schema.meta().structs.get(usize::from(index))?;
        pieces.next();
        let array = matches!(self.kind.role, Some(Role::Array | Role::ArrayParts));
        if !matches!(self.kind.role, Some(Role::Parts | Role::ArrayParts)) {
            pieces = Parts::NONE;
        }
        Some(Structures { pieces, cut, array, ..Structures::new(schema, def, bytes) })
    }

    /// What stands behind what it, or members of it, point to.
    fn pieces_behind(&self) -> Parts<'a> {
        if self.pieces.is_over() {
            return self.pieces;
        }
        if !self.points() {
            return self.only_inner().map_or(self.pieces, |inner| inner.pieces_behind());
        }
        let mut behind = self.pieces;
        let Some(part) = behind.next() else { return behind };
        match (self.kind.role, self.structures(part.bytes, false)) {
            (Some(Role::Parts | Role::ArrayParts), Some(inner)) if part.status.captured() => {
                inner.pieces_behind()
            }
            _ => behind,
        }
    }

    /// What it was before the call, if that is known and was something else.
    pub(crate) fn changed(&self) -> Option<Member<'a>> {
        let of_its_own = !self.points() && !matches!(self.kind.detail, Detail::Struct(_));
        let before = self.before.filter(|before| of_its_own && Some(*before) != self.bytes)?;
        Some(Member { bytes: Some(before), before: None, ..*self })
    }

    /// What it was before the call, where that is known.
    pub(crate) fn given(&self) -> Option<u64> {
        Some(self.raw(self.before?))
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
        (self.def, self.bytes, self.before, self.pieces, self.cut)
            == (other.def, other.bytes, other.before, other.pieces, other.cut)
    }
}
