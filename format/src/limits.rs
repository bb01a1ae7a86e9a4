//! The limits of the format (SPEC.md §2.2, §5 and §7). A reader checks them before it allocates; a
//! writer refuses to exceed them. Changing one changes the format.

/// Most bytes of a block's zone map.
pub const MAX_ZONE: u32 = 65_536;
/// Most rows (events, records, entries) of a block.
pub const MAX_ROWS: u32 = 1_048_576;
/// Most bytes of a block's payload as stored.
pub const MAX_STORED: u32 = 64 << 20;
/// Most bytes of a block's payload when decompressed, all sections of an EVENTS block together.
pub const MAX_RAW: u32 = 256 << 20;
/// Most bytes of a META, PROC or LOSS body.
pub const MAX_BODY: u32 = 64 << 20;
/// Most sections of an EVENTS block.
pub const MAX_SECTIONS: u32 = 64;
/// Most distinct syscalls of an EVENTS block.
pub const MAX_CALLS: usize = 65_535;
/// Most arguments of a syscall.
pub const MAX_ARGS: usize = 6;
/// Most bytes of one captured string or buffer.
pub const MAX_ENTRY: usize = 1 << 20;
/// Most files that one row tells of.
pub const MAX_FILES: usize = 8;
/// Most bytes of a file's name, or of what more is known of it.
pub const MAX_NAME: usize = 8192;
/// Most numbers in the two.
pub const MAX_FILE_NUMBERS: usize = 8;
/// Most structures within one another.
pub const MAX_STRUCT_DEPTH: u8 = 8;
/// Most members of a structure, those of the structures within it counted for each element.
pub const MAX_MEMBERS: u64 = 65_536;
/// Most facts about files of an EVENTS block, and half as many as its names of files.
pub const MAX_FACTS: usize = 262_144;
/// Most groups of a column of magnitudes.
pub const MAX_GROUPS: usize = 1024;
/// Most values of an integer column's dictionary.
pub const MAX_DICTIONARY: usize = 65_536;
/// Coarsest time resolution: a tick is at most 2^30 ns.
pub const MAX_TICK_SHIFT: u8 = 30;
