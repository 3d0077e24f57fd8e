"""ifgroup: a live console for Linux network device groups."""

__version__ = "0.1.0"
