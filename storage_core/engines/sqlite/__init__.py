"""The native engine: a storage in one SQLite file."""
