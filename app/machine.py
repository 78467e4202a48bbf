"""The machine that the lab runs on, or the container: its cores, its memory, its addresses."""

from __future__ import annotations

import ipaddress
import math
import os
import platform
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

#: Where Linux shows control groups, by which containers and service units are limited.
CGROUPS = Path("/sys/fs/cgroup")
#: Where Linux lists its routes.
ROUTES = Path("/proc/net/route")
#: How the names of interfaces begin that other machines do not reach.
VIRTUAL = (
    "br-",
    "docker",
    "podman",
    "veth",
    "vethernet",
    "virbr",
    "vmnet",
    "vmware",
    "vboxnet",
    "virtualbox",
    "lxc",
    "cni",
)
#: More than any lab needs; used where the system has no limit.
MAX_OPEN_FILES = 65_536


def cores(root: Path = CGROUPS) -> int:
    """Cores that this process may use. In a container, its CPU set and its share of time count, not the machine's
    cores."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        usable = os.cpu_count() or 1
    return max(1, min([usable, *(math.ceil(share) for share in _cpu_shares(root))]))


def memory_bytes(root: Path = CGROUPS) -> int:
    """Bytes of memory that this process may use: the machine's memory, or the container's limit if it is lower."""
    whole: int = psutil.virtual_memory().total
    return min([whole, *_memory_limits(root)])


def processor() -> str:
    """The model of the processor, as far as the system names it."""
    lines = (_read(Path("/proc/cpuinfo")) or "").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def open_files() -> int:
    """Raise the limit of open files and connections to the highest that is allowed, and return it."""
    try:
        import resource
    except ImportError:  # Windows
        return MAX_OPEN_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return most
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):  # macOS has a second, lower limit
        return soft
    return most


def is_container() -> bool:
    """Whether this is a container of Docker or Podman, whose addresses other machines do not reach."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def addresses() -> list[str]:
    """IPv4 addresses by which other machines may reach this one, such as `192.168.1.20`; the likeliest first: that of
    the way to the internet or the school's router, and those of virtual machines and containers last."""
    interfaces = {
        address.address: name
        for name, interface in sorted(psutil.net_if_addrs().items())
        if (state := psutil.net_if_stats().get(name)) is None or state.isup
        for address in interface
        if address.family == socket.AF_INET and is_usable(address.address)
    }
    routed = default_interface()
    return sorted(
        interfaces, key=lambda address: (interfaces[address] != routed, is_virtual(interfaces[address]))
    )


def is_usable(address: str) -> bool:
    """Whether other machines may have a way to an address."""
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local)


def is_virtual(interface: str) -> bool:
    """Whether an interface leads to virtual machines and containers of this machine only, as far as its name says."""
    return interface.lower().startswith(VIRTUAL)


def default_interface(routes: Path = ROUTES) -> str | None:
    """The interface through which this machine reaches other networks, where Linux says it; None elsewhere."""
    for line in (_read(routes) or "").splitlines()[1:]:
        name, destination, *_ = line.split()
        if int(destination, 16) == 0:
            return name
    return None


def _cpu_shares(root: Path) -> Iterator[float]:
    """The limits on processor time that hold for this process, in cores."""
    for folder in _cgroup_folders(root, "cpu"):
        quota, _, period = (_read(folder / "cpu.max") or "max").partition(" ")  # version 2
        if quota == "max":
            quota = _read(folder / "cpu.cfs_quota_us") or "-1"  # version 1
            period = _read(folder / "cpu.cfs_period_us") or "100000"
        if quota.isdigit() and period.isdigit() and int(period) > 0:
            yield int(quota) / int(period)


def _memory_limits(root: Path) -> Iterator[int]:
    """The limits on memory that hold for this process, in bytes."""
    for folder in _cgroup_folders(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):  # versions 2 and 1
            if (limit := _read(folder / name) or "max").isdigit():
                yield int(limit)


def _cgroup_folders(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's control group and of all groups above it, which limit it too."""
    lines = (_read(Path("/proc/self/cgroup")) or "0::/").splitlines()
    for hierarchy, names, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if hierarchy == "0":
            top = root
        elif controller in names.split(","):
            top = root / controller
        else:
            continue
        folder = top / path.lstrip("/")
        yield from (group for group in (folder, *folder.parents) if group.is_relative_to(top))


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return None
