"""A table whose rows are keys; it paints what is visible alone."""
