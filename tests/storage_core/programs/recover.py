"""recover.py LOCATION: mend the index of the log, as after a crash, and stop in the middle of that until told."""

import fcntl
import os
import sys

WRITE, RECOVER = 120, 122  # the bytes of the index that SQLite locks to write, and to mend the index

index = os.open(f"{sys.argv[1]}-shm", os.O_RDWR)
for byte in (WRITE, RECOVER):
    fcntl.lockf(index, fcntl.LOCK_EX, 1, byte)
os.pwrite(index, bytes(48), 0)  # the first copy of the index's head no longer equals the second
print("mending", flush=True)
sys.stdin.readline()
os.close(index)
