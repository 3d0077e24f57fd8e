"""The name map as data: read, checked, edited, merged."""
