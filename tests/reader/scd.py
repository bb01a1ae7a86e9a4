#!/usr/bin/env python3
"""An independent reader of `.scd` syscall traces, written from format/SPEC.md alone.

    scd.py dump FILE    one JSON object a line for each event, in time order
    scd.py info FILE    what the trace is, what it holds, and whether anything is wrong with it
    scd.py raw FILE    all that it holds, decompressed and one after the other, and what its descriptors stand for
    scd.py check FILE   whether zone maps, INDEX, END and ledger are true to what the trace holds

All exit with 0, with 1 if FILE is no trace that this reader may read, and with 3 if it is damaged,
breaks a rule of the format or lacks its END block. `--no-crc` skips the CRCs of zone maps and payloads.
Needs Python 3.9 and `zstandard`. The parts: container.py (SPEC.md §1 to §4), events.py (§5), structs.py
(structures within §5), check.py (§6).
"""
from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from typing import Any

from check import check_all
from container import (CLOCK, EVENTS, INDEX, KINDS, LEDGER, LOSS, LOSS_BODY, PROC, PROC_BODY, FormatError, Trace, need,
                       read_body, read_clock, read_end, read_index)
from events import all_events, read_calls, read_files, read_sections

REASONS = {1: "ring full", 2: "probe re-entered", 3: "ring busy", 4: "about processes",
           5: "left out to keep the overhead down"}                                            # REGISTRY.md


def text(value: Any) -> str:                                              # §7: control characters are escaped
    return json.dumps(value, default=lambda b: b.decode("utf-8", "backslashreplace"))


def info_meta(trace: Trace) -> None:
    for field, value in trace.meta().items():
        if field == "abis":
            value = {abi["name"]: f"{len(abi['syscalls'])} syscalls" for abi in value}
        elif field in ("kinds", "classes", "errnos", "names", "structs", "choices", "columns"):
            value = len(value)
        print(f"{field}: {text(value)}")


def info_events(trace: Trace) -> None:
    events = sorted((event.ts, event.pid, event.tid) for event in all_events(trace))
    first, last = (events[0][0], events[-1][0]) if events else (0, 0)
    print(f"events: {len(events)} of {len({event[1:] for event in events})} threads, from {first} to {last} ns")
    if trace.complete:
        need(read_end(trace.blocks[-1]).events == len(events) or bool(trace.damage), "END: wrong number of events")


def info_rest(trace: Trace) -> None:
    records: Counter[str] = Counter()
    ledger: Counter[str] = Counter()
    for block in trace.of_kind(CLOCK):
        print("clock: monotonic {}, boottime {}, realtime {}".format(*read_clock(block)))
    for block in trace.of_kind(PROC):
        records.update(item["record"]["variant"] for item in read_body(block, PROC_BODY))
    for row in (row for block in trace.of_kind(LOSS) for row in read_body(block, LOSS_BODY)):
        ledger.update({name: row[name] for name in LEDGER})
        ledger.update({f"dropped, {REASONS.get(d['reason'], d['reason'])}": d["count"] for d in row["dropped"]})
    print(f"process records: {text(records)}\nledger: {text(ledger)}")
    print(f"index: {sum(len(read_index(block)) for block in trace.of_kind(INDEX))} entries")


def info(trace: Trace) -> int:
    counts = Counter(KINDS.get(block.kind, str(block.kind)) for block in trace.blocks)
    print(f"size: {len(trace.data)} bytes\nblocks: {text(counts)}")
    faults = trace.faults()
    for part in (info_meta, info_events, info_rest):
        try:
            part(trace)
        except FormatError as error:
            faults.append(str(error))
    print("\n".join(f"damage: {text(fault)}" for fault in faults) if faults else "damage: none")
    return 3 if faults else 0


def dump(trace: Trace) -> int:
    faults = trace.faults()
    try:
        for event in all_events(trace):
            print(json.dumps(event._asdict(), separators=(",", ":")))
    except FormatError as error:
        faults.append(str(error))
    for fault in faults:
        print(f"scd.py: {text(fault)}", file=sys.stderr)
    return 3 if faults else 0


def raw(trace: Trace) -> int:
    out = sys.stdout.buffer
    for block in trace.blocks:
        out.write(block.zone)
        if block.kind != EVENTS:
            body = block.body()
            out.write(body.take(body.left()))
            continue
        sections = read_sections(block)
        for ident in sections:
            section = read_sections(block)[ident]
            out.write(section.take(section.left()))
        calls = read_calls(sections[2], block.rows)
        for _, _, _, link, detail in read_files(sections.get(11), block.rows, calls):
            out.write(link + b"\n" + detail + b"\n")
    return 3 if trace.faults() else 0


def check(trace: Trace) -> int:
    faults = trace.faults()
    try:
        faults.extend(check_all(trace))
    except FormatError as error:
        faults.append(str(error))
    for fault in faults:
        print(text(fault))
    return 3 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Reads .scd syscall traces.")
    parser.add_argument("command", choices=("dump", "info", "raw", "check"))
    parser.add_argument("file")
    parser.add_argument("--no-crc", action="store_true", help="do not check the CRCs of zone maps and payloads")
    options = parser.parse_args()
    try:
        with open(options.file, "rb") as file:
            trace = Trace(file.read(), not options.no_crc)
        return {"dump": dump, "info": info, "raw": raw, "check": check}[options.command](trace)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (FormatError, OSError) as error:
        print(f"scd.py: {text(str(error))}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
