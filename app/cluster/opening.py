"""From the settings to the executor on a cluster, with what is said where its packages are missing."""

from __future__ import annotations

from pathlib import Path

from app.mistake import Mistake
from app.settings import Settings

try:
    from distributed import Security
except ModuleNotFoundError as error:
    raise Mistake(
        "LOSSROOM_EXECUTOR=dask://… needs the packages of lossroom[cluster]: pip install 'lossroom[cluster]'"
    ) from error

from app.cluster.executor import DaskExecutor


def cluster_executor(settings: Settings) -> DaskExecutor:
    """The executor that the settings name.

    Raises:
        Mistake: the certificates are missing.
    """
    kind, _, address = settings.executor.partition("://")
    is_secret = kind == "dask+tls"
    return DaskExecutor(
        f"{'tls' if is_secret else 'tcp'}://{address}",
        lab_file=settings.lab_name_file,
        security=security_of(settings.cluster_certs) if is_secret else Security(),
    )


def security_of(folder: Path | None) -> Security:
    """Dask's security with the certificates of a folder, as `lossroom cluster certs` makes it.

    Raises:
        Mistake: there is no folder, or one of its files is missing.
    """
    if folder is None:
        raise Mistake("a cluster with TLS needs its certificates: set LOSSROOM_CLUSTER_CERTS to their folder")
    files = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
    for file in files.values():
        if not file.is_file():
            raise Mistake(f"the folder of certificates has no {file.name}: {folder}")
    ca, cert, key = (str(file) for file in files.values())
    own: dict[str, str] = {}
    for part in ("client", "scheduler", "worker"):
        own |= {f"tls_{part}_cert": cert, f"tls_{part}_key": key}
    return Security(require_encryption=True, tls_ca_file=ca, **own)
