"""What lets programs that others wrote keep their values in a storage."""
