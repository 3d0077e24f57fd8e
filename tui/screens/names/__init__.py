"""The name map's screen."""
