"""The model as words and cells."""
