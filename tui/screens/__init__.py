"""The screens: what is asked and shown."""
