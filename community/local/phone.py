"""Trying it with phones: an address on the local network, and a certificate for it that is made here."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

LOOPBACK: Final = "127.0.0.1"
ANYWHERE: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to
NOWHERE: Final = ("192.0.2.1", 9)  # reserved for documents: asking for the way there sends nothing
SITE_DAYS: Final = 365  # phones take at most 825
AUTHORITY_DAYS: Final = 3 * 365
RENEW_DAYS: Final = 30
PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where they are: the authority that a phone is asked to trust, and the site's own certificate with its key."""

    authority: Path
    site: Path
    site_key: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """As the web server reads them."""
        return {"GRANIAN_SSL_CERTIFICATE": str(self.site), "GRANIAN_SSL_KEYFILE": str(self.site_key)}


def address_for_phones(host: str) -> str:
    """The address phones reach: the given one, or this machine's on its network; without a network its own."""
    if host not in ANYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(NOWHERE)
        except OSError:
            return LOOPBACK
        return str(asked.getsockname()[0])


def certificate_file(*, var: Path) -> Path:
    """The authority's certificate, which phones may fetch."""
    return var / "tls" / "authority.pem"


def certificates(*, var: Path, address: str, at: datetime | None = None) -> Certificates:
    """Have an authority of this installation's own, and a certificate for the address; made anew when it moved or runs out."""
    from community.local.secrets_file import make_private_folder

    at = at or datetime.now(UTC)
    folder = var / "tls"
    make_private_folder(folder)
    made = Certificates(authority=certificate_file(var=var), site=folder / "site.pem", site_key=folder / "site.key")
    key_file = folder / "authority.key"
    names = sorted({address, LOOPBACK, "localhost"})
    if not _still_good(made.authority, key_file, at=at) or not _speaks_for(made.authority, address):
        _make_authority(made.authority, key_file, address=address, at=at)
        made.site.unlink(missing_ok=True)
    if not _still_good(made.site, made.site_key, at=at) or _names_of(made.site) != names:
        _make_site(made, key_file, names=names, at=at)
    return made


def _still_good(certificate: Path, key: Path, *, at: datetime) -> bool:
    return certificate.exists() and key.exists() and _read(certificate).not_valid_after_utc > at + timedelta(days=RENEW_DAYS)


def _make_authority(file: Path, key_file: Path, *, address: str, at: datetime) -> None:
    """It may sign for this machine and for private networks alone, so that trusting it endangers no other site."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Community points, tried on {socket.gethostname()}"[:64])])
    permitted: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_network(net)) for net in PRIVATE]
    own = x509.IPAddress(ipaddress.ip_network(address)) if _is_ip(address) else x509.DNSName(address)
    builder = (
        _begun(name, key, at=at, days=AUTHORITY_DAYS)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints([*permitted, x509.DNSName("localhost"), own], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    _write(builder.sign(key, hashes.SHA256()), key, file, key_file)


def _make_site(made: Certificates, authority_key: Path, *, names: Sequence[str], at: datetime) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority = _read(made.authority)
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [x509.IPAddress(ipaddress.ip_address(name)) if _is_ip(name) else x509.DNSName(name) for name in names]
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Community points")])
    builder = (
        _begun(name, key, at=at, days=SITE_DAYS)
        .issuer_name(authority.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    _write(builder.sign(signer, hashes.SHA256()), key, made.site, made.site_key)


def _begun(name: x509.Name, key: ec.EllipticCurvePrivateKey, *, at: datetime, days: int) -> x509.CertificateBuilder:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=days))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, file: Path, key_file: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.unlink(missing_ok=True)
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(secret)
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _read(file: Path) -> x509.Certificate:
    from cryptography import x509

    return x509.load_pem_x509_certificate(file.read_bytes())


def _names_of(file: Path) -> list[str]:
    from cryptography import x509

    found = _read(file).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return sorted(str(name.value) for name in found)


def _speaks_for(authority: Path, address: str) -> bool:
    """Private addresses, and the other one it was made for; another public address needs another authority."""
    from cryptography import x509

    permitted = _read(authority).extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    if not _is_ip(address):
        return any(isinstance(name, x509.DNSName) and name.value == address for name in permitted)
    found = ipaddress.ip_address(address)
    return any(isinstance(name, x509.IPAddress) and found in ipaddress.ip_network(str(name.value)) for name in permitted)


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
