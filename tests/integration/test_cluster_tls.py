"""A cluster with TLS: only who has its certificates can connect, wherever these were made."""

import stat

import pytest
import trustme
from distributed.comm.core import connect

from app.cluster.opening import security_of
from app.mistake import Mistake
from tests.support import event_loop
from tests.support.cluster import Cluster
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until


def write_certs(folder, authority, trusted=None):
    """A folder as `lossroom cluster certs` makes it, with a certificate from one authority that trusts another one."""
    folder.mkdir()
    issued = authority.issue_cert("127.0.0.1")
    (trusted or authority).cert_pem.write_to_path(folder / "ca.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    for part in issued.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    return folder


async def come_in(address, **arguments):
    comm = await connect(address, timeout=2, **arguments)
    try:
        # a server that asks for a certificate closes the connection now
        await comm.write({"op": "identity"})
        return await comm.read()
    finally:
        comm.abort()


def client(folder):
    return security_of(folder).get_connection_args("client")


def test_a_cluster_with_certificates_made_elsewhere_trains_and_refuses_everybody_without_them(tmp_path):
    school, stranger = trustme.CA(organization_name="A school"), trustme.CA(organization_name="A stranger")
    certs = write_certs(tmp_path / "certs", school)
    others = write_certs(tmp_path / "others", stranger)
    # one that would be content with the school's servers, but has no certificate of it
    pretender = write_certs(tmp_path / "pretender", stranger, trusted=school)
    with Cluster(tmp_path, options=("--certs", str(certs))) as cluster:
        cluster.start_worker()
        variables = {
            "LOSSROOM_EXECUTOR": f"dask+tls://{cluster.address}",
            "LOSSROOM_CLUSTER_CERTS": str(certs),
        }
        with LabServer(tmp_path / "state", tmp_path, environment=variables) as lab:
            wait_until(lambda: lab.http.get("/health").json()["workers"] == 2, "its places")
            run = lab.wait_for(lab.launch(**QUICK)["id"], "completed")
            assert_uninterrupted(lab, run)
        secret, plain = f"tls://{cluster.address}", f"tcp://{cluster.address}"
        assert event_loop.run(come_in(secret, **client(certs)))["type"] == "Scheduler"
        for address, arguments in ((secret, client(others)), (secret, client(pretender)), (plain, {})):
            with pytest.raises(OSError, match=r".+"):
                event_loop.run(come_in(address, **arguments))


def test_our_own_certificates_let_a_scheduler_and_who_has_them_talk(tmp_path):
    certs, others = tmp_path / "certs", tmp_path / "others"
    for folder in (certs, others):
        assert Cluster.run("certs", str(folder)).returncode == 0
        assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    again = Cluster.run("certs", str(certs))
    assert (again.returncode, "already" in again.stderr) == (2, True)
    with Cluster(tmp_path, options=("--certs", str(certs))) as cluster:
        address = f"tls://{cluster.address}"
        assert event_loop.run(come_in(address, **client(certs)))["type"] == "Scheduler"
        with pytest.raises(OSError, match=r".+"):
            event_loop.run(come_in(address, **client(others)))


def test_certificates_that_are_missing_are_named(tmp_path):
    with pytest.raises(Mistake, match="set LOSSROOM_CLUSTER_CERTS"):
        security_of(None)
    with pytest.raises(Mistake, match=r"no ca\.pem"):
        security_of(tmp_path)
