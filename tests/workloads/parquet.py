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
    return str(kind).removeprefix("large_").replace("string_view", "string")


def counts(rows: pa.Table) -> dict:
    names = rows["syscall"].cast(pa.string())
    return {item["values"]: item["counts"] for item in pc.value_counts(names).to_pylist()}


ts = table["ts"].combine_chunks()
print(json.dumps({
    "columns": [[field.name, name(field.type)] for field in table.schema],
    "ordered": pc.all(pc.greater_equal(ts[1:], ts[:-1])).as_py(),
    "calls": counts(table),
    "errors": counts(table.filter(pc.is_valid(table["errno"]))),
    "paths": counts(table.filter(pc.is_valid(table["path"]))),
    "data": counts(table.filter(pc.is_valid(table["data"]))),
}))
