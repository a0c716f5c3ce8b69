"""Certificates for receivers on the loopback interface: a good one, and those that no sender may trust."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Kind = Literal["good", "self-signed", "wrong-host", "expired"]
KINDS: tuple[str, ...] = get_args(Kind)
DAY = timedelta(days=1)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass
class Authority:
    """Signs certificates; its own is at `ca_file`. All files are in its folder."""

    folder: Path

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("wirewatch tests")
        ca = self._unsigned(self._name, self._key, datetime.now(UTC) + DAY)
        ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self._own = ca.sign(self._key, hashes.SHA256())
        self.ca_file = self.folder / "ca.pem"
        self.ca_file.write_bytes(self._own.public_bytes(Encoding.PEM))

    def context(self, kind: str) -> ssl.SSLContext:
        """For a server on localhost and 127.0.0.1; of the wrong host, for another."""
        key = ec.generate_private_key(ec.SECP256R1())
        hosts: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
        if kind == "wrong-host":
            hosts = [x509.DNSName("other.example")]
        until = datetime.now(UTC) + (-DAY if kind == "expired" else DAY)
        unsigned = self._unsigned(_named(kind), key, until, _named(kind) if kind == "self-signed" else None)
        unsigned = unsigned.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        signed = unsigned.sign(key if kind == "self-signed" else self._key, hashes.SHA256())
        file = self.folder / f"{kind}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(private + signed.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _unsigned(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime, issuer: x509.Name | None = None
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer or self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(until - 3 * DAY)
            .not_valid_after(until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
