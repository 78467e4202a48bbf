"""lossroom cluster certs: a folder with the certificates of a cluster.

All machines of a cluster have the same folder, and only a machine that has it can connect. The authority that signs
them is made for this folder, and its key is not kept, so nothing else can be signed with it.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from app.mistake import Mistake

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ModuleNotFoundError as error:
    raise Mistake(
        "certificates need the packages of lossroom[cluster]: pip install 'lossroom[cluster]'"
    ) from error

#: The days for which certificates are valid.
DAYS = 825
FILES = ("ca.pem", "cert.pem", "key.pem")


def make_certs(folder: Path) -> int:
    """Write `ca.pem`, `cert.pem` and `key.pem`.

    Raises:
        Mistake: the folder has some already, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        existing = [name for name in FILES if (folder / name).exists()]
        if existing:
            raise Mistake(
                f"{folder} has {', '.join(existing)} already: choose another folder, or remove them"
            )
        for name, data in zip(FILES, _make_pem(), strict=True):
            # other users of the machine must not read the key
            with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
    except OSError as error:
        raise Mistake(f"{folder} cannot be written: {error.strerror}") from None
    print(f"{folder} holds the certificates of a cluster, for {DAYS} days: copy it to each of its machines,")
    print("and keep it secret. Use it with --certs there, and with LOSSROOM_CLUSTER_CERTS for the lab.")
    return 0


def _make_pem() -> tuple[bytes, bytes, bytes]:
    """The certificate of an authority, and one that it has signed with its key, as PEM."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _name("Lossroom cluster authority")
    ca = (
        _start_certificate(authority, authority, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    # Dask compares no host names: machines of a cluster have many, and come and go.
    cert = (
        _start_certificate(_name("lossroom-cluster"), authority, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("lossroom-cluster")]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ca.public_bytes(pem), cert.public_bytes(pem), private


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _start_certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
        .not_valid_after(now + datetime.timedelta(days=DAYS))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
