"""The events of `.scd` traces: SPEC.md §5. Encodings of columns, and the sections of EVENTS blocks.

Section numbers in the comments are those of SPEC.md.
"""
from __future__ import annotations

import struct
from typing import Any, Iterator, NamedTuple, Optional, Sequence

from container import EVENTS, MAX_RAW, MIB, U64, Block, Cursor, Trace, need, unzstd
from structs import Layouts

(THREADS, CALLS, GAPS, DURATIONS, CPUS, RESULTS, ARGUMENTS, STRINGS, CONTENTS, MARKS,
 FILES) = range(1, 12)                                                    # §5.3
STORED, ZSTD = 0, 1                                                       # §5
CONSTANT, FRAME_OF_REFERENCE, DICTIONARY, DELTA, VARINT = range(5)        # §5.1
UNKNOWN = 255                                                             # §5.3, durations
NONE, WHOLE, CUT, UNREADABLE, TORN = range(5)                                   # §5.5
NEVER_RETURNED, ARGS_UNKNOWN, UNDER_WAY = 1, 2, 4                         # §5.7
BESIDE = 1 << 31                                                          # §5.3, tids
NO_CPU = (1 << 32) - 1                                                    # §5.3, cpus
MAX_ENTRY = MIB                                                           # §7
RESULT, FIRST, LISTED = range(3)                                          # §5.8


# ---------------------------------------------------------------- §5.1 ints

def signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def unpack(cursor: Cursor, count: int, width: int) -> list[int]:
    """`count` values of `width` bits each; eight values are `width` whole bytes."""
    if width == 0:
        return [0] * count
    data, mask, out = cursor.take((count * width + 7) // 8), (1 << width) - 1, []
    shifts = range(0, 8 * width, width)
    for at in range(0, len(data), width):
        group = int.from_bytes(data[at:at + width], "little")
        out += [group >> shift & mask for shift in shifts]
    return out[:count]


def ints(cursor: Cursor, count: int) -> list[int]:
    """A column of `count` integers, as unsigned 64-bit words."""
    encoding = cursor.u8()
    if encoding == CONSTANT:
        return [cursor.zigzag() & U64] * count
    if encoding == FRAME_OF_REFERENCE:
        low, width = cursor.zigzag(), cursor.u8()
        need(width <= 64, f"{cursor.what}: width {width}")
        return [low + offset & U64 for offset in unpack(cursor, count, width)]
    if encoding == DICTIONARY:
        size = cursor.varint()
        need(1 <= size <= 65_536, f"{cursor.what}: dictionary of {size} values")
        values = deltas(cursor, size)
        width = cursor.u8()
        need(width <= 16, f"{cursor.what}: width {width}")
        indices = unpack(cursor, count, width)
        need(max(indices, default=0) < size, f"{cursor.what}: index beyond the dictionary")
        return [values[index] for index in indices]
    if encoding == DELTA:
        return deltas(cursor, count)
    need(encoding == VARINT, f"{cursor.what}: encoding {encoding} is not known")
    return [cursor.zigzag() & U64 for _ in range(count)]


def deltas(cursor: Cursor, count: int) -> list[int]:
    out, value = [], 0
    for _ in range(count):
        value = value + cursor.zigzag() & U64
        out.append(value)
    return out


def sized_ints(cursor: Cursor, count: int) -> list[int]:
    column = cursor.sub(cursor.varint(), "sized ints")
    out = ints(column, count)
    column.finish()
    return out


# ---------------------------------------------------------------- §5.2 magnitudes

def context_order(calls: list[Call], runs: list[int]) -> list[int]:
    """The rows, by their call, then by the call before in their run."""
    call_of = {row: place for place, call in enumerate(calls) for row in call.rows}
    keys = []
    for count in runs:
        before = len(calls)
        for _ in range(count):
            place = call_of[len(keys)]
            keys.append((place, before, len(keys)))
            before = place
    return [key[2] for key in sorted(keys)]


class Nibbles:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor, self.held = cursor, []

    def next(self) -> int:
        if not self.held:
            byte = self.cursor.u8()
            self.held = [byte >> 4, byte & 15]
        return self.held.pop()


def code_table(cursor: Cursor) -> dict[tuple[int, int], int]:
    """Class by (length, code), the code's first bit being its highest."""
    first, listed = cursor.u8(), cursor.u8() + 1
    nibbles, lengths = Nibbles(cursor), []
    while len(lengths) < listed:
        length = nibbles.next()
        if length == 15:
            skipped = nibbles.next() | nibbles.next() << 4
            need(skipped > 0, f"{cursor.what}: nothing skipped")
            lengths += [0] * skipped
        else:
            lengths.append(length)
    need(len(lengths) == listed and first + listed <= 256, f"{cursor.what}: a code of classes that are not listed")
    if lengths == [0]:
        return {(0, 0): first}
    need(max(lengths) <= 11 and sum(2048 >> n for n in lengths if n) == 2048, f"{cursor.what}: no complete code")
    table, code, before = {}, 0, 0
    for length, number in sorted((n, first + i) for i, n in enumerate(lengths) if n):
        code <<= length - before
        table[length, code] = number
        code, before = code + 1, length
    return table


def read_classes(cursor: Cursor, order: list[int]) -> list[int]:
    count = cursor.varint()
    need(count <= 1024, f"{cursor.what}: {count} groups")
    groups = [(cursor.varint(), code_table(cursor)) for _ in range(count)]
    need(sum(rows for rows, _ in groups) == len(order), f"{cursor.what}: groups of other rows")
    size = cursor.varint()
    bits, at = int.from_bytes(cursor.take(size), "little"), 0
    classes, rows = [0] * len(order), iter(order)
    for members, table in groups:
        for _ in range(members):
            length, code = 0, 0
            while (length, code) not in table:
                code, length, at = code << 1 | bits >> at & 1, length + 1, at + 1
                need(length <= 11, f"{cursor.what}: no such code")
            classes[next(rows)] = table[length, code]
    need(-(-at // 8) == size, f"{cursor.what}: codes of another length")
    return classes


def magnitudes(cursor: Cursor, order: list[int], unknown: bool = False) -> list[Optional[int]]:
    """Classes, then raw bits to the end; None for class 255 if `unknown` is allowed."""
    classes = read_classes(cursor, order)
    out: list[Optional[int]] = []
    held = bits = 0                             # raw bits read but not yet used, and how many
    for number in classes:
        if number < 4:
            out.append(number)
        elif number <= 251:
            width = (number >> 2) - 1           # e − 2
            while bits < width:
                more = cursor.take(min(8, max(cursor.left(), 1)))
                held |= int.from_bytes(more, "little") << bits
                bits += 8 * len(more)
            out.append((4 | number & 3) << width | held & (1 << width) - 1)
            held, bits = held >> width, bits - width
        else:
            need(unknown and number == UNKNOWN, f"{cursor.what}: class {number}")
            out.append(None)
    need(bits < 8, f"{cursor.what}: {bits} raw bits too many")
    cursor.finish()
    return out


# ---------------------------------------------------------------- §5 EVENTS

class Event(NamedTuple):
    ts: int
    duration: Optional[int]
    pid: int
    tid: int
    cpu: Optional[int]
    abi: Any
    number: int
    syscall: str
    ret: Optional[int]
    raw: list[Optional[int]]
    captures: dict[str, dict[str, Any]]
    marks: int
    files: list[tuple[int, str, str]]           # descriptor, link, detail


class Call(NamedTuple):
    abi: int
    number: int
    argc: int
    rows: list[int]


class Argument:
    """One argument of one call: a value for each row of the call."""

    def __init__(self, call: Call, index: int) -> None:
        self.call, self.index, self.capture = call, index, 0
        self.raw: list[Optional[int]] = [None] * len(call.rows)
        self.status: list[int] = [NONE] * len(call.rows)
        self.bytes: list[Optional[bytes]] = [None] * len(call.rows)
        self.full: list[int] = [0] * len(call.rows)

    def hex(self, nth: int) -> Optional[str]:
        """What was captured; None if the section that would hold it is absent."""
        data = b"" if self.status[nth] == UNREADABLE else self.bytes[nth]
        return None if data is None else data.hex()

    def captured(self, *wanted: int) -> list[int]:
        return [row for row, status in enumerate(self.status) if status in wanted]


def read_sections(block: Block) -> dict[int, Cursor]:
    cursor = block.body()
    count = cursor.uint(4)
    need(count <= 64, f"{block.name()}: {count} sections")
    entries = [struct.unpack("<HBxII4x", cursor.take(16)) for _ in range(count)]
    need(sum(raw for _, _, _, raw in entries) <= MAX_RAW, f"{block.name()}: sections above 256 MiB")
    sections: dict[int, Cursor] = {}
    for ident, codec, stored, raw in entries:
        what, data = f"{block.name()}: section {ident}", cursor.take(stored)
        if ident not in range(THREADS, FILES + 1):
            continue
        need(ident not in sections, f"{what} stands twice")
        need(codec in (STORED, ZSTD), f"{what}: codec {codec} is not known")
        need(codec == ZSTD or stored == raw, f"{what}: stored and raw lengths differ")
        sections[ident] = Cursor(unzstd(data, raw, what) if codec == ZSTD else data, what)
    cursor.finish()
    for ident in (THREADS, CALLS, GAPS):
        need(ident in sections, f"{block.name()}: section {ident} is absent")
    return sections


class Runs(NamedTuple):
    tids: list[int]
    tgids: list[int]
    rows: list[int]
    beside: list[bool]


def read_threads(cursor: Cursor, n: int) -> Runs:                         # section 1
    count = cursor.varint()
    need(count <= n, f"{cursor.what}: {count} threads for {n} rows")
    tids, tgids, rows = (ints(cursor, count) for _ in range(3))
    cursor.finish()
    need(sum(rows) == n, f"{cursor.what}: rows do not add up")
    need(len(set(zip(tids, tgids))) == count, f"{cursor.what}: a thread stands twice")
    return Runs([tid & ~BESIDE for tid in tids], tgids, rows, [bool(tid & BESIDE) for tid in tids])


def read_calls(cursor: Cursor, n: int) -> list[Call]:                     # section 2
    count = cursor.varint()
    need(count <= 65_535, f"{cursor.what}: {count} calls")
    calls = [Call(cursor.u8(), cursor.varint(), cursor.u8(), []) for _ in range(count)]
    need(all(call.argc <= 6 for call in calls), f"{cursor.what}: more than 6 arguments")
    need(len({call[:2] for call in calls}) == count, f"{cursor.what}: a call stands twice")
    indices: Sequence[int] = cursor.take(n) if count <= 256 else struct.unpack(f"<{n}H", cursor.take(2 * n))
    cursor.finish()
    need(max(indices, default=-1) < count, f"{cursor.what}: index beyond the calls")
    for row, index in enumerate(indices):
        calls[index].rows.append(row)
    return calls


def read_times(sections: dict[int, Cursor], runs: Runs,                   # §5.4
               calls: list[Call]) -> tuple[list[int], list[Optional[int]]]:
    """(ends, durations) in ticks."""
    n = sum(runs.rows)
    order = context_order(calls, runs.rows)
    base = sections[GAPS].varint()
    gaps = magnitudes(sections[GAPS], order)
    durations: list[Optional[int]] = [None] * n
    if DURATIONS in sections:
        durations = magnitudes(sections[DURATIONS], order, True)
    ends: list[int] = []
    for count, beside in zip(runs.rows, runs.beside):
        for nth in range(count):
            row = len(ends)
            took = 0 if beside else durations[row] or 0
            before = ends[-1] + took if nth else base
            ends.append(before + (gaps[row] or 0) & U64)
    return ends, durations


def read_cpus(cursor: Optional[Cursor], n: int) -> Sequence[Optional[int]]:    # section 5
    if cursor is None:
        return [None] * n
    count = cursor.varint()
    need(count <= n, f"{cursor.what}: {count} runs for {n} rows")
    cpus, rows = ints(cursor, count), ints(cursor, count)
    cursor.finish()
    need(sum(rows) == n, f"{cursor.what}: rows do not add up")
    return [None if cpu == NO_CPU else cpu for cpu, run in zip(cpus, rows) for _ in range(run)]


def read_results(cursor: Optional[Cursor], calls: list[Call], n: int) -> list[Optional[int]]:  # section 6
    results: list[Optional[int]] = [None] * n
    if cursor is not None:
        for call in calls:
            for row, word in zip(call.rows, sized_ints(cursor, len(call.rows))):
                results[row] = signed(word)
        cursor.finish()
    return results


def read_arguments(cursor: Optional[Cursor], calls: list[Call]) -> list[Argument]:  # section 7, §5.5
    arguments = [Argument(call, index) for call in calls for index in range(call.argc)]
    if cursor is not None:
        for arg in arguments:
            column = cursor.sub(cursor.varint(), "argument")
            arg.capture = column.u8()
            need(arg.capture <= 3, f"{column.what}: capture {arg.capture} is not known")
            if arg.capture:
                arg.status = ints(column, len(arg.call.rows))
                need(max(arg.status, default=0) <= TORN, f"{column.what}: status is not known")
            known = list(range(len(arg.call.rows))) if arg.capture == 3 else arg.captured(NONE, UNREADABLE, TORN)
            for row, word in zip(known, ints(column, len(known))):
                arg.raw[row] = word
            column.finish()
        cursor.finish()
    return arguments


def read_memory(cursor: Optional[Cursor], arguments: list[Argument], n: int) -> None:  # sections 8, 9, §5.6
    if cursor is None:
        return
    entry_numbers = []
    for arg in arguments:
        rows, cut = arg.captured(WHOLE, CUT, TORN), arg.captured(CUT, TORN)
        entry_numbers.append((arg, rows, sized_ints(cursor, len(rows))))
        for row, length in zip(cut, sized_ints(cursor, len(cut))):
            arg.full[row] = length
    count = cursor.varint()
    need(count <= 6 * n, f"{cursor.what}: {count} entries for {n} rows")
    lengths = ints(cursor, count)
    need(max(lengths, default=0) <= MAX_ENTRY, f"{cursor.what}: an entry above 1 MiB")
    entries = [cursor.take(length) for length in lengths]
    cursor.finish()
    for arg, rows, numbers in entry_numbers:
        need(max(numbers, default=-1) < count, f"{cursor.what}: entry number beyond the dictionary")
        for row, number in zip(rows, numbers):
            arg.bytes[row] = entries[number]
            if arg.status[row] == WHOLE:
                arg.full[row] = len(entries[number])


def read_marks(cursor: Optional[Cursor], n: int) -> list[int]:            # section 10
    marks = [0] * n
    if cursor is not None:
        count = cursor.varint()
        need(count <= n, f"{cursor.what}: {count} marks for {n} rows")
        rows, bits = ints(cursor, count), ints(cursor, count)
        cursor.finish()
        need(all(a < b for a, b in zip(rows, rows[1:])), f"{cursor.what}: rows do not ascend")
        need(not rows or rows[-1] < n, f"{cursor.what}: row beyond the block")
        for row, mark in zip(rows, bits):
            marks[row] = mark
    return marks


def read_files(cursor: Optional[Cursor], n: int, calls: list[Call]) -> list[tuple[int, int, int, bytes, bytes]]:  # section 11, §5.8
    """(row, source, listed descriptor, link, detail)"""
    if cursor is None:
        return []
    size = cursor.varint()
    need(size <= 16 * n, f"{cursor.what}: {size} names for {n} rows")
    lengths = ints(cursor, size)
    need(max(lengths, default=0) <= 8192, f"{cursor.what}: a name above 8192 bytes")
    names = [cursor.take(length) for length in lengths]
    facts = [fact for call in calls for fact in read_facts(cursor, call, names)]
    cursor.finish()
    return sorted(facts, key=lambda fact: fact[0])


def read_facts(cursor: Cursor, call: Call, names: list[bytes]) -> list[tuple[int, int, int, bytes, bytes]]:
    rows = []
    for row, told in zip(call.rows, ints(cursor, len(call.rows))):
        need(told <= 8, f"{cursor.what}: {told} facts of a row")
        rows += [row] * told
    if not rows:
        return []
    count = len(rows)
    sources = ints(cursor, count)
    need(max(sources, default=0) <= LISTED, f"{cursor.what}: a source is not known")
    listed = iter(ints(cursor, sources.count(LISTED)))
    fds = [signed(next(listed)) if source == LISTED else 0 for source in sources]
    links, details = ints(cursor, count), ints(cursor, count)
    need(max(links + details) < len(names), f"{cursor.what}: a name beyond the dictionary")
    places = [names[link].count(0) + names[detail].count(0) for link, detail in zip(links, details)]
    need(max(places, default=0) <= 8, f"{cursor.what}: more than 8 numbers")
    numbers: list[list[int]] = [[] for _ in range(count)]
    for nth in range(8):
        having = [fact for fact in range(count) if places[fact] > nth]
        for fact, number in zip(having, ints(cursor, len(having))):
            numbers[fact].append(number)

    def text(name: bytes, values: list[int]) -> bytes:
        parts = name.split(b"\0")
        return parts[0] + b"".join(b"%d" % values.pop(0) + part for part in parts[1:])

    return [(row, source, fd, text(names[link], values), text(names[detail], values))
            for row, source, fd, link, detail, values in zip(rows, sources, fds, links, details, numbers)]


def read_events(block: Block, meta: dict[str, Any]) -> list[Event]:
    """The events of one block, in time order."""
    n, sections, shift = block.rows, read_sections(block), meta["tick_shift"]
    runs = read_threads(sections[THREADS], n)
    calls = read_calls(sections[CALLS], n)
    ends, durations = read_times(sections, runs, calls)
    need(max(ends, default=0) << shift <= U64, f"{block.name()}: a time of 2^64 ns or more")
    cpus = read_cpus(sections.get(CPUS), n)
    results = read_results(sections.get(RESULTS), calls, n)
    arguments = read_arguments(sections.get(ARGUMENTS), calls)
    for kept, section in (((1,), STRINGS), ((2, 3), CONTENTS)):
        read_memory(sections.get(section), [arg for arg in arguments if arg.capture in kept], n)
    marks = read_marks(sections.get(MARKS), n)

    thread_of = [thread for thread, count in enumerate(runs.rows) for _ in range(count)]
    abis = {abi["id"]: abi["name"] for abi in meta["abis"]}
    table = {(abi["id"], entry["number"]): entry for abi in meta["abis"] for entry in abi["syscalls"]}
    raw: list[list[Optional[int]]] = [[] for _ in range(n)]
    captures: list[dict[str, dict[str, Any]]] = [{} for _ in range(n)]
    for arg in arguments:
        for nth, row in enumerate(arg.call.rows):
            raw[row].append(None if marks[row] & ARGS_UNKNOWN else arg.raw[nth])
    layouts = Layouts(meta)
    for arg in arguments:
        known = table.get(arg.call[:2], {}).get("args", [])[arg.index:arg.index + 1]
        name = known[0]["name"] if known else str(arg.index)
        for nth in arg.captured(WHOLE, CUT, UNREADABLE, TORN):
            row, data = arg.call.rows[nth], arg.bytes[nth]
            captures[row][name] = {"status": arg.status[nth], "bytes": arg.hex(nth), "full": arg.full[nth]}
            structures = layouts.captured(known[0]["kind"], raw[row]) if known else None
            if structures and data is not None:
                captures[row][name]["value"] = layouts.value(structures, data)
    call_of = {row: call for call in calls for row in call.rows}
    files: list[list[tuple[int, str, str]]] = [[] for _ in range(n)]
    for row, source, fd, link, detail in read_files(sections.get(FILES), n, calls):
        found = fd if source == LISTED else (results[row] if source == RESULT else raw[row][0]) or 0
        low = found & 0xffff_ffff
        files[row].append((low - (low >> 31 << 32), link.decode(errors="backslashreplace"),
                           detail.decode(errors="backslashreplace")))

    def event(row: int) -> Event:
        call, thread, lost = call_of[row], thread_of[row], marks[row] & NEVER_RETURNED
        ticks = None if lost and not marks[row] & UNDER_WAY else durations[row]
        return Event(ends[row] << shift, None if ticks is None else ticks << shift, runs.tgids[thread], runs.tids[thread],
                     cpus[row], abis.get(call.abi, call.abi), call.number,
                     table.get(call[:2], {}).get("name", f"syscall_{call.number}"),
                     None if lost else results[row], raw[row], captures[row], marks[row],
                     files[row])

    return [event(row) for row in sorted(range(n), key=ends.__getitem__)]


def all_events(trace: Trace) -> Iterator[Event]:                          # §3: blocks follow in time order
    blocks = list(trace.of_kind(EVENTS))
    meta = trace.meta() if blocks else {}
    for block in blocks:
        yield from read_events(block, meta)
