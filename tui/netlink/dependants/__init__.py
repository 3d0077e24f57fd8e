"""Addresses, routes and neighbours that hang on a link: read, worded, put back."""
