"""Netlink messages as data to look at, taken apart byte by byte."""
