"""The verbs of the command line, as processes."""
