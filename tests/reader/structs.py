"""The structures in captured memory: SPEC.md §4.1 (their layouts) and §5.6 (how they are read)."""
from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Optional, Sequence

from container import need

STRUCT, ARRAY = 6, 7                                                      # roles: REGISTRY.md
SIGNED, DECIMAL, OCTAL = (0, 2), (0, 1, 2, 3), 5                          # shapes: REGISTRY.md
NO_KIND = {"name": "", "shape": 4, "role": 0}

Raw = Sequence[Optional[int]]


class Captured(NamedTuple):
    """What an argument points to."""
    layout: dict[str, Any]
    role: int


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
        return Captured(layout, role) if layout and role in (STRUCT, ARRAY) else None

    def value(self, of: Captured, data: bytes) -> Any:
        if of.role == STRUCT:
            return self._structure(of.layout, data)
        size = of.layout["size"]
        return [self._structure(of.layout, data[at:at + size]) for at in range(0, len(data) - size + 1, size)]

    def _structure(self, layout: dict[str, Any], data: bytes) -> Any:
        members = {field["name"]: self._member(field, data) for field in layout["fields"]}
        return members[""] if list(members) == [""] else members

    def _member(self, field: dict[str, Any], data: bytes) -> Any:
        start, width, end = field["offset"], field["width"], field["offset"] + field["width"] * field["count"]
        if end > len(data):
            return None
        kind = self.kinds.get(field["kind"]["id"], NO_KIND)
        if kind["name"] == "chars":
            return data[start:end].split(b"\0")[0].decode(errors="replace")
        inner = self._refers(field["kind"], "Struct", self.structs)
        elements: Iterator[bytes] = (data[at:at + width] for at in range(start, end, width))
        values = [self._structure(inner, e) if inner else number(kind["shape"], e) for e in elements]
        return values if field["count"] > 1 else values[0]


def number(shape: int, data: bytes) -> Any:
    value = int.from_bytes(data, "little", signed=shape in SIGNED)
    if shape in DECIMAL:
        return value
    return (f"0{value:o}" if value else "0") if shape == OCTAL else f"{value:#x}"
