"""What we know and decide: plain data, standard library only, no I/O."""
