"""What an `.scd` trace says of itself: zone maps (SPEC.md §6), INDEX, END and ledger against its contents."""
from __future__ import annotations

import struct
from typing import Any, Callable, Iterator, NamedTuple

from container import (END, END_MAGIC, EVENTS, INDEX, LEDGER, LOSS, LOSS_BODY, PROC, PROC_BODY, SHED, Block,
                       Cursor, U64, Trace, need, read_body, read_end, read_index)
from events import Event, read_events

BLOOM = 0x9E3779B97F4A7C15


class ZoneMap(NamedTuple):
    failed: int
    longest: int
    numbers: dict[int, bytes]                   # by ABI, the bit set of syscall numbers
    has_tgid: Callable[[int], bool]
    has_tid: Callable[[int], bool]

    def has_call(self, abi: int, number: int) -> bool:
        bits = self.numbers.get(abi, b"")
        return bool(bits[number // 8] >> number % 8 & 1) if number // 8 < len(bits) else bits == b"\xff" * 255


def read_id_set(cursor: Cursor) -> Callable[[int], bool]:
    form = cursor.u8()
    if form == 0:
        count = cursor.varint()
        return set(struct.unpack(f"<{count}I", cursor.take(4 * count))).__contains__
    need(form == 1, f"{cursor.what}: id set of form {form}")
    log = cursor.u8()
    need(6 <= log <= 16, f"{cursor.what}: Bloom filter of 2^{log} bits")
    bits = cursor.take((1 << log) // 8)

    def contains(ident: int) -> bool:
        places = ((ident * BLOOM & U64) >> 16 * j & (1 << log) - 1 for j in range(4))
        return all(bits[place // 8] >> place % 8 & 1 for place in places)
    return contains


def read_zone_map(block: Block) -> ZoneMap:
    cursor = Cursor(block.zone, f"{block.name()}: zone map")
    failed, longest, abis = cursor.uint(4), cursor.uint(8), cursor.u8()
    numbers = {cursor.u8(): cursor.take(cursor.u8()) for _ in range(abis)}
    zone = ZoneMap(failed, longest, numbers, read_id_set(cursor), read_id_set(cursor))
    cursor.finish()
    return zone


# ---------------------------------------------------------------- what a file says of itself

def check_events(block: Block, meta: dict[str, Any], events: list[Event]) -> Iterator[str]:
    """What the header and zone map of an EVENTS block claim too little of."""
    zone, ids = read_zone_map(block), {abi["name"]: abi["id"] for abi in meta["abis"]}
    failed = sum(1 for e in events if e.ret is not None and -4095 <= e.ret <= -1)
    checks = {
        "first and last time": all(block.first <= e.ts <= block.last for e in events),
        "failed calls": failed <= zone.failed,
        "longest duration": max((e.duration or 0 for e in events), default=0) <= zone.longest,
        "calls": all(zone.has_call(*call) for call in {(ids.get(e.abi, e.abi), e.number) for e in events}),
        "tgids": all(map(zone.has_tgid, {e.pid for e in events})),
        "tids": all(map(zone.has_tid, {e.tid for e in events})),
    }
    return (f"{block.name()}: wrong {what}" for what, good in checks.items() if not good)


def check_index(trace: Trace) -> Iterator[str]:
    """INDEX entries that are not what stands in the file; entries of lost blocks are no fault."""
    blocks, listed = {block.offset: block for block in trace.blocks}, set()
    for index in trace.of_kind(INDEX):
        for offset, *entry in read_index(index):
            block = blocks.get(offset)
            listed.add(offset)
            if block and entry != [block.sequence, block.first, block.last, block.rows, block.kind]:
                yield f"{index.name()}: wrong entry of block {entry[0]}"
            if not block and not trace.damage:
                yield f"{index.name()}: no block at {offset}"
    for block in trace.blocks:
        if trace.complete and not trace.damage and block.kind not in (INDEX, END) and block.offset not in listed:
            yield f"{block.name()} stands in no INDEX"


def check_end(trace: Trace, events: int) -> Iterator[str]:
    """What END says that is not so."""
    block = trace.blocks[-1]
    end = read_end(block)
    if end.offset != block.offset or not trace.data.endswith(struct.pack("<Q", block.offset) + END_MAGIC):
        yield "END: wrong offset of its own"
    if not trace.damage:
        indices = [index.offset for index in trace.of_kind(INDEX)]
        if end[:3] != (events, sum(1 for _ in trace.of_kind(EVENTS)), indices):
            yield "END: wrong totals or INDEX offsets"


def check_proc(trace: Trace) -> Iterator[str]:                            # §4.2
    """PROC blocks that are out of order, or do not hold what their header says."""
    reached = -1                                # the last time of the EVENTS blocks so far
    for block in trace.blocks:
        if block.kind == EVENTS:
            reached = block.last
        elif block.kind == PROC:
            times = [item["time"] for item in read_body(block, PROC_BODY)]
            if len(times) != block.rows or times != sorted(times):
                yield f"{block.name()}: wrong number or order of records"
            if any(not block.first <= time <= block.last for time in times):
                yield f"{block.name()}: wrong first and last time"
            if times and times[0] <= reached:
                yield f"{block.name()}: stands after events no earlier than its first record"


def check_loss(trace: Trace) -> Iterator[str]:                            # §4.3
    """Ledger rows that do not add up."""
    for block in trace.of_kind(LOSS):
        rows = read_body(block, LOSS_BODY)
        if len(rows) != block.rows:
            yield f"{block.name()}: wrong number of rows"
        for row in rows:
            if row["seen"] != sum(row[name] for name in LEDGER[1:]) + sum(d["count"] for d in row["dropped"]):
                yield f"{block.name()}: a row does not add up"


def check_shed(trace: Trace) -> Iterator[str]:                            # §4.4
    """Steps that are no steps, or that stand behind events that they hold for."""
    reached = -1
    for block in trace.blocks:
        if block.kind == EVENTS:
            reached = block.last
        elif block.kind == SHED:
            since, left_out, weight, _, limit = struct.unpack("<QB3xIII", block.payload)
            if left_out > 7 or weight < 1 or limit < 1 or since != block.first:
                yield f"{block.name()}: it says nothing that can be"
            if since < reached:
                yield f"{block.name()}: stands after events later than it"


def check_all(trace: Trace) -> Iterator[str]:
    meta, total, reached = trace.meta(), 0, 0
    for block in trace.of_kind(EVENTS):
        events = read_events(block, meta)
        yield from check_events(block, meta, events)
        if events and events[0].ts < reached:
            yield f"{block.name()}: starts before the end of the block before"
        total, reached = total + len(events), max([reached] + [event.ts for event in events[-1:]])
    yield from check_proc(trace)
    yield from check_loss(trace)
    yield from check_shed(trace)
    yield from check_index(trace)
    if trace.complete:
        yield from check_end(trace, total)
