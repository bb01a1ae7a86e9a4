"""Compares a Parquet file of syscord-query with its JSON, event by event: PARQUET JSON. Prints how many there are."""
import base64
import json
import sys

import pyarrow.parquet as pq

PLAIN = ["duration", "pid", "tid", "comm", "ppid", "cpu", "abi", "syscall", "ret", "errno", "path"]


def same(what: str, row: dict, ours, theirs) -> None:
    if ours != theirs:
        sys.exit(f"{what}: {ours!r} in Parquet, {theirs!r} in JSON: {row}")


def number(value) -> int | None:
    """A number as JSON has it: hexadecimal and octal ones are strings."""
    if isinstance(value, str) and value.startswith("0x"):
        return int(value, 16)
    return value if isinstance(value, int) else None


table = pq.read_table(sys.argv[1])
times = table["ts"].cast("int64").to_pylist()
rows = table.drop_columns(["ts"]).to_pylist()
with open(sys.argv[2], encoding="utf-8") as file:
    events = [json.loads(line) for line in file]
same("events", {}, len(rows), len(events))
for time, row, event in zip(times, rows, events):
    same("ns of ts", event, f"{time % 10**9:09}Z", event["ts"].split(".")[1])
    for column in PLAIN:
        same(column, event, row[column], event[column])
    same("names of args", event, [arg["name"] for arg in row["args"]], list(event["args"]))
    for arg in row["args"]:
        wanted = number(event["args"][arg["name"]])
        if wanted is not None and arg["text"] is None and arg["value"] is not None:
            # The raw register: of a narrower number the other half says nothing.
            same(arg["name"], event, arg["value"] & 0xFFFFFFFF, wanted & 0xFFFFFFFF)
    data = event["data"].encode() if event["data"] is not None else None
    if "data_base64" in event:
        data = base64.b64decode(event["data_base64"])
    # What was cut within a character lacks that one as text.
    if not (event.get("data_cut") and row["data"].startswith(data)):
        same("data", event, row["data"], data)
print(len(rows))
