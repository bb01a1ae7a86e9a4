"""Prints what pyarrow reads from a Parquet file of syscord-query: columns, and counts by syscall."""
import json
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

table = pq.read_table(sys.argv[1])


def name(kind: pa.DataType) -> str:
    """The logical type: how strings are stored, dictionary or not, 64-bit offsets or not, is left out."""
    if pa.types.is_dictionary(kind):
        return name(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{name(kind.value_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{field.name}: {name(field.type)}' for field in kind)}>"
    return str(kind).removeprefix("large_").removesuffix("_view")


def counts(column: str) -> dict:
    """Rows by syscall, of those in which the column is not null."""
    names = table["syscall"].cast(pa.string()).filter(pc.is_valid(table[column]))
    return {item["values"]: item["counts"] for item in pc.value_counts(names).to_pylist()}


ts = table["ts"].combine_chunks()
print(json.dumps({
    "columns": [[field.name, name(field.type)] for field in table.schema],
    "ordered": pc.all(pc.greater_equal(ts[1:], ts[:-1])).as_py(),
    "calls": counts("ts"),
    "errors": counts("errno"),
    "paths": counts("path"),
    "data": counts("data"),
}))
