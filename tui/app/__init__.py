"""The application: its keys, its terminal, and what wires the session to the screens."""
