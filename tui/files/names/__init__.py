"""The name map on the disk: found, read, compared, written whole or not at all."""
