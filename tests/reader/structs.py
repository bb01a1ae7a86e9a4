"""The structures in captured memory: SPEC.md §4.1 (their layouts) and §5.6 (how they are read)."""
from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional, Sequence

from container import Cursor, need

STRUCT, ARRAY, PARTS, ARRAY_PARTS, SET_PARTS, COUNT = range(6, 12)        # roles: REGISTRY.md
NONE, WHOLE, CUT, UNREADABLE, TORN = range(5)                             # statuses: §5.5
SIGNED, DECIMAL, OCTAL = (0, 2), (0, 1, 2, 3), 5                          # shapes: REGISTRY.md
NO_KIND = {"name": "", "shape": 4, "role": 0}

Raw = Sequence[Optional[int]]


class Captured(NamedTuple):
    """What an argument points to."""
    layout: Any
    role: int


class Part(NamedTuple):
    """A piece of memory among others."""
    status: int
    data: bytes


class Layouts:
    """The structures and choices of META."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self.structs, self.choices, self.names = meta["structs"], meta["choices"], meta["names"]
        self.kinds = {kind["id"]: kind for kind in meta["kinds"]}
        for call in (call for abi in meta["abis"] for call in abi["syscalls"]):
            for ref in [call["result"]] + [arg["kind"] for arg in call["args"]]:
                self._check(ref, len(self.structs), len(self.choices))
        for at, layout in enumerate(self.structs):
            for field in layout["fields"]:
                self._check(field["kind"], at, 0)                         # which has no argument to go by
                size = field["width"] * field["count"]
                need(0 < size <= layout["size"] - field["offset"], "META: a member that is not in its structure")
        for at, choice in enumerate(self.choices):
            for case in choice["cases"]:
                self._check(case["kind"], len(self.structs), at)
            self._check(choice["otherwise"], len(self.structs), at)
        need(all(layout["size"] > 0 for layout in self.structs), "META: a structure of no size")

    def _check(self, ref: dict[str, Any], structs: int, choices: int) -> None:
        there = {"None": 0, "Names": len(self.names), "Struct": structs, "Choice": choices}
        need(ref["detail"].get("index", -1) < there[ref["detail"]["variant"]], "META: a reference to nothing")

    def _refers(self, ref: dict[str, Any], variant: str, to: list[Any]) -> Any:
        return to[ref["detail"]["index"]] if ref["detail"]["variant"] == variant else None

    def captured(self, ref: dict[str, Any], raw: Raw) -> Optional[Captured]:
        """What an argument points to in a call with these raw arguments; None if that is no structure."""
        while choice := self._refers(ref, "Choice", self.choices):
            decider = raw[choice["arg"]] if choice["arg"] < len(raw) else None
            holding = (case["kind"] for case in choice["cases"]
                       if decider is not None and decider & case["mask"] == case["value"])
            ref = next(holding, choice["otherwise"])
        role, layout = self.kinds.get(ref["id"], NO_KIND)["role"], self._refers(ref, "Struct", self.structs)
        if role in (SET_PARTS, COUNT):
            return Captured(None, role)
        return Captured(layout, role) if layout and STRUCT <= role <= ARRAY_PARTS else None

    def value(self, of: Captured, data: bytes) -> Any:
        if of.role in (PARTS, ARRAY_PARTS, SET_PARTS):
            return self._parts(of, read_parts(data))
        return int.from_bytes(data, "little") if of.role == COUNT else self._structures(of, data, iter(()))

    def _parts(self, of: Captured, parts: Iterator[Part]) -> dict[str, Any]:
        sides: dict[str, Any] = {}
        for side, part in (("before", next(parts, Part(NONE, b""))), ("after", next(parts, Part(NONE, b"")))):
            pieces: Iterator[Part] = parts if side == "after" else iter(())
            if part.status not in (WHOLE, CUT, TORN):
                sides[side] = None
            elif of.role == SET_PARTS:
                sides[side] = {"cut": part.status != WHOLE, "value": bits(part.data)}
            else:
                sides[side] = {"cut": part.status != WHOLE, "value": self._structures(of, part.data, pieces)}
        return {"sides": sides}

    def _structures(self, of: Captured, data: bytes, pieces: Iterator[Part]) -> Any:
        if of.role in (STRUCT, PARTS):
            return self._structure(of.layout, data, pieces)
        size = of.layout["size"]
        return [self._structure(of.layout, data[at:at + size], pieces)
                for at in range(0, len(data) - size + 1, size)]

    def _structure(self, layout: dict[str, Any], data: bytes, pieces: Iterator[Part]) -> Any:
        members = {field["name"]: self._member(field, data, pieces) for field in layout["fields"]}
        return members[""] if list(members) == [""] else members

    def _pointed(self, field: dict[str, Any], role: int, part: Part, pieces: Iterator[Part]) -> Any:
        """What a member points to; None if that was not captured."""
        if part.status == NONE:
            return None
        if part.status not in (WHOLE, CUT, TORN):
            return {"status": part.status}
        layout = self._refers(field["kind"], "Struct", self.structs)
        if layout and STRUCT <= role <= ARRAY_PARTS:
            value = self._structures(Captured(layout, role), part.data, pieces)
            return {"cut": part.status != WHOLE, "value": value}
        return {"status": part.status, "bytes": part.data.hex()}

    def _member(self, field: dict[str, Any], data: bytes, pieces: Iterator[Part]) -> Any:
        role = self.kinds.get(field["kind"]["id"], NO_KIND)["role"]
        if role:
            pointed = self._pointed(field, role, next(pieces, Part(NONE, b"")), pieces)
            if pointed is not None:
                return {"pointed": pointed}
        start, width, end = field["offset"], field["width"], field["offset"] + field["width"] * field["count"]
        if end > len(data):
            return None
        kind = self.kinds.get(field["kind"]["id"], NO_KIND)
        if kind["name"] == "chars":
            return data[start:end].split(b"\0")[0].decode(errors="replace")
        inner = None if role else self._refers(field["kind"], "Struct", self.structs)
        within: Iterator[Part] = pieces if field["count"] == 1 else iter(())
        elements: Iterator[bytes] = (data[at:at + width] for at in range(start, end, width))
        values = [self._structure(inner, e, within) if inner else number(kind["shape"], e) for e in elements]
        return values if field["count"] > 1 else values[0]


def read_parts(data: bytes) -> Iterator[Part]:
    cursor = Cursor(data, "parts")
    heads = [cursor.varint() for _ in range(cursor.varint())]
    parts = [Part(TORN if head & 3 == UNREADABLE and head >> 2 else head & 3, cursor.take(head >> 2)) for head in heads]
    cursor.finish()
    return iter(parts)


def bits(data: bytes) -> list[int]:
    return [at for at in range(8 * len(data)) if data[at // 8] >> at % 8 & 1]


def number(shape: int, data: bytes) -> Any:
    value = int.from_bytes(data, "little", signed=shape in SIGNED)
    if shape in DECIMAL:
        return value
    return (f"0{value:o}" if value else "0") if shape == OCTAL else f"{value:#x}"
