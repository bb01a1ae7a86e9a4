"""A database with a write-ahead log, at the path given, used over two connections."""

import sqlite3
import sys

first = sqlite3.connect(sys.argv[1])
assert first.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
first.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, number REAL)")
second = sqlite3.connect(sys.argv[1])
for number in range(50):
    connection = (first, second)[number % 2]
    with connection:
        rows = [(f"name {number} {row}", number / 7) for row in range(20)]
        connection.executemany("INSERT INTO t (name, number) VALUES (?, ?)", rows)
    assert first.execute("SELECT count(*) FROM t").fetchone() == ((number + 1) * 20,)
first.execute("CREATE INDEX i ON t (name)")
first.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
first.execute("DELETE FROM t WHERE id % 2")
first.commit()
second.close()
first.execute("VACUUM")
first.close()
