//! Structures whose members point to something.

use alloc::{vec, vec::Vec};

use super::super::{Branch, MAX_BRANCHES, MAX_NODES, Node, branch_flag};
use super::Nodes;
use crate::{
    Abi, Kind, Len, Memory, Role, When,
    structs::{Field, Struct},
};

/// A member that points to something, its place counted from the outermost structure.
struct Pointing {
    at: u16,
    wide: bool,
    kind: Kind,
    /// The structure that it is a member of, and where that begins.
    of: &'static Struct,
    base: u16,
}

impl Default for Nodes {
    fn default() -> Nodes {
        Nodes { of: vec![None], nodes: vec![Node::default()] }
    }
}

impl Nodes {
    /// For the probe: what to do with each.
    pub fn all(&self) -> &[Node] {
        &self.nodes
    }

    /// The index of a structure's node.
    pub(super) fn node(&mut self, of: &'static Struct, abi: Abi) -> u8 {
        let known = |place: &Option<(&Struct, Abi)>| {
            place.is_some_and(|(known, on)| core::ptr::eq(known, of) && on == abi)
        };
        if let Some(place) = self.of.iter().position(known) {
            return place as u8;
        }
        let mut node =
            Node { size: of.size(abi), filled_at: filled_at(of, abi), ..Node::default() };
        for member in pointing(of, abi).iter().take(MAX_BRANCHES) {
            if let Some(branch) = self.branch(member, abi) {
                node.branches[usize::from(node.count)] = branch;
                node.count += 1;
            }
        }
        assert!(self.nodes.len() < MAX_NODES, "more trees than the probe has room for");
        self.of.push(Some((of, abi)));
        self.nodes.push(node);
        (self.nodes.len() - 1) as u8
    }

    fn branch(&mut self, member: &Pointing, abi: Abi) -> Option<Branch> {
        let (memory, when, role) = member.kind.memory()?;
        let (len, unit, node) = match memory {
            Memory::Bytes(len) => (len, 1, 0),
            Memory::Structs(of, len) => (len, of.size(abi), 0),
            Memory::Tree(of, len) => (len, of.size(abi), self.node(of, abi)),
            Memory::Str | Memory::StrArray | Memory::Count | Memory::Frame(_) => return None,
        };
        let mut branch = Branch { at: member.at, unit, node, ..Branch::default() };
        match len {
            Len::Fixed(count) => branch.unit = unit * count,
            Len::Arg(name)
            | Len::UpTo(name, _)
            | Len::At(name)
            | Len::Within(name)
            | Len::BitsOf(name)
            | Len::BitsBelow(name) => {
                let (at, width) = place(member.of, abi, name)?;
                branch.length_at = member.base + at;
                branch.flags |= branch_flag::COUNTED;
                branch.flags |= if width == 8 { branch_flag::WIDE_LENGTH } else { 0 };
            }
            Len::Ret => return None,
        }
        branch.flags |= if member.wide { branch_flag::WIDE_POINTER } else { 0 };
        branch.flags |= if role == Role::Content { branch_flag::CONTENT } else { 0 };
        branch.flags |= if when == When::Success { branch_flag::FILLED } else { 0 };
        Some(branch)
    }
}

/// The members that point to something, those of structures within it included, in their order.
fn pointing(of: &'static Struct, abi: Abi) -> Vec<Pointing> {
    let mut found = Vec::new();
    walk(of, abi, 0, &mut found);
    found
}

fn walk(of: &'static Struct, abi: Abi, base: u16, found: &mut Vec<Pointing>) {
    for (index, field) in of.on(abi).iter().enumerate() {
        let place = of.place(abi, index);
        let at = base + place.offset;
        match field.kind {
            Kind::Struct(inner) => walk(inner, abi, at, found),
            kind if kind.memory().is_some() => {
                found.push(Pointing { at, wide: place.width == 8, kind, of, base });
            }
            _ => {}
        }
    }
}

/// Where a member lies, and how wide it is.
fn place(of: &Struct, abi: Abi, name: &str) -> Option<(u16, u16)> {
    let index = of.on(abi).iter().position(|field: &Field| field.name == name)?;
    let place = of.place(abi, index);
    Some((place.offset, place.width))
}

/// Where in it a length lies that the kernel overwrites.
pub(super) fn overwritten_length(of: &'static Struct, abi: Abi) -> Option<u8> {
    pointing(of, abi).iter().find_map(|member| match member.kind.memory() {
        Some((Memory::Bytes(Len::At(name)), ..)) => Some(place(of, abi, name)?.0 as u8),
        _ => None,
    })
}

/// Where in it, and 1, the kernel says how many bytes it filled of what it points to.
fn filled_at(of: &Struct, abi: Abi) -> u8 {
    let mut fields = of.on(abi).iter();
    let index = fields.position(|field| matches!(field.kind, Kind::Filled));
    index.map_or(0, |index| 1 + of.place(abi, index).offset as u8)
}
