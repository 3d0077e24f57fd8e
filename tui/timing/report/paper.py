"""What the paper measured in 2011: Dogaru, Purdilă, Țăpuș, Network Interface Grouping in the Linux Kernel, Table I."""

from typing import NamedTuple

SOURCE = "Dogaru, Purdilă, Țăpuș: Network Interface Grouping in the Linux Kernel (2011), Table I"
CLAIMS = {1024: 50, 2048: 65}
"""How many times faster the paper's text says that the group is; its table gives other figures."""


class Row(NamedTuple):
    """Seconds to change the MTU of so many dummy interfaces, by a shell loop of `ip` or by one `ip` for the group.

    In a KVM guest, on kernels built without and with sysfs.
    """

    links: int
    group_without_sysfs_s: float
    process_without_sysfs_s: float
    group_with_sysfs_s: float
    process_with_sysfs_s: float

    def times(self, sysfs: bool) -> tuple[float, float]:
        """Return the seconds of the group and of a process per interface."""
        if sysfs:
            return self.group_with_sysfs_s, self.process_with_sysfs_s
        return self.group_without_sysfs_s, self.process_without_sysfs_s


TABLE = (
    Row(128, 0.01, 0.49, 0.01, 0.53),
    Row(256, 0.02, 1.11, 0.03, 1.15),
    Row(512, 0.05, 2.57, 0.06, 2.59),
    Row(1024, 0.17, 7.02, 0.20, 7.51),
    Row(2048, 0.32, 21.74, 0.36, 23.05),
)
