//! One event, with all that is known of it put together.

use std::sync::Arc;

use syscord_format::{Calls, CaptureSection, CaptureStatus, Captured, Detail, FileFd, Place, mark};
use syscord_syscalls::{Kind, Role, Shape};

use crate::{
    columns::Columns,
    descriptors::{CWD, Target},
    schema::{Argument, Call, ERRORS, KindInfo, Schema},
    structure::{Side, Sides, Structures},
    world::{Facts, Who, World},
};

/// One event. What the walk was not asked for is absent here.
pub(crate) struct Row<'a> {
    /// The trace's description.
    pub(crate) schema: &'a Schema,
    /// The syscall.
    pub(crate) call: &'a Arc<Call>,
    /// When its result was there, in nanoseconds since 1970.
    pub(crate) ts: i64,
    /// How long it took, in nanoseconds; of a call under way at the end, how long it had by then.
    pub(crate) duration: Option<u64>,
    /// The process.
    pub(crate) tgid: u32,
    /// The thread.
    pub(crate) tid: u32,
    /// Their names and parent.
    pub(crate) who: Who,
    /// All threads and descriptors at its end, but for what the call itself has changed.
    pub(crate) world: Option<&'a World>,
    /// The CPU on which the call ended.
    pub(crate) cpu: Option<u32>,
    /// The result; `None` if it never returned.
    pub(crate) ret: Option<i64>,
    /// The chunk it is in.
    pub(crate) columns: &'a Columns,
    /// Its row there.
    pub(crate) index: usize,
    /// The place of its thread there.
    pub(crate) thread: usize,
    /// Where its arguments are there, if they are.
    pub(crate) place: Option<Place>,
    /// What is special about it.
    pub(crate) marks: u8,
}

impl<'a> Row<'a> {
    /// The event in a row of a chunk, but for its time of day and names: what of its columns is there.
    #[inline]
    pub(crate) fn of(
        schema: &'a Schema,
        columns: &'a Columns,
        calls: &Calls,
        index: usize,
        world: &'a World,
    ) -> Row<'a> {
        let call = &columns.resolved[usize::from(calls.of_row[index])];
        let (tgid, tid) = columns.thread(index);
        Row {
            schema,
            call,
            ts: 0,
            duration: columns.duration(index),
            tgid,
            tid,
            who: Who::default(),
            world: Some(world),
            cpu: columns.cpu(index),
            ret: columns.ret(index, call),
            columns,
            index,
            thread: columns.thread_of_row.get(index).map_or(0, |thread| *thread as usize),
            place: columns.arguments.as_ref().and_then(|args| args.place(index)),
            marks: columns.marks(index),
        }
    }
}

/// What an argument is, once a register's value, its kind and what was captured are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// The trace does not say.
    Unknown,
    /// A signed number.
    Signed(i64),
    /// An unsigned number.
    Unsigned(u64),
    /// A number or address that is written in hexadecimal.
    Hex(u64),
    /// A number that is written in octal.
    Octal(u64),
    /// Captured memory.
    Memory(Memory<'a>),
    /// Captured structures.
    Structures(Structures<'a>),
    /// A captured set of small numbers.
    Set(Set<'a>),
    /// Memory that could not be read, at this address.
    Unreadable(Option<u64>),
}

/// Captured memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory<'a> {
    /// What it is.
    pub(crate) role: Option<Role>,
    /// The bytes.
    pub(crate) bytes: &'a [u8],
    /// Whether they are only the first part.
    pub(crate) cut: bool,
    /// Where they start, if what lies behind them could not be read.
    pub(crate) torn: Option<u64>,
}

/// A captured set of small numbers, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Set<'a> {
    /// The bits.
    pub(crate) bits: &'a [u8],
    /// What they were before the call, if that is known beside what they were after it.
    pub(crate) before: Option<&'a [u8]>,
    /// Whether there were more.
    pub(crate) cut: bool,
    /// Where they lie, if not all of them could be read.
    pub(crate) torn: Option<u64>,
}

impl<'a> Set<'a> {
    /// The numbers in a set.
    pub(crate) fn numbers(bits: &'a [u8]) -> impl Iterator<Item = u32> + use<'a> {
        let has = move |number: &u32| bits[*number as usize / 8] >> (number % 8) & 1 != 0;
        (0..8 * bits.len() as u32).filter(has)
    }
}

impl<'a> Row<'a> {
    /// The call's arguments; none if they are not known.
    pub(crate) fn args(&self) -> &'a [Argument] {
        &self.call.args
    }

    /// The error number, if the call failed.
    pub(crate) fn errno(&self) -> Option<u16> {
        let ret = self.ret.filter(|ret| ERRORS.contains(ret))?;
        u16::try_from(-ret).ok()
    }

    /// Whether the call was under way when recording stopped.
    pub(crate) fn is_under_way(&self) -> bool {
        self.marks & mark::UNDER_WAY != 0
    }

    /// The raw register value of an argument, where the trace has it.
    #[inline]
    pub(crate) fn raw(&self, arg: usize) -> Option<u64> {
        if self.marks & mark::ARGS_UNKNOWN != 0 {
            return None;
        }
        self.columns.arguments.as_ref()?.raw_at(self.place?, arg)
    }

    /// What an argument is, in this call.
    pub(crate) fn kind(&self, arg: usize) -> Option<KindInfo> {
        Some(self.chosen(self.call.args.get(arg)?.kind))
    }

    /// What a kind is, in this call, where other arguments decide.
    pub(crate) fn chosen(&self, mut kind: KindInfo) -> KindInfo {
        // Ends, as a choice within another stands before it.
        while let Detail::Choice(index) = kind.detail {
            let choice = &self.schema.meta().choices[usize::from(index)];
            let decider = self.raw(usize::from(choice.arg));
            let holds = |raw: u64| choice.cases.iter().find(|case| raw & case.mask == case.value);
            let case = decider.and_then(holds);
            kind = self.schema.kind(case.map_or(choice.otherwise, |case| case.kind));
        }
        kind
    }

    /// An argument's value. Of a failed call that was to overwrite it, what it was before.
    pub(crate) fn value(&self, arg: usize) -> Value<'a> {
        let failed = self.ret.is_none_or(|ret| ret < 0);
        self.value_at(arg, if failed { Side::Before } else { Side::Both })
    }

    /// An argument's value, before or after the call.
    pub(crate) fn value_at(&self, arg: usize, side: Side) -> Value<'a> {
        let Some(kind) = self.kind(arg) else {
            return Value::Unknown;
        };
        // What an argument that is no pointer in this call points to does not count.
        let captured = if kind.role.is_some() { self.captured(arg) } else { None };
        match captured {
            Some(Ok(captured)) => {
                let address = self.raw(arg);
                return self.memory(kind, captured, address, side).unwrap_or(Value::Unknown);
            }
            Some(Err(Unreadable)) => return Value::Unreadable(self.raw(arg)),
            None => {}
        }
        self.number(arg, kind.shape)
    }

    /// The value of an argument that is no more than its register.
    #[inline]
    pub(crate) fn number(&self, arg: usize, shape: Shape) -> Value<'a> {
        match self.raw(arg) {
            None => Value::Unknown,
            Some(raw) => number(shape, self.call.narrow, raw),
        }
    }

    /// What captured memory is; `None` if it is malformed.
    fn memory(
        &self,
        kind: KindInfo,
        captured: Captured<'a>,
        address: Option<u64>,
        side: Side,
    ) -> Option<Value<'a>> {
        let Captured { bytes, cut, torn, .. } = captured;
        match kind.role {
            Some(Role::Struct | Role::Array | Role::Parts | Role::ArrayParts) => {
                Structures::of(self.schema, kind, captured, address, side).map(Value::Structures)
            }
            Some(Role::SetParts) => {
                let Sides { shown, before, .. } = Sides::of(bytes, side)?;
                let torn = address.filter(|_| shown.status == CaptureStatus::Torn);
                let cut = shown.status.lacks();
                Some(Value::Set(Set { bits: shown.bytes, before, cut, torn }))
            }
            role => {
                let torn = address.filter(|_| torn);
                Some(Value::Memory(Memory { role, bytes, cut, torn }))
            }
        }
    }

    /// What a descriptor of the thread stands for, if that is known.
    pub(crate) fn target(&self, fd: i32) -> Option<Arc<Target>> {
        self.world?.target(self.tgid, self.tid, fd)
    }

    /// What the call's result stands for, if it is a new descriptor.
    pub(crate) fn made(&self) -> Option<Target> {
        let mut files = self.columns.files.of(self.index as u32);
        let file = files.find(|file| file.fd() == FileFd::Result)?;
        let target = Target { link: file.link(), detail: file.detail() };
        (!target.link.is_empty()).then_some(target)
    }

    /// What descriptors that the call stored stand for.
    pub(crate) fn stored(&self, fd: i32) -> Option<Target> {
        let mut files = self.columns.files.of(self.index as u32);
        let file = files.find(|file| file.fd() == FileFd::Listed(fd))?;
        Some(Target { link: file.link(), detail: file.detail() })
    }

    /// What else is known of the process.
    pub(crate) fn facts(&self) -> Option<&'a Facts> {
        self.world?.facts(self.tgid)
    }

    /// The descriptors among the arguments and the result, with what they stand for.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = (i32, Option<Arc<Target>>)> + '_ {
        let of_args = (0..self.args().len()).filter_map(|arg| {
            let is_fd = self.kind(arg)?.is_fd();
            let fd = self.raw(arg).filter(|_| is_fd)? as i32;
            Some((fd, self.target(fd)))
        });
        let is_fd = self.chosen(self.call.ret).is_fd();
        let result = self.ret.filter(|ret| is_fd && *ret >= 0);
        let result = result.map(|fd| (fd as i32, self.made().map(Arc::new)));
        of_args.filter(|(fd, _)| *fd >= 0).chain(result)
    }

    /// What they stand for, as far as that is known.
    pub(crate) fn targets(&self) -> impl Iterator<Item = Arc<Target>> + '_ {
        self.descriptors().filter_map(|(_, target)| target)
    }

    /// The descriptor of the directory to which a path among the arguments is relative, if that is known.
    pub(crate) fn directory(&self, arg: usize) -> Option<i32> {
        let directory = arg
            .checked_sub(1)
            .filter(|before| self.kind(*before).is_some_and(|kind| kind.id == Kind::DirFd.id()));
        directory.map_or(Some(CWD), |before| Some(self.raw(before)? as i32))
    }

    /// A path among the arguments, made absolute if it is relative to a directory that is known.
    pub(crate) fn resolved(&self, arg: usize, path: &[u8]) -> Option<Vec<u8>> {
        if path.starts_with(b"/") {
            return Some(path.to_vec());
        }
        let target = self.target(self.directory(arg)?)?;
        let mut whole = target.path()?.to_vec();
        if whole.last() != Some(&b'/') {
            whole.push(b'/');
        }
        whole.extend_from_slice(path.strip_prefix(b"./").unwrap_or(path));
        Some(whole)
    }

    /// Every captured path, relative ones made absolute where their directory is known.
    pub(crate) fn resolved_paths(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.call.paths.iter().filter_map(|arg| {
            let arg = *arg;
            let path = self.captured(arg)?.ok()?.bytes;
            Some(self.resolved(arg, path).unwrap_or_else(|| path.to_vec()))
        })
    }

    /// The first captured path, with its argument's index.
    pub(crate) fn first_path(&self) -> Option<(usize, &'a [u8])> {
        let mut paths = self.call.paths.iter();
        paths.find_map(|index| Some((*index, self.captured(*index)?.ok()?.bytes)))
    }

    /// The place of the call in the block's table.
    pub(crate) fn call_place(&self) -> u16 {
        let calls = self.columns.calls.as_ref();
        calls.and_then(|calls| calls.of_row.get(self.index)).copied().unwrap_or_default()
    }

    /// A number that arguments of the block have in common which are the same in every respect; `None` if
    /// there may be more to this one than memory that was captured.
    pub(crate) fn alike(&self, arg: usize) -> Option<u64> {
        let kind = self.call.args.get(arg)?.kind;
        kind.role?;
        let Captured { entry, cut, torn, .. } = self.captured(arg)?.ok()?;
        // Of a structure that is cut, its length in the program counts, too; of one that is torn, the address.
        let more = torn || cut && kind.role == Some(Role::Struct);
        if more || matches!(kind.detail, Detail::Choice(_)) {
            return None;
        }
        let failed = self.ret.is_none_or(|ret| ret < 0);
        let how = (arg as u64) << 2 | u64::from(failed) << 1 | u64::from(cut);
        Some(u64::from(entry) << 32 | how << 16 | u64::from(self.call_place()))
    }

    /// Every captured path.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'a [u8]> {
        let paths = self.call.paths.iter();
        paths.filter_map(|index| self.captured(*index)?.ok().map(|path| path.bytes))
    }

    /// The first captured content of a buffer, with its argument's index; of several buffers that belong
    /// together, the contents joined.
    pub(crate) fn data(&self) -> Option<(usize, Memory<'a>)> {
        self.call.buffers.iter().copied().find_map(|index| {
            let captured = self.captured(index)?.ok()?;
            if self.args()[index].kind.role == Some(Role::Content) {
                let Captured { bytes, cut, .. } = captured;
                return Some((index, Memory { role: Some(Role::Content), bytes, cut, torn: None }));
            }
            let Value::Structures(structures) = self.value_at(index, Side::After) else {
                return None;
            };
            self.joined(captured.bytes, structures).map(|memory| (index, memory))
        })
    }

    /// The contents of the buffers that structures point to, as much as would have been captured of one.
    fn joined(&self, entry: &'a [u8], structures: Structures<'a>) -> Option<Memory<'a>> {
        let buffers = structures.buffers();
        let first = buffers.pieces.first()?;
        // They lie in the entry one after the other.
        let start = first.as_ptr().addr().checked_sub(entry.as_ptr().addr())?;
        let length: usize = buffers.pieces.iter().map(|piece| piece.len()).sum();
        let limit = usize::try_from(self.schema.meta().content_limit).unwrap_or(usize::MAX);
        let bytes = entry.get(start..start.checked_add(length.min(limit))?)?;
        let cut = buffers.cut || structures.cut || length > limit;
        Some(Memory { role: Some(Role::Content), bytes, cut, torn: None })
    }

    /// The true length of an argument's memory that is not all there; 0 where it is not known.
    pub(crate) fn full(&self, arg: usize) -> u32 {
        self.captured(arg).and_then(Result::ok).map_or(0, |captured| captured.full)
    }

    /// What was captured behind an argument: `None` if nothing was to be.
    #[inline]
    fn captured(&self, arg: usize) -> Option<Result<Captured<'a>, Unreadable>> {
        let (columns, place) = (self.columns, self.place?);
        let (section, status) = columns.arguments.as_ref()?.status_at(place, arg)?;
        match status {
            CaptureStatus::None => None,
            CaptureStatus::Unreadable => Some(Err(Unreadable)),
            CaptureStatus::Whole | CaptureStatus::Cut | CaptureStatus::Torn => {
                let captures = match section {
                    CaptureSection::Strings => columns.strings.as_ref()?,
                    CaptureSection::Contents | CaptureSection::Addressed => {
                        columns.contents.as_ref()?
                    }
                };
                captures.get_at(place, arg).map(Ok)
            }
        }
    }
}

/// The memory could not be read when the call was recorded.
struct Unreadable;

/// A raw register value in its kind's shape.
#[inline]
pub(crate) fn number(shape: Shape, narrow: bool, raw: u64) -> Value<'static> {
    match shape {
        Shape::Signed64 if narrow => Value::Signed(i64::from(raw as u32 as i32)),
        // A kernel that takes an int looks at the low half of the register alone.
        Shape::Signed32 => Value::Signed(i64::from(raw as u32 as i32)),
        Shape::Unsigned32 => Value::Unsigned(u64::from(raw as u32)),
        Shape::Signed64 => Value::Signed(raw.cast_signed()),
        Shape::Unsigned64 => Value::Unsigned(raw),
        Shape::Hex => Value::Hex(raw),
        Shape::Octal => Value::Octal(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_kind_s_width_and_sign() {
        assert_eq!(number(Shape::Signed32, false, 0xdead_0000_ffff_ff9c), Value::Signed(-100));
        assert_eq!(number(Shape::Unsigned32, false, u64::MAX), Value::Unsigned(0xffff_ffff));
        assert_eq!(number(Shape::Signed64, false, u64::MAX), Value::Signed(-1));
        assert_eq!(number(Shape::Unsigned64, false, u64::MAX), Value::Unsigned(u64::MAX));
        assert_eq!(number(Shape::Signed64, true, 0xffff_ffff), Value::Signed(-1));
        assert_eq!(number(Shape::Octal, false, 0o644), Value::Octal(0o644));
    }
}
