//! The table as a trace describes itself (META): all that a reader needs to decode it, so that it
//! need not have the table that this program was built with.

use std::collections::BTreeMap;

use syscord_format::{
    AbiTable, ArgDef, CaseDef, ChoiceDef, ClassDef, Detail, ErrnoDef, FieldDef, KindDef, KindRef,
    Meta, NamesDef, StructDef, SyscallDef,
};
use syscord_syscalls::{
    self as syscalls, Abi, Class, Kind, Syscall,
    choices::Choice,
    errno, lookup,
    names::Names,
    plan::NUMBERS,
    structs::{Field, Struct},
};

/// Fills in what the table says: the syscalls of these ABIs, kinds and what they refer to, classes,
/// errnos.
pub fn describe(meta: &mut Meta, abis: &[Abi]) {
    let mut tables = Tables::default();
    meta.abis = abis.iter().map(|abi| tables.abi(*abi)).collect();
    meta.kinds = tables.kinds.into_values().collect();
    meta.names = tables.names;
    meta.structs = tables.structs;
    meta.choices = tables.choices;
    meta.classes = Class::ALL
        .iter()
        .map(|(word, class, _)| ClassDef { bit: class.0, name: (*word).to_owned() })
        .collect();
    let errno = |number| {
        let (name, text) = (errno::errno_name(number)?, errno::errno_text(number)?);
        Some(ErrnoDef { number, name: name.to_owned(), text: text.to_owned() })
    };
    meta.errnos = (1..4096).filter_map(errno).collect();
}

/// What kinds refer to, each once. Places are by address: the definitions are statics.
#[derive(Default)]
struct Tables {
    kinds: BTreeMap<u8, KindDef>,
    names: Vec<NamesDef>,
    structs: Vec<StructDef>,
    choices: Vec<ChoiceDef>,
    names_at: BTreeMap<*const Names, u16>,
    structs_at: BTreeMap<(*const Struct, Abi), u16>,
}

impl Tables {
    fn abi(&mut self, abi: Abi) -> AbiTable {
        let rows = (0..NUMBERS as u32).filter_map(|number| Some((number, lookup(abi, number)?)));
        let syscalls = rows.map(|(number, row)| self.syscall(abi, number, row)).collect();
        AbiTable { id: abi as u8, name: abi.name().to_owned(), syscalls }
    }

    fn syscall(&mut self, abi: Abi, number: u32, row: &'static Syscall) -> SyscallDef {
        let context = Context { abi: row.layout(abi), row: Some(row) };
        SyscallDef {
            number,
            name: row.name.to_owned(),
            classes: row.class.0,
            ret: self.kind(context, row.ret),
            args: row
                .args
                .iter()
                .map(|arg| ArgDef { name: arg.name.to_owned(), kind: self.kind(context, arg.kind) })
                .collect(),
        }
    }

    fn kind(&mut self, context: Context, kind: Kind) -> KindRef {
        self.kinds.entry(kind.id()).or_insert_with(|| KindDef {
            id: kind.id(),
            name: kind.name().to_owned(),
            shape: kind.shape() as u8,
            // What a choice's memory is, each of its cases says.
            role: match kind {
                Kind::By(_) => 0,
                _ => kind.memory().map_or(0, |(_, _, role)| role as u8),
            },
        });
        let detail = match kind.detail() {
            None => Detail::None,
            Some(syscalls::Detail::Names(names)) => Detail::Names(self.names(context.abi, names)),
            Some(syscalls::Detail::Struct(of)) => Detail::Struct(self.layout(context.abi, of)),
            Some(syscalls::Detail::Choice(choice)) => Detail::Choice(self.choice(context, choice)),
        };
        KindRef { id: kind.id(), detail }
    }

    fn names(&mut self, abi: Abi, names: &'static Names) -> u16 {
        if let Some(place) = self.names_at.get(&(&raw const *names)) {
            return *place;
        }
        let members = names.on(abi);
        self.names.push(NamesDef {
            name: names.name.to_owned(),
            unknown: names.unknown.to_owned(),
            bits: names.bits,
            names: members.iter().map(|member| member.name).collect::<Vec<_>>().join(" "),
            masks: members.iter().map(|member| member.mask).collect(),
            values: members.iter().map(|member| member.value).collect(),
        });
        let place = (self.names.len() - 1) as u16;
        self.names_at.insert(names, place);
        place
    }

    fn layout(&mut self, abi: Abi, of: &'static Struct) -> u16 {
        if let Some(place) = self.structs_at.get(&(&raw const *of, abi)) {
            return *place;
        }
        let context = Context { abi, row: None };
        let members = of.on(abi);
        // What has no name is padding, unless there is nothing else.
        let named = |(index, field): (usize, &'static Field)| {
            let shown = !field.name.is_empty() || members.len() == 1;
            shown.then(|| (of.place(abi, index), field))
        };
        let mut fields: Vec<_> = members.iter().enumerate().filter_map(named).collect();
        fields.sort_by_key(|(_, field)| {
            of.order.iter().position(|first| *first == field.name).unwrap_or(of.order.len())
        });
        let fields = fields
            .into_iter()
            .map(|(place, field)| FieldDef {
                name: field.name.to_owned(),
                offset: place.offset,
                width: place.width,
                count: field.count,
                kind: self.kind(context, field.kind),
                shown: field.shown as u8,
            })
            .collect();
        let def = StructDef { name: of.name.to_owned(), size: of.size(abi), fields };
        // The same on several ABIs.
        let known = self.structs.iter().position(|known| *known == def);
        let place = known.unwrap_or(self.structs.len()) as u16;
        if known.is_none() {
            self.structs.push(def);
        }
        self.structs_at.insert((of, abi), place);
        place
    }

    /// A choice refers to an argument by its place, so each row has its own.
    fn choice(&mut self, context: Context, choice: &'static Choice) -> u16 {
        let args = context.row.map_or(&[][..], |row| row.args);
        let arg = args.iter().position(|arg| arg.name == choice.key).unwrap_or(0) as u8;
        let case = |case: &syscalls::choices::Case| CaseDef {
            mask: choice.mask(case),
            value: case.value & choice.mask(case),
            kind: self.kind(context, case.kind),
        };
        let cases = choice.cases.iter().map(case).collect();
        let def = ChoiceDef { arg, cases, otherwise: self.kind(context, choice.otherwise) };
        if let Some(place) = self.choices.iter().position(|known| *known == def) {
            return place as u16;
        }
        self.choices.push(def);
        (self.choices.len() - 1) as u16
    }
}

/// Where a kind stands: a structure's members stand in no row.
#[derive(Clone, Copy)]
struct Context {
    abi: Abi,
    row: Option<&'static Syscall>,
}
