"""What the machine or the container offers: cores, memory, addresses."""

import ipaddress
import os
import socket
from functools import partial
from types import SimpleNamespace

import psutil
import pytest

from app import machine


@pytest.fixture
def folder(tmp_path):
    """A folder as Linux shows control groups, with this process in the topmost group."""
    return tmp_path


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")


def here():
    return len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("50000 100000", 1),
        ("100000 100000", 1),
        ("150000 100000", 2),
        ("max 100000", None),
        ("90000000 100000", None),
    ],
)
def test_a_containers_share_of_processor_time_bounds_the_cores(folder, quota, cores):
    write(folder, cpu_dot_max=quota)
    assert machine.cores(folder) == min(cores or here(), here())


def test_the_older_form_of_control_groups_bounds_the_cores_too(folder):
    write(folder, cpu__cpu_dot_cfs_quota_us="50000", cpu__cpu_dot_cfs_period_us="100000")
    assert machine.cores(folder) == 1
    write(folder, cpu__cpu_dot_cfs_quota_us="-1")
    assert machine.cores(folder) == here()


@pytest.mark.parametrize("file", ["memory_dot_max", "memory__memory_dot_limit_in_bytes"])
def test_a_containers_memory_counts_where_it_is_less_than_the_machines(folder, file):
    whole = psutil.virtual_memory().total
    for text, expected in (("1073741824", 1 << 30), ("max", whole), (str(2**63), whole), ("nonsense", whole)):
        write(folder, **{file: text})
        assert machine.memory_bytes(folder) == expected


def test_without_control_groups_the_machine_counts(tmp_path):
    assert machine.cores(tmp_path / "none") == here()
    assert machine.memory_bytes(tmp_path / "none") == psutil.virtual_memory().total


def test_the_address_of_the_schools_network_comes_before_those_of_containers(monkeypatch, tmp_path):
    given = {
        "docker0": "172.17.0.1",
        "eth1": "10.0.0.2",
        "lo": "127.0.0.1",
        "wlan0": "192.168.1.20",
        "x0": "169.254.1.1",
    }
    interfaces = {
        name: [SimpleNamespace(family=socket.AF_INET, address=address)] for name, address in given.items()
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)
    monkeypatch.setattr(psutil, "net_if_stats", dict)
    routes = tmp_path / "route"
    header = "Iface\tDestination\tGateway\n"
    routes.write_text(f"{header}eth1\t0000000A\t00000000\nwlan0\t00000000\t0101A8C0\n")
    monkeypatch.setattr(machine, "default_interface", partial(machine.default_interface, routes))
    assert machine.addresses() == ["192.168.1.20", "10.0.0.2", "172.17.0.1"]
    routes.unlink()
    assert machine.addresses() == ["10.0.0.2", "192.168.1.20", "172.17.0.1"]


def test_addresses_are_those_that_other_machines_reach():
    for address in machine.addresses():
        parsed = ipaddress.ip_address(address)
        assert not parsed.is_loopback
        assert not parsed.is_link_local
