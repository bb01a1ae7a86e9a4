//! What a kind says of the memory behind an argument, and of the value itself.

use crate::{
    choices::Choice,
    names::Names,
    structs::{Struct, signals::Frame},
};

/// Where the length of a captured buffer is found. Within a structure, the names are those of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Len {
    /// In the call's result.
    Ret,
    /// In the call's result, but never beyond the argument of that name: some calls return more
    /// than they stored (recv(2) with `MSG_TRUNC`, getxattr(2) of size 0).
    Within(&'static str),
    /// In the argument of that name.
    Arg(&'static str),
    /// In the argument of that name, above which number the kernel looks at nothing.
    UpTo(&'static str, u32),
    /// In the 32-bit word that the argument of that name points to (`socklen_t *`), or that the member of
    /// that name is; the kernel overwrites it.
    At(&'static str),
    /// The argument of that name counts bits, which lie in whole words.
    BitsOf(&'static str),
    /// The argument of that name is one more than the bits that count, which lie in whole words.
    BitsBelow(&'static str),
    /// It is this.
    Fixed(u16),
}

/// How a value is written when nothing more is known of it. The numbers are those of a trace's
/// schema: see `format/REGISTRY.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Signed decimal, low 32 bits.
    Signed32 = 0,
    /// Unsigned decimal, low 32 bits.
    Unsigned32 = 1,
    /// Signed decimal, all 64 bits.
    Signed64 = 2,
    /// Unsigned decimal, all 64 bits.
    Unsigned64 = 3,
    /// Hexadecimal with `0x`.
    Hex = 4,
    /// Octal with a leading 0.
    Octal = 5,
}

/// What is captured of the memory an argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// A NUL-terminated string.
    Str,
    /// A NULL-terminated array of pointers to strings.
    StrArray,
    /// A span of bytes.
    Bytes(Len),
    /// An array of structures; the length counts them.
    Structs(&'static Struct, Len),
    /// An array of structures, and what their members point to; the length counts them.
    Tree(&'static Struct, Len),
    /// How many pointers there are in a NULL-terminated array.
    Count,
    /// Something on the stack.
    Frame(&'static Frame),
}

/// What a kind's memory is to a reader, hence in which dictionary of a trace it lies. The numbers
/// are those of a trace's schema, where 0 is no memory: see `format/REGISTRY.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A file-system path.
    Path = 1,
    /// Another short text.
    Text = 2,
    /// A socket address.
    Address = 3,
    /// A list of strings, each ended by a NUL.
    List = 4,
    /// Contents of a buffer, subject to `--content`.
    Content = 5,
    /// A structure; with `--content 0` it is left out.
    Struct = 6,
    /// Structures, one after the other; subject to `--content`.
    Array = 7,
    /// A structure in parts: before the call, after it, and what its members point to.
    Parts = 8,
    /// Structures in parts.
    ArrayParts = 9,
    /// Bits in parts: before the call, after it.
    SetParts = 10,
    /// How many there were.
    Count = 11,
    /// Control messages of a socket.
    Control = 12,
}

/// What a kind refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The names of its values.
    Names(&'static Names),
    /// The layout of its memory.
    Struct(&'static Struct),
    /// What it may be.
    Choice(&'static Choice),
}

/// When a kind's memory is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the call, because the call destroys it.
    Entry,
    /// Before and after the call, whatever its result.
    Both,
    /// After the call, whatever its result.
    Exit,
    /// After the call, unless it failed.
    Success,
    /// After the call, if its result is above 0.
    Found,
    /// After the call, if a signal interrupted it.
    Interrupted,
}

impl Shape {
    const ALL: [Shape; 6] = [
        Shape::Signed32,
        Shape::Unsigned32,
        Shape::Signed64,
        Shape::Unsigned64,
        Shape::Hex,
        Shape::Octal,
    ];

    /// The shape of that number in a trace's schema.
    pub fn from_id(id: u8) -> Option<Shape> {
        Shape::ALL.into_iter().find(|shape| *shape as u8 == id)
    }
}

impl Role {
    const ALL: [Role; 12] = [
        Role::Path,
        Role::Text,
        Role::Address,
        Role::List,
        Role::Content,
        Role::Struct,
        Role::Array,
        Role::Parts,
        Role::ArrayParts,
        Role::SetParts,
        Role::Count,
        Role::Control,
    ];

    /// The role of that number in a trace's schema.
    pub fn from_id(id: u8) -> Option<Role> {
        Role::ALL.into_iter().find(|role| *role as u8 == id)
    }
}
