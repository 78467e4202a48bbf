"""A cluster with TLS: only who has its certificates can connect."""

import stat

import pytest
from distributed.comm.core import connect

from app.cluster.opening import security_of
from app.mistake import Mistake
from tests.support import event_loop
from tests.support.cluster import Cluster
from tests.support.experiments import QUICK
from tests.support.lab_server import LabServer
from tests.support.reference import assert_uninterrupted
from tests.support.waiting import wait_until


def test_a_cluster_with_certificates_trains_and_refuses_everybody_without_them(tmp_path):
    certs, others = tmp_path / "certs", tmp_path / "others"
    for folder in (certs, others):
        assert Cluster.run("certs", str(folder)).returncode == 0
        assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    again = Cluster.run("certs", str(certs))
    assert (again.returncode, "already" in again.stderr) == (2, True)
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

        async def come_in(address, **arguments):
            comm = await connect(address, timeout=2, **arguments)
            # a server that asks for a certificate closes the connection now
            await comm.write({"op": "identity"})
            return await comm.read()

        theirs = security_of(others).get_connection_args("client")
        for address, arguments in ((f"tls://{cluster.address}", theirs), (f"tcp://{cluster.address}", {})):
            with pytest.raises(OSError, match=r".+"):
                event_loop.run(come_in(address, **arguments))


def test_certificates_that_are_missing_are_named(tmp_path):
    with pytest.raises(Mistake, match="set LOSSROOM_CLUSTER_CERTS"):
        security_of(None)
    with pytest.raises(Mistake, match=r"no ca\.pem"):
        security_of(tmp_path)
