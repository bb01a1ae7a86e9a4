"""Tests of the independent reader: byte vectors worked out by hand from SPEC.md, and one small trace made here."""
from __future__ import annotations

import contextlib
import io
import json
import random
import struct
import unittest
from typing import Any, Optional

import zstandard

import check
import container
import events
import scd
from container import U64, Cursor, FormatError, Trace, crc32c
from structs import Layouts, number

FILE_ID = bytes(range(16))


def cursor(text: str) -> Cursor:
    return Cursor(bytes.fromhex(text), "test")


def ints(text: str, count: int) -> list[int]:
    """An ints that fills its bytes, as signed values."""
    c = cursor(text)
    values = [events.signed(word) for word in events.ints(c, count)]
    c.finish()
    return values


class Conventions(unittest.TestCase):                                     # §1
    def test_crc(self) -> None:                                           # vectors of RFC 3720, B.4
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(crc32c(b"\xff" * 32), 0x62A8AB43)
        self.assertEqual(crc32c(bytes(range(32))), 0x46DD794E)
        self.assertEqual(crc32c(b""), 0)

    def test_varint(self) -> None:
        for text, value in (("00", 0), ("7f", 127), ("8001", 128), ("ac02", 300), ("ff" * 9 + "01", U64)):
            self.assertEqual(cursor(text).varint(), value)
        for text in ("", "80", "ff" * 9 + "02", "80" * 10 + "00"):
            with self.assertRaises(FormatError):
                cursor(text).varint()

    def test_zigzag(self) -> None:
        for text, value in (("00", 0), ("01", -1), ("02", 1), ("03", -2), ("ff" * 9 + "01", -(1 << 63)),
                            ("fe" + "ff" * 8 + "01", (1 << 63) - 1)):
            self.assertEqual(cursor(text).zigzag(), value)


class Ints(unittest.TestCase):                                            # §5.1
    def test_constant(self) -> None:
        self.assertEqual(ints("0005", 3), [-3, -3, -3])
        self.assertEqual(ints("0000", 0), [])

    def test_frame_of_reference(self) -> None:
        # min −1, offsets 5 0 7 of 3 bits: 5 | 0 << 3 | 7 << 6 = 0x1c5
        self.assertEqual(ints("010103c501", 3), [4, -1, 6])
        self.assertEqual(ints("010a00", 2), [5, 5])                       # width 0: no bytes
        self.assertEqual(ints("010240" + "ff" * 8, 1), [0])               # 1 + (2^64 − 1) wraps
        # nine values of 5 bits: eight fill 5 bytes, the ninth one more: bits j·5 hold j
        packed = sum(j << 5 * j for j in range(9)).to_bytes(6, "little").hex()
        self.assertEqual(ints("010005" + packed, 9), list(range(9)))

    def test_dictionary(self) -> None:
        # 10, 7, 100 as differences 10 −3 93; indices 2 0 1 1 2 of 2 bits: 0x252
        self.assertEqual(ints("02031405ba01025202", 5), [100, 10, 7, 7, 100])
        with self.assertRaises(FormatError):
            ints("02011402" + "03", 1)                                    # index 3 of one value

    def test_delta_and_varint(self) -> None:
        self.assertEqual(ints("030a0300", 3), [5, 3, 3])
        self.assertEqual(ints("04018001", 2), [-1, 64])

    def test_sized(self) -> None:
        self.assertEqual(events.sized_ints(cursor("020005"), 1), [U64 - 2])
        with self.assertRaises(FormatError):
            events.sized_ints(cursor("03000500"), 1)

    def test_malformed(self) -> None:
        for text in ("", "05", "010041", "0200", "02", "010008", "03"):
            with self.assertRaises(FormatError):
                ints(text, 1)


class Magnitudes(unittest.TestCase):                                      # §5.2
    def test_one_class(self) -> None:
        self.assertEqual(events.magnitudes(cursor("0103070000" + "00"), [0, 1, 2]), [7, 7, 7])

    def test_codes(self) -> None:
        # Classes 0 to 3 in two bits each: 00 01 10 11, first bit lowest: 0 2 1 3 = 0xd8
        self.assertEqual(events.magnitudes(cursor("01040003222201d8"), range(4)), [0, 1, 2, 3])
        # Class 8 in one bit, 10 and 22 in two: 0 10 11, in context order of rows 2 0 1. Nibbles 1 0 2, 15 11 0, 2.
        # Raw bits of 100 (0100), 13 (1), 9 (1) as rows stand: 4 | 1 << 4 | 1 << 5 = 0x34
        self.assertEqual(events.magnitudes(cursor("0103080e01f20b02011a34"), [2, 1, 0]), [100, 13, 9])

    def test_groups(self) -> None:
        self.assertEqual(events.magnitudes(cursor("0201050000" + "02060000" + "00"), [2, 0, 1]), [6, 6, 5])

    def test_greatest(self) -> None:
        self.assertEqual(events.magnitudes(cursor("0101fb0000" + "00" + "ff" * 7 + "1f"), [0]), [U64])

    def test_unknown(self) -> None:
        self.assertEqual(events.magnitudes(cursor("0102ff0000" + "00"), [0, 1], True), [None, None])
        for text in ("0101ff000000", "0101fc000000", "010108000000", "01010300000000", "0000", "010203000000",
                     "01010301210100"):
            with self.assertRaises(FormatError):
                events.magnitudes(cursor(text), [0])


# ---------------------------------------------------------------- a small trace

def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def column(*values: int) -> bytes:
    return b"\x04" + b"".join(varint((v << 1 ^ v >> 63) & U64) for v in values)


def sized(data: bytes) -> bytes:
    return varint(len(data)) + data


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def vec(*items: bytes) -> bytes:
    return struct.pack("<Q", len(items)) + b"".join(items)


def body(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def sections_of(*sections: tuple[int, int, bytes]) -> bytes:
    stored = [zstandard.compress(raw) if codec else raw for _, codec, raw in sections]
    directory = b"".join(struct.pack("<HBxII4x", ident, codec, len(data), len(raw))
                         for (ident, codec, raw), data in zip(sections, stored))
    return struct.pack("<I", len(sections)) + directory + b"".join(stored)


def kind(ident: int, variant: int = 0, index: int = 0) -> bytes:
    """A KindRef: variant 1 refers to names, 2 to structs, 3 to choices."""
    return struct.pack("<BI", ident, variant) + (struct.pack("<H", index) if variant else b"")


def field(name: str, offset: int, width: int, count: int, of: bytes) -> bytes:
    return string(name) + struct.pack("<HHH", offset, width, count) + of + b"\x00"


def case(mask: int, value: int, of: bytes) -> bytes:
    return struct.pack("<QQ", mask, value) + of


LONG, FD, OUT, PATH, BITS, CHARS, INNER, STRUCT, ARRAY, BY, MODE = 3, 13, 25, 19, 36, 41, 42, 44, 46, 47, 11
KINDS = [(FD, "fd", 0, 0), (LONG, "long", 2, 0), (MODE, "mode", 5, 0), (BITS, "bits", 4, 0), (CHARS, "chars", 4, 0),
         (INNER, "struct", 4, 0), (STRUCT, "struct_out", 4, 6), (ARRAY, "array_out", 4, 7)]
STRUCTS = [
    string("pair") + struct.pack("<H", 4) + vec(field("flags", 0, 2, 1, kind(BITS, 1, 0)),
                                                field("tag", 2, 1, 2, kind(CHARS))),
    string("long") + struct.pack("<H", 8) + vec(field("", 0, 8, 1, kind(LONG))),
    string("outer") + struct.pack("<H", 24) + vec(
        field("fd", 0, 2, 1, kind(FD)), field("pairs", 2, 4, 2, kind(INNER, 2, 0)),
        field("bare", 10, 8, 1, kind(INNER, 2, 1)),
        field("modes", 18, 2, 2, kind(MODE)), field("new", 23, 1, 1, kind(200))),
]
CHOICES = [
    b"\x00" + vec(case(0xFFFFFFFF, 4, kind(ARRAY, 2, 1)), case(0, 0, kind(ARRAY, 2, 2))) + kind(LONG),
    b"\x00" + vec(case(0xFFFFFFFF, 3, kind(STRUCT, 2, 0))) + kind(BY, 3, 0),
]


def meta(structs: list[bytes] = STRUCTS, choices: list[bytes] = CHOICES) -> bytes:
    args = [string("fd") + kind(FD), string("buf") + kind(BY, 3, 1), string("path") + kind(PATH)]
    calls = vec(struct.pack("<I", 0) + string("read") + struct.pack("<I", 1) + kind(5) + vec(*args[:2]),
                struct.pack("<I", 2) + string("open") + struct.pack("<I", 1) + kind(FD) + vec(args[2]))
    return body(string("test 1") + string("host\x1b") + string("6.1") + string("x86_64") + struct.pack("<I", 2)
                + vec(string("rec"), string("\x00")) + vec(string("pid=1")) + b"\x04\x01" + struct.pack("<II", 64, 32)
                + vec(b"\x00" + string("x86_64") + calls)
                + vec(*(bytes([ident]) + string(name) + bytes(rest) for ident, name, *rest in KINDS))
                + vec(struct.pack("<I", 1) + string("%file"))
                + vec(struct.pack("<H", 2) + string("ENOENT") + string("No such file or directory"))
                + vec(string("flags") + string("F_???") + b"\x20" + string("F_A F_B")
                      + struct.pack("<QQQ", 2, 1, 2) + struct.pack("<QQQ", 2, 1, 2))
                + vec(*structs) + vec(*choices)
                + vec(struct.pack("<H", 3) + string("gaps") + string("u64") + string("ticks")))


def groups(*classes: int) -> bytes:
    """A group for each row, in context order."""
    return bytes([len(classes)]) + b"".join(bytes([1, number, 0, 0]) for number in classes) + b"\0"


def payload() -> bytes:
    """Thread 11 of process 10: open, read, read, syscall 999 that never returned; thread 20: open."""
    return sections_of(
        (1, 0, varint(2) + column(11, 20) + column(10, 20) + column(4, 1)),
        (2, 1, varint(3) + b"\0\x02\x01" + b"\0\0\x02" + b"\0" + varint(999) + b"\x01" + bytes([0, 1, 1, 2, 0])),
        # In context order the rows are 0 4 1 2 3. Gaps 9 1 2 0 3 from tick 100, of which 9 has a raw bit; durations 1 ? 4 5 2
        (3, 0, varint(100) + groups(8, 3, 1, 2, 0) + b"\x01"),
        (4, 0, groups(1, 2, 255, 4, 5)),
        (5, 0, varint(2) + column(1, 0) + column(2, 3)),
        (6, 0, sized(column(3, -2)) + sized(column(5, 0)) + sized(column(0))),
        (7, 1, sized(b"\x01" + column(1, 3) + column(0x7000)) + sized(b"\x00" + column(3, 4))
            + sized(b"\x02" + column(2, 0) + column(0)) + sized(b"\x00" + column(-1))),
        (8, 0, sized(column(0)) + sized(column()) + varint(1) + column(4) + b"/etc"),
        (9, 1, sized(column(1)) + sized(column(500)) + varint(2) + column(0, 3) + b"abc"),
        (10, 0, varint(1) + column(3) + column(1)),
        (99, 7, b""),                                                     # a section that no reader knows
    )


def zone_map() -> bytes:
    bloom = bytearray(8)
    for tgid in (10, 20):
        for j in range(4):
            bit = (tgid * 0x9E3779B97F4A7C15 & U64) >> 16 * j & 63
            bloom[bit // 8] |= 1 << bit % 8
    numbers = bytearray(125)
    for number in (0, 2, 999):
        numbers[number // 8] |= 1 << number % 8
    return (struct.pack("<IQB", 1, 4 << 4, 1) + bytes([0, 125]) + numbers + b"\x01\x06" + bloom
            + b"\x00" + varint(2) + struct.pack("<II", 11, 20))


class Builder:
    def __init__(self) -> None:
        head = container.MAGIC + struct.pack("<HHI", 1, 0, 0) + FILE_ID
        self.data, self.sequence, self.entries = head + struct.pack("<II", crc32c(head), 0), 0, b""
        self.events_at = self.end = 0                                     # offsets, set by build()

    def block(self, kind: int, data: bytes, rows: int = 0, times: tuple[int, int] = (0, 0), zone: bytes = b"",
              flags: int = 0) -> int:
        offset, stored = len(self.data), zstandard.compress(data) if flags & 2 else data
        sync = bytes(a ^ b for a, b in zip(FILE_ID, b"SCDBLOCK"))
        head = sync + struct.pack("<BBHIIIQQQIIIII", kind, flags, 0, len(zone), rows, 0, self.sequence, *times,
                                  len(stored), len(data), crc32c(stored), crc32c(zone), 0)
        self.data += head + struct.pack("<I", crc32c(head)) + zone + stored
        self.data += bytes(-len(self.data) % 8)
        self.entries += struct.pack("<QQQQIB3x", offset, self.sequence, *times, rows, kind)
        self.sequence += 1
        return offset


PROC = vec(struct.pack("<QI", 1500, 5) + struct.pack("<IIi", 9, 9, 0),
           struct.pack("<QI", 1600, 2) + struct.pack("<Ii", 10, -1) + string("/dev/null"))
LOSS = vec(struct.pack("<I7Q", 0, 0, 2000, 8, 5, 1, 1, 0) + vec(struct.pack("<BQ", 1, 1)))


def build(events_payload: bytes, meta_payload: bytes = meta()) -> Builder:
    b = Builder()
    b.block(1, meta_payload, flags=3)
    b.block(2, struct.pack("<QQq", 1500, 1600, -1), times=(1500, 1500))
    b.block(3, body(PROC), 2, (1500, 1600), flags=2)
    b.events_at = b.block(4, events_payload, 5, (1600, 1900), zone_map())
    b.block(5, body(LOSS), 1, (0, 2000))
    index = b.block(6, b.entries, len(b.entries) // 40)
    b.end = len(b.data)
    b.block(7, struct.pack("<QQQQQ", 5, 1, 1, index, b.end) + b"SCDEND\r\n")
    return b


def run(function: Any, trace: Trace) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return function(trace), out.getvalue()


class SmallTrace(unittest.TestCase):
    def test_events(self) -> None:
        # ends, in ticks of 16 ns: 109; +1 = 110; +2+4 = 116; +0+5 = 121; the other thread: 103
        code, out = run(scd.dump, Trace(build(payload()).data))
        self.assertEqual(code, 0)
        rows = [json.loads(line) for line in out.splitlines()]
        common = {"pid": 10, "tid": 11, "abi": "x86_64", "marks": 0, "files": []}
        self.assertEqual(rows, [
            {**common, "ts": 1648, "duration": 32, "pid": 20, "tid": 20, "cpu": 0, "number": 2, "syscall": "open",
             "ret": -2, "raw": [0x7000], "captures": {"path": {"status": 3, "bytes": "", "full": 0}}},
            {**common, "ts": 1744, "duration": 16, "cpu": 1, "number": 2, "syscall": "open", "ret": 3, "raw": [None],
             "captures": {"path": {"status": 1, "bytes": b"/etc".hex(), "full": 4}}},
            {**common, "ts": 1760, "duration": None, "cpu": 1, "number": 0, "syscall": "read", "ret": 5,
             "raw": [3, None], "captures": {"buf": {"status": 2, "bytes": b"abc".hex(), "full": 500,
                                                    "value": {"flags": "0x6261", "tag": None}}}},
            {**common, "ts": 1856, "duration": 64, "cpu": 0, "number": 0, "syscall": "read", "ret": 0, "raw": [4, 0],
             "captures": {}},
            {**common, "ts": 1936, "duration": None, "cpu": 0, "number": 999, "syscall": "syscall_999", "ret": None,
             "raw": [U64], "captures": {}, "marks": 1},
        ])

    def test_info(self) -> None:
        code, out = run(scd.info, Trace(build(payload()).data))
        self.assertEqual(code, 0, out)
        for line in ('host: "host\\u001b"', "events: 5 of 2 threads, from 1648 to 1936 ns", "damage: none",
                     'process records: {"Exit": 1, "Descriptor": 1}', "index: 5 entries"):
            self.assertIn(line, out.splitlines())
        self.assertIn('"dropped, ring full": 1', out)

    def test_check(self) -> None:
        faults = list(check.check_all(Trace(build(payload()).data)))
        self.assertEqual(faults, ["EVENTS block 3: wrong first and last time"])   # 1936 is later than 1900

    def test_absent_sections(self) -> None:
        full = payload()
        keep = [(i, 0, c.data) for i, c in events.read_sections(Trace(build(full).data).blocks[3]).items() if i < 4]
        event = list(events.all_events(Trace(build(sections_of(*keep)).data)))[0]
        self.assertEqual((event.duration, event.cpu, event.ret, event.raw, event.captures, event.marks),
                         (None, None, None, [None], {}, 0))


class Structures(unittest.TestCase):                                      # §4.1, §5.6
    def layouts(self, **changed: list[bytes]) -> Layouts:
        return Layouts(Trace(build(payload(), meta(**changed)).data).meta())

    def read(self, fd: Optional[int], text: str) -> Any:
        """What `buf` of a read from `fd` holds."""
        layouts, buf = self.layouts(), {"id": BY, "detail": {"variant": "Choice", "index": 1}}
        of = layouts.captured(buf, [fd, None])
        return layouts.value(of, bytes.fromhex(text)) if of else "nothing"

    def test_numbers(self) -> None:
        for shape, text, value in ((0, "feff", -2), (1, "feff", 65534), (2, "ff" * 8, -1), (3, "ff" * 8, U64),
                                   (4, "00", "0x0"), (4, "3412", "0x1234"), (5, "a401", "0644"), (5, "0000", "0")):
            self.assertEqual(number(shape, bytes.fromhex(text)), value)

    def test_one(self) -> None:
        self.assertEqual(self.read(3, "0300" + "6100"), {"flags": "0x3", "tag": "a"})
        self.assertEqual(self.read(3 | 1 << 32, "0000" + "ff62"), {"flags": "0x0", "tag": "\ufffdb"})
        self.assertEqual(self.read(3, "03"), {"flags": None, "tag": None})

    def test_array(self) -> None:
        self.assertEqual(self.read(4, "ff" * 8 + "05" + "00" * 7 + "01"), [-1, 5])   # as many as are whole
        self.assertEqual(self.read(4, "ff" * 7), [])

    def test_within_another(self) -> None:
        text = "ffff" + "01006162" + "02000063" + "07" + "00" * 7 + "a4010000" + "ee" + "2a"
        outer = {"fd": -1, "pairs": [{"flags": "0x1", "tag": "ab"}, {"flags": "0x2", "tag": ""}], "bare": 7,
                 "modes": ["0644", "0"], "new": "0x2a"}
        self.assertEqual(self.read(9, text), [outer])

    def test_choice_by_what_is_not_known(self) -> None:
        self.assertEqual(self.read(None, "0000"), "nothing")

    def test_malformed(self) -> None:
        pair, long = STRUCTS[:2]
        within = string("x") + struct.pack("<H", 8) + vec(field("", 0, 8, 1, kind(INNER, 2, 1)))
        beyond = string("x") + struct.pack("<H", 8) + vec(field("", 4, 4, 2, kind(LONG)))
        itself = b"\x00" + vec() + kind(BY, 3, 0)
        for changed in ({"structs": [pair, within]}, {"structs": [pair, long, beyond]}, {"structs": [pair, long]},
                        {"choices": [itself, CHOICES[1]]}, {"choices": CHOICES[:1]}):
            with self.assertRaises(FormatError):
                self.layouts(**changed)


class Damage(unittest.TestCase):                                          # §2.3
    def setUp(self) -> None:
        self.built = build(payload())

    def test_every_prefix(self) -> None:
        data = self.built.data
        for size in range(len(data)):
            if size < 40:
                with self.assertRaises(FormatError):
                    Trace(data[:size])
            else:
                trace = Trace(data[:size])
                self.assertFalse(trace.complete)
                self.assertEqual(sum(1 for _ in events.all_events(trace)), 5 if trace.blocks[3:] else 0)

    def test_header(self) -> None:
        data = bytearray(self.built.data)
        data[self.built.events_at + 30] ^= 1
        trace = Trace(bytes(data))
        self.assertIn("blocks 3 to 3 are missing", trace.damage)
        self.assertEqual([block.sequence for block in trace.blocks], [0, 1, 2, 4, 5, 6])
        self.assertEqual(run(scd.info, trace)[0], 3)

    def test_payload(self) -> None:
        data = bytearray(self.built.data)
        data[self.built.events_at + 72 + len(zone_map()) + 9] ^= 1
        trace = Trace(bytes(data))
        self.assertEqual(trace.damage, ["EVENTS block 3 with 5 rows is lost: its CRC does not hold"])
        self.assertTrue(trace.complete)

    def test_old_copy_of_a_block_is_no_block(self) -> None:
        data, at = self.built.data, self.built.events_at
        trace = Trace(data[:at] + data[40:at] + data[at:])
        self.assertEqual([block.sequence for block in trace.blocks], list(range(7)))
        self.assertEqual(len(trace.damage), 1)

    def test_end(self) -> None:
        self.assertEqual(Trace(self.built.data + b"x").damage, ["1 bytes stand after END"])
        self.assertEqual(run(scd.dump, Trace(self.built.data[:self.built.end]))[0], 3)

    def test_refused(self) -> None:
        for at in (0, 8, 12, 20):
            data = bytearray(self.built.data)
            data[at] ^= 0x40
            with self.assertRaises(FormatError):
                Trace(bytes(data))

    def test_unknown_kinds(self) -> None:
        for flags, known in ((0, True), (1, False)):
            built = build(payload())
            before = len(built.data)
            built.block(200, b"new", flags=flags)
            data = built.data[:built.end] + built.data[before:]           # in the place of END
            if known:
                self.assertEqual(Trace(data).blocks[-1].kind, 200)
            else:
                with self.assertRaises(FormatError):
                    Trace(data)

    def test_noise_raises_one_exception_type(self) -> None:
        noise, good = random.Random(1), payload()
        for _ in range(1000):
            bad = bytearray(good)
            for _ in range(noise.randint(1, 3)):
                bad[noise.randrange(len(bad))] = noise.randrange(256)
            trace = Trace(build(bytes(bad)).data)
            with contextlib.suppress(FormatError):
                list(events.all_events(trace))
                list(check.check_all(trace))


if __name__ == "__main__":
    unittest.main()
