"""The container of `.scd` traces: SPEC.md §1 to §4. Preamble, blocks, damage, INDEX, END and bodies.

Section numbers in the comments are those of SPEC.md.
"""
from __future__ import annotations

import struct
from typing import Any, Callable, Iterator, NamedTuple, Optional

import zstandard

U64 = (1 << 64) - 1
MIB = 1 << 20
MAGIC = bytes.fromhex("895343440D0A1A0A")                                 # §2.1
MAJOR, PREAMBLE_SIZE = 1, 40
SYNC_MASK, HEADER_SIZE = b"SCDBLOCK", 72                                  # §2.2
CRITICAL, COMPRESSED = 1, 2
MAX_ZONE_MAP, MAX_ROWS, MAX_STORED, MAX_RAW = 65_536, 1_048_576, 64 * MIB, 256 * MIB
META, CLOCK, PROC, EVENTS, LOSS, INDEX, END, SHED = range(1, 9)           # §3
KINDS = {1: "META", 2: "CLOCK", 3: "PROC", 4: "EVENTS", 5: "LOSS", 6: "INDEX", 7: "END", 8: "SHED"}
END_MAGIC = b"SCDEND\r\n"                                                 # §3.2
MAX_BODY = 64 * MIB                                                       # §4


class FormatError(Exception):
    """The input breaks a rule of the format."""


def need(condition: bool, message: str) -> None:
    if not condition:
        raise FormatError(message)


# ---------------------------------------------------------------- §1 conventions

def _crc_tables() -> list[list[int]]:
    first = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        first.append(byte)
    tables = [first]
    for _ in range(7):
        tables.append([(crc >> 8) ^ first[crc & 255] for crc in tables[-1]])
    return tables


_CRC = _crc_tables()


def crc32c(data: bytes) -> int:
    """CRC-32C, eight bytes at a time."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _CRC
    crc, whole = 0xFFFFFFFF, len(data) & ~7
    for low, high in struct.iter_unpack("<II", memoryview(data)[:whole]):
        low ^= crc
        crc = (t7[low & 255] ^ t6[low >> 8 & 255] ^ t5[low >> 16 & 255] ^ t4[low >> 24]
               ^ t3[high & 255] ^ t2[high >> 8 & 255] ^ t1[high >> 16 & 255] ^ t0[high >> 24])
    for byte in data[whole:]:
        crc = (crc >> 8) ^ t0[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def unzigzag(word: int) -> int:
    return (word >> 1) ^ -(word & 1)


class Cursor:
    """Reads values off the front of some bytes; never past their end."""

    def __init__(self, data: bytes, what: str) -> None:
        self.data, self.pos, self.what = data, 0, what

    def left(self) -> int:
        return len(self.data) - self.pos

    def take(self, count: int) -> bytes:
        need(count <= self.left(), f"{self.what}: ends {count - self.left()} bytes too early")
        self.pos += count
        return self.data[self.pos - count:self.pos]

    def uint(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def sint(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little", signed=True)

    def u8(self) -> int:
        return self.uint(1)

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            need(shift < 70, f"{self.what}: varint longer than 10 bytes")
        need(value <= U64, f"{self.what}: varint of 2^64 or more")
        return value

    def zigzag(self) -> int:
        return unzigzag(self.varint())

    def sub(self, size: int, what: str) -> Cursor:
        return Cursor(self.take(size), f"{self.what}: {what}")

    def finish(self) -> None:
        need(self.left() == 0, f"{self.what}: {self.left()} bytes too many")


def unzstd(data: bytes, raw: int, what: str) -> bytes:
    """One zstd frame; never more than `raw` bytes of it are made."""
    try:
        out = zstandard.ZstdDecompressor().stream_reader(data).read(raw + 1)
    except zstandard.ZstdError as error:
        raise FormatError(f"{what}: {error}") from error
    need(len(out) == raw, f"{what}: does not decompress to {raw} bytes")
    return out


# ---------------------------------------------------------------- §2 layout

class Block(NamedTuple):                                                  # §2.2
    offset: int
    kind: int
    flags: int
    zone_len: int
    rows: int
    sequence: int
    first: int
    last: int
    stored: int
    raw: int
    payload_crc: int
    zone_crc: int
    zone: bytes = b""
    payload: bytes = b""                                                  # as stored

    def name(self) -> str:
        return f"{KINDS.get(self.kind, self.kind)} block {self.sequence}"

    def body(self) -> Cursor:
        """The payload, decompressed."""
        if not self.flags & COMPRESSED:
            return Cursor(self.payload, self.name())
        return Cursor(unzstd(self.payload, self.raw, self.name()), self.name())


def read_preamble(data: bytes) -> bytes:                                  # §2.1
    """Checks the preamble; returns the file id."""
    need(data[:8] == MAGIC, "not an .scd trace")
    need(len(data) >= PREAMBLE_SIZE, "cut within the preamble")
    major, _minor, incompatible, file_id, crc = struct.unpack_from("<HHI16sI", data, 8)
    need(crc == crc32c(data[:32]), "the preamble's CRC does not hold")
    need(major == MAJOR, f"version {major} of the format is not known")
    need(incompatible == 0, f"incompatible features {incompatible:#x} are not known")
    return file_id


def read_header(data: bytes, at: int, sync: bytes) -> Optional[Block]:    # §2.2
    """The block header at `at`, or None if there is no valid one."""
    head = data[at:at + HEADER_SIZE]
    if len(head) < HEADER_SIZE or head[:8] != sync or crc32c(head[:68]) != struct.unpack_from("<I", head, 68)[0]:
        return None
    block = Block(at, *struct.unpack("<8xBB2xII4xQQQIIII8x", head))
    sane = (block.zone_len <= MAX_ZONE_MAP and block.rows <= MAX_ROWS and block.stored <= MAX_STORED
            and block.raw <= MAX_RAW and (block.flags & COMPRESSED or block.raw == block.stored))
    return block if sane else None


class Trace:
    """A trace in memory: its intact blocks, what is wrong with it, and its META."""

    def __init__(self, data: bytes, check_crc: bool = True) -> None:
        self.data, self.check_crc = data, check_crc
        file_id = read_preamble(data)
        self.sync = bytes(a ^ b for a, b in zip(file_id, SYNC_MASK))
        self.damage: list[str] = []
        self.blocks: list[Block] = list(self._scan())
        self.complete = bool(self.blocks) and self.blocks[-1].kind == END

    def faults(self) -> list[str]:
        return self.damage + ([] if self.complete else ["incomplete: END is missing"])

    def of_kind(self, kind: int) -> Iterator[Block]:
        return (block for block in self.blocks if block.kind == kind)

    def meta(self) -> dict[str, Any]:
        block = next(self.of_kind(META), None)
        if block is None:
            raise FormatError("META is lost")
        meta = read_body(block, META_BODY)
        need(meta["tick_shift"] <= 30, "META: tick_shift above 30")
        return meta

    def _scan(self) -> Iterator[Block]:                                   # §2.3
        at, expected, size = PREAMBLE_SIZE, 0, len(self.data)
        while at < size:
            header = self._valid(at, expected)
            if header is None:
                start, at = at, self._resync(at, expected)
                self.damage.append(f"no valid block in the {at - start} bytes from {start}"
                                   + (": the tail" if at == size else ""))
                continue
            if header.sequence > expected:
                self.damage.append(f"blocks {expected} to {header.sequence - 1} are missing")
            expected = header.sequence + 1
            known = header.kind in KINDS
            need(known or not header.flags & CRITICAL, f"critical block kind {header.kind} is not known")
            body = at + HEADER_SIZE + header.zone_len
            end = body + header.stored
            if end > size:
                self.damage.append(f"{header.name()} is cut: {end - size} of its bytes are missing")
                return
            block = header._replace(zone=self.data[at + HEADER_SIZE:body], payload=self.data[body:end])
            at = (end + 7) & ~7
            if self.check_crc and (crc32c(block.zone), crc32c(block.payload)) != (block.zone_crc, block.payload_crc):
                self.damage.append(f"{block.name()} with {block.rows} rows is lost: its CRC does not hold")
                continue
            yield block
            if block.kind == END:
                if at < size:
                    self.damage.append(f"{size - at} bytes stand after END")
                return

    def _valid(self, at: int, expected: int) -> Optional[Block]:
        header = read_header(self.data, at, self.sync)
        return header if header and header.sequence >= expected else None

    def _resync(self, at: int, expected: int) -> int:
        """The next place with a valid header, or the end of the file."""
        while True:
            at = self.data.find(self.sync, at + 1)
            if at < 0:
                return len(self.data)
            if at % 8 == 0 and self._valid(at, expected):
                return at


# ---------------------------------------------------------------- §3.1, §3.2 INDEX, END

def read_index(block: Block) -> list[tuple[int, ...]]:
    """Entries as (offset, sequence, first, last, rows, kind)."""
    need(block.rows * 40 == block.raw, f"{block.name()}: {block.rows} entries do not fill {block.raw} bytes")
    return list(struct.iter_unpack("<QQQQIB3x", block.body().data))


class EndBlock(NamedTuple):
    events: int
    blocks: int
    index_offsets: list[int]
    offset: int


def read_end(block: Block) -> EndBlock:
    cursor = block.body()
    events, blocks, count = (cursor.uint(8) for _ in range(3))
    need(count <= cursor.left() // 8, "END: more INDEX blocks than bytes")
    end = EndBlock(events, blocks, [cursor.uint(8) for _ in range(count)], cursor.uint(8))
    need(cursor.take(8) == END_MAGIC, "END: wrong magic")
    cursor.finish()
    return end


# ---------------------------------------------------------------- §4 bodies
# A type is a name in SCALARS, Vec(type), Enum(variants) or a tuple of (field name, type).

class Vec(NamedTuple):
    of: Any


class Enum(NamedTuple):
    variants: tuple


def _bytes(cursor: Cursor) -> bytes:
    return cursor.take(cursor.uint(8))


def _string(cursor: Cursor) -> str:
    try:
        return _bytes(cursor).decode()
    except UnicodeDecodeError as error:
        raise FormatError(f"{cursor.what}: String is not UTF-8") from error


def _bool(cursor: Cursor) -> bool:
    value = cursor.u8()
    need(value < 2, f"{cursor.what}: bool of {value}")
    return bool(value)


SCALARS: dict[str, Callable[[Cursor], Any]] = {
    "u8": Cursor.u8, "u16": lambda c: c.uint(2), "u32": lambda c: c.uint(4), "u64": lambda c: c.uint(8),
    "i32": lambda c: c.sint(4), "i64": lambda c: c.sint(8), "bool": _bool, "String": _string, "Bytes": _bytes,
}
KIND_REF = (("id", "u8"), ("detail", Enum((                               # §4.1
    ("None", ()), ("Names", (("index", "u16"),)), ("Struct", (("index", "u16"),)), ("Choice", (("index", "u16"),))))))
ARG_DEF = (("name", "String"), ("kind", KIND_REF))
FIELD_DEF = (("name", "String"), ("offset", "u16"), ("width", "u16"), ("count", "u16"), ("kind", KIND_REF),
             ("shown", "u8"))
SYSCALL_DEF = (("number", "u32"), ("name", "String"), ("classes", "u32"), ("result", KIND_REF), ("args", Vec(ARG_DEF)))
ABI_TABLE = (("id", "u8"), ("name", "String"), ("syscalls", Vec(SYSCALL_DEF)))
META_BODY = (
    ("recorder", "String"), ("host", "String"), ("kernel", "String"), ("machine", "String"), ("cpus", "u32"),
    ("command", Vec("Bytes")), ("filters", Vec("String")), ("tick_shift", "u8"), ("durations", "bool"),
    ("content_limit", "u32"), ("string_limit", "u32"), ("abis", Vec(ABI_TABLE)),
    ("kinds", Vec((("id", "u8"), ("name", "String"), ("shape", "u8"), ("role", "u8")))),
    ("classes", Vec((("bit", "u32"), ("name", "String")))),
    ("errnos", Vec((("number", "u16"), ("name", "String"), ("text", "String")))),
    ("names", Vec((("name", "String"), ("unknown", "String"), ("bits", "u8"), ("members", "String"),
                   ("masks", Vec("u64")), ("values", Vec("u64"))))),
    ("structs", Vec((("name", "String"), ("size", "u16"), ("fields", Vec(FIELD_DEF))))),
    ("choices", Vec((("arg", "u8"), ("cases", Vec((("mask", "u64"), ("value", "u64"), ("kind", KIND_REF)))),
                     ("otherwise", KIND_REF)))),
    ("columns", Vec((("id", "u16"), ("name", "String"), ("type", "String"), ("unit", "String")))),
)
PROC_BODY = Vec((("time", "u64"), ("record", Enum((                       # §4.2
    ("Process", (("tgid", "u32"), ("ppid", "u32"), ("uid", "u32"), ("gid", "u32"), ("comm", "Bytes"),
                 ("exe", "Bytes"), ("argv", Vec("Bytes")), ("cwd", "Bytes"), ("cgroup", "Bytes"))),
    ("Thread", (("tgid", "u32"), ("tid", "u32"), ("comm", "Bytes"))),
    ("Descriptor", (("tgid", "u32"), ("fd", "i32"), ("target", "Bytes"))),
    ("Fork", (("parent_tgid", "u32"), ("parent_tid", "u32"), ("tgid", "u32"), ("tid", "u32"), ("uid", "u32"),
              ("comm", "Bytes"))),
    ("Exec", (("tgid", "u32"), ("old_tid", "u32"), ("uid", "u32"), ("comm", "Bytes"), ("path", "Bytes"))),
    ("Exit", (("tgid", "u32"), ("tid", "u32"), ("status", "i32"))),
    ("Rename", (("tgid", "u32"), ("tid", "u32"), ("comm", "Bytes"))),
    ("Signal", (("tgid", "u32"), ("tid", "u32"), ("number", "u32"), ("info", "Bytes"))),
    ("File", (("tgid", "u32"), ("tid", "u32"), ("fd", "i32"), ("link", "Bytes"), ("detail", "Bytes"))),
    ("Closed", (("tgid", "u32"), ("tid", "u32"), ("fd", "i32"))),
    ("Open", (("tgid", "u32"), ("tid", "u32"), ("shared", "bool"), ("shares_cwd", "bool"), ("count", "u32"),
              ("open", "Bytes"))),
    ("Shares", (("tgid", "u32"), ("tid", "u32"), ("files", "bool"), ("cwd", "bool"))),
    ("Program", (("tgid", "u32"), ("exe", "Bytes"), ("argv", Vec("Bytes")))),
    ("Ids", (("tgid", "u32"), ("tid", "u32"), ("uid", "u32"), ("gid", "u32"))),
)))))
LEDGER = ("seen", "recorded", "filtered by process", "filtered by syscall", "filtered as own")
LOSS_BODY = Vec((("cpu", "u32"), ("from", "u64"), ("to", "u64"), *((name, "u64") for name in LEDGER),  # §4.3
                 ("dropped", Vec((("reason", "u8"), ("count", "u64"))))))


def read_value(cursor: Cursor, kind: Any) -> Any:
    if isinstance(kind, str):
        return SCALARS[kind](cursor)
    if isinstance(kind, Vec):
        count = cursor.uint(8)
        need(count <= cursor.left(), f"{cursor.what}: {count} elements in {cursor.left()} bytes")
        return [read_value(cursor, kind.of) for _ in range(count)]
    if isinstance(kind, Enum):
        variant = cursor.uint(4)
        need(variant < len(kind.variants), f"{cursor.what}: variant {variant} is not known")
        name, fields = kind.variants[variant]
        return {"variant": name, **read_value(cursor, fields)}
    return {name: read_value(cursor, field) for name, field in kind}


def read_body(block: Block, kind: Any) -> Any:
    payload = block.body()
    size = payload.uint(4)
    need(size <= MAX_BODY, f"{block.name()}: body above 64 MiB")
    cursor = payload.sub(size, "body")
    value = read_value(cursor, kind)
    cursor.finish()
    payload.finish()
    return value


def read_clock(block: Block) -> tuple[int, int, int]:                     # §3
    """(monotonic, boottime, realtime)"""
    need(block.raw == 24, f"{block.name()}: not 24 bytes")
    return struct.unpack("<QQq", block.body().data)
