"""write_pairs.py LOCATION: give the Cat's keys "left" and "right" the same value, again and again, until killed."""

import json
import sqlite3
import sys
from itertools import count

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA synchronous = OFF")
for number in count():
    connection.execute("BEGIN IMMEDIATE")
    for key in ("left", "right"):
        connection.execute("INSERT OR REPLACE INTO key_value_db VALUES (?, ?)", (key, json.dumps([number])))
    connection.execute("COMMIT")
    if number == 0:
        print("writing", flush=True)
