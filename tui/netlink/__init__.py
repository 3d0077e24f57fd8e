"""Everything that owns a netlink socket or a network namespace."""
