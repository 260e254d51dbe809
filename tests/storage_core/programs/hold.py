"""hold.py LOCATION STATEMENT...: run the statements as another program would, and keep what they hold until told."""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement).fetchone()
print("holding", flush=True)
sys.stdin.readline()
connection.close()
