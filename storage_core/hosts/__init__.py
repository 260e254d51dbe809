"""Stores behind the storage that plugins of other systems already call: nothing in the plugin changes."""
