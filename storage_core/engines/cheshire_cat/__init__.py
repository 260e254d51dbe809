"""The Cheshire Cat's own database, of its key-value tables."""
