//! What a trace says of itself, arranged for quick use: its syscalls, argument kinds and errors.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use syscord_format::{CallDef, Detail, KindDef, KindRef, Meta};
use syscord_syscalls::{Abi, Kind, Len, Role, Shape, structs::time::TIMESPEC};

use crate::{
    escape::json_string,
    render::{
        self, Fixed,
        strace::{Names, Quirk},
        text,
    },
};

/// The results that mean failure: `-errno`.
pub(crate) const ERRORS: std::ops::RangeInclusive<i64> = -4095..=-1;

/// Kinds of structures that point to buffers.
const TREES: [u8; 4] = [
    Kind::TreeIn(&TIMESPEC).id(),
    Kind::TreeOut(&TIMESPEC).id(),
    Kind::TreesIn(&TIMESPEC, Len::Ret).id(),
    Kind::TreesOut(&TIMESPEC, Len::Ret).id(),
];

/// An argument kind of the trace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindInfo {
    /// Its id (format/REGISTRY.md).
    pub(crate) id: u8,
    /// How its values are written.
    pub(crate) shape: Shape,
    /// What the memory behind it is, if it is known to have any.
    pub(crate) role: Option<Role>,
    /// The names, the layout or the choice that it refers to.
    pub(crate) detail: Detail,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: Box<str>,
    /// Its name as a key of a JSON object, with the brace or comma before it and the colon.
    pub(crate) key: Fixed,
    /// The same within a field of CSV.
    pub(crate) csv_key: Fixed,
    /// Its kind.
    pub(crate) kind: KindInfo,
}

/// A syscall of the trace.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its number.
    pub(crate) number: u32,
    /// Name of its calling convention.
    pub(crate) abi: Arc<str>,
    /// Whether the trace's table has it.
    pub(crate) known: bool,
    /// Whether its registers have 32 bits.
    pub(crate) narrow: bool,
    /// Whether it is an operation of io_uring.
    pub(crate) is_operation: bool,
    /// Its name, `syscall_N` if the trace's table lacks it.
    pub(crate) name: Box<str>,
    /// Its arguments.
    pub(crate) args: Vec<Argument>,
    /// What its result is.
    pub(crate) ret: KindInfo,
    /// The indices of those that are paths.
    pub(crate) paths: Box<[usize]>,
    /// The indices of those that are buffers, or structures that may point to some.
    pub(crate) buffers: Box<[usize]>,
    /// Whether it moves bytes through buffers and returns how many.
    pub(crate) moves_bytes: bool,
    /// Whether it makes or closes descriptors.
    pub(crate) changes_files: bool,
    /// What strace shows in another way than its kinds say.
    pub(crate) quirk: Option<Quirk>,
    /// How the classic text shows it, if it has a line of its own.
    pub(crate) text: Option<text::Line>,
    /// Its calling convention and its name, as JSON shows them.
    pub(crate) json: Box<[u8]>,
    /// The same as CSV does.
    pub(crate) csv: Box<[u8]>,
}

impl KindInfo {
    /// An unknown kind: the raw register, in hexadecimal.
    const RAW: KindInfo = KindInfo { id: 0, shape: Shape::Hex, role: None, detail: Detail::None };

    fn of(def: &KindDef) -> KindInfo {
        let shape = Shape::from_id(def.shape).unwrap_or(KindInfo::RAW.shape);
        KindInfo { id: def.id, shape, role: Role::from_id(def.role), detail: Detail::None }
    }

    /// Whether a value is no more than what its register holds, in any call.
    #[inline]
    pub(crate) fn is_number(&self) -> bool {
        self.role.is_none() && !matches!(self.detail, Detail::Choice(_))
    }

    /// Whether values are file descriptors.
    pub(crate) fn is_fd(&self) -> bool {
        self.id == Kind::Fd.id() || self.id == Kind::DirFd.id()
    }

    /// The same, or may be in some calls.
    pub(crate) fn may_be_fd(&self) -> bool {
        self.is_fd() || matches!(self.detail, Detail::Choice(_))
    }
}

impl Argument {
    fn new(index: usize, name: &str, kind: KindInfo) -> Argument {
        let (mut key, mut csv_key) = (Vec::new(), Vec::new());
        key.push(if index == 0 { b'{' } else { b',' });
        json_string(&mut key, name.as_bytes());
        key.push(b':');
        render::doubled(&mut csv_key, &key);
        Argument { name: name.into(), key: Fixed::new(key), csv_key: Fixed::new(csv_key), kind }
    }
}

/// Whether a call moves bytes through buffers and returns how many.
fn moves_bytes(ret: KindInfo, args: &[Argument]) -> bool {
    let buffers =
        |arg: &Argument| arg.kind.role == Some(Role::Content) || TREES.contains(&arg.kind.id);
    ret.id == Kind::Size.id() && args.iter().any(buffers)
}

/// The indices of the arguments whose role is one of those.
fn with_roles(args: &[Argument], roles: &[Role]) -> Box<[usize]> {
    let args = args.iter().enumerate();
    let args = args.filter(|(_, arg)| arg.kind.role.is_some_and(|role| roles.contains(&role)));
    args.map(|(index, _)| index).collect()
}

/// A trace's own description.
#[derive(Debug)]
pub(crate) struct Schema {
    meta: Meta,
    /// By id.
    kinds: Vec<Option<KindInfo>>,
    abis: HashMap<u8, Arc<str>>,
    errnos: HashMap<u16, Box<str>>,
    /// Vocabularies, taken apart when they are first used.
    names: Vec<OnceLock<Names>>,
    /// Those that chunks refer to, made when the first one does.
    calls: RwLock<HashMap<(u8, u32, u8), Arc<Call>>>,
}

impl Schema {
    /// Arranges what `meta` says.
    pub(crate) fn new(meta: &Meta) -> Schema {
        let mut kinds = vec![None; 256];
        meta.kinds.iter().for_each(|def| kinds[usize::from(def.id)] = Some(KindInfo::of(def)));
        Schema {
            kinds,
            abis: meta.abis.iter().map(|abi| (abi.id, Arc::from(abi.name.as_str()))).collect(),
            errnos: meta.errnos.iter().map(|e| (e.number, e.name.as_str().into())).collect(),
            names: meta.names.iter().map(|_| OnceLock::new()).collect(),
            calls: RwLock::default(),
            meta: meta.clone(),
        }
    }

    /// The description as it stands in the trace.
    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Names of the kinds that this program does not know, as they were made after it.
    pub(crate) fn unknown_kinds(&self) -> Vec<&str> {
        let unknown = self.meta.kinds.iter().filter(|def| !Kind::IDS.contains(&def.id));
        unknown.map(|def| def.name.as_str()).collect()
    }

    /// What an error number means; empty if the trace does not say.
    pub(crate) fn errno_text(&self, number: u16) -> &str {
        let found = self.meta.errnos.iter().find(|errno| errno.number == number);
        found.map_or("", |errno| &errno.text)
    }

    /// The name of an error number; `E` and the number if it has none.
    pub(crate) fn errno(&self, number: u16) -> Cow<'_, str> {
        match self.errnos.get(&number) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(format!("E{number}")),
        }
    }

    /// A vocabulary.
    pub(crate) fn names(&self, index: u16) -> Option<&Names> {
        let index = usize::from(index);
        let (def, names) = (self.meta.names.get(index)?, self.names.get(index)?);
        Some(names.get_or_init(|| Names::of(def)))
    }

    /// The call that a chunk refers to, with as many arguments as the chunk has.
    pub(crate) fn call(&self, def: &CallDef) -> Arc<Call> {
        let key = (def.abi, def.number, def.args);
        let known = self.calls.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let call = Arc::new(self.describe(def));
            let mut calls = self.calls.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(calls.entry(key).or_insert(call))
        })
    }

    fn describe(&self, def: &CallDef) -> Call {
        let abi = match self.abis.get(&def.abi) {
            Some(name) => Arc::clone(name),
            None => Arc::from(format!("abi_{}", def.abi)),
        };
        let known = self
            .meta
            .abis
            .iter()
            .find(|table| table.id == def.abi)
            .and_then(|table| table.syscalls.iter().find(|call| call.number == def.number));
        let mut args: Vec<Argument> = known.map_or_else(Vec::new, |known| {
            let named = known.args.iter().enumerate();
            named.map(|(at, arg)| Argument::new(at, &arg.name, self.kind(arg.kind))).collect()
        });
        for index in args.len()..usize::from(def.args) {
            args.push(Argument::new(index, &format!("arg{index}"), KindInfo::RAW));
        }
        args.truncate(usize::from(def.args));
        let name: Box<str> = match known {
            Some(known) => known.name.as_str().into(),
            None => format!("syscall_{}", def.number).into(),
        };
        let ret = known.map_or(KindInfo::RAW, |known| self.kind(known.ret));
        Call {
            paths: with_roles(&args, &[Role::Path]),
            buffers: with_roles(&args, &[Role::Content, Role::Parts, Role::ArrayParts]),
            moves_bytes: moves_bytes(ret, &args),
            json: render::call_json(&abi, &name).into(),
            csv: render::call_csv(&abi, &name).into(),
            changes_files: ret.id == Kind::Fd.id() || ret.id == Kind::Closed.id(),
            quirk: Quirk::of(&name),
            text: text::Line::of(&name),
            ret,
            number: def.number,
            known: known.is_some(),
            narrow: [Abi::I386 as u8, Abi::Socketcall as u8].contains(&def.abi),
            is_operation: def.abi == Abi::IoUring as u8,
            abi,
            name,
            args,
        }
    }

    /// A kind with what it refers to.
    pub(crate) fn kind(&self, kind: KindRef) -> KindInfo {
        let KindRef { id, detail } = kind;
        let known = self.kinds.get(usize::from(id)).copied().flatten();
        KindInfo { detail, ..known.unwrap_or(KindInfo { id, ..KindInfo::RAW }) }
    }
}
