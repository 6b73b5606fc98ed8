"""HTTPS by the platform itself, with a certificate it was given."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.program import BINARY
from platform_under_test.server import Server, free_ports

from .conftest import OFFERING, wait_until_assignable

HOUR = datetime.timedelta(hours=1)


@dataclass
class Authority:
    """Signs certificates; `bundle` is what whoever trusts it is given."""

    room: Path

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        own = self._build(self.name, self.key.public_key()).add_extension(
            x509.BasicConstraints(True, 0), True
        )
        own = own.add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
        own = own.add_extension(
            x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True
        )
        self.bundle = self.room / "authority.pem"
        self.bundle.write_bytes(own.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - HOUR)
            .not_valid_after(now + HOUR)
        )

    def issue(self) -> list[str]:
        """The options for a certificate of this machine's own names."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        )
        certificate = (
            self._build(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), key.public_key())
            .add_extension(names, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .sign(self.key, hashes.SHA256())
        )
        files = {"certificate": self.room / "server.pem", "key": self.room / "server.key"}
        files["certificate"].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files["key"].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return [f"--tls-{name}={file}" for name, file in files.items()]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def platform(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """In place of the plain one."""
    server = Server(tmp_path_factory.mktemp("tls") / "data", free_ports(), authority.issue())
    try:
        yield server.start()
    finally:
        server.end_well()


def trusting(authority: Authority, program: str) -> str:
    """The client takes only the public authorities that `certifi` names; here ours stands for one."""
    return f"import certifi\ncertifi.where = lambda: {str(authority.bundle)!r}\n" + program


CALLER = """
import asyncio
from arkitekt import aeasy
from rekuest.arkitekt import rekuest_service
from rekuest.protocol.schema import ActionFilter

async def main():
    async with aeasy("tls-caller", rekuest_service) as rekuest:
        here = ActionFilter(assignable=True, appIdentifier="test-offering")
        listed = await rekuest.alist_actions(filters=here)
        actions = {row.name: await rekuest.afind(id=row.id) for row in listed}
        print("sum:", await rekuest.acall(actions["Add"], a=40, b=2))

asyncio.run(main())
"""


def test_two_programs_of_the_official_client_meet_over_tls(
    platform: Server, apps: Apps, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert platform.url == f"https://localhost:{platform.port}"
    offering = apps.start(trusting(authority, OFFERING.read_text()), "offering")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    token = wire.log_in(platform.url, platform.take_key(), "watcher")["access_token"]
    wait_until_assignable(platform, token, offering)
    caller = apps.start(trusting(authority, CALLER), "caller")
    caller.wait_for("sum: 42")


def test_discovery_and_instances_are_reached_over_tls(
    platform: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    for host in ("localhost", "127.0.0.1"):
        origin = f"https://{host}:{platform.port}"
        found = wire.request(f"{origin}/.well-known/fakts").json()
        assert found["token_endpoint"] == f"{origin}/lok/o/token/"
        session = wire.log_in(origin, platform.take_key(), f"from-{host}")
        for name, port in (("rekuest", platform.port), ("s3", platform.port + 1)):
            alias = session["instances"][name]["aliases"][0]
            assert (alias["ssl"], alias["host"], alias["port"]) == (True, host, port)
            path = f"/{alias['path']}" if alias["path"] else ""
            assert wire.request(f"https://{host}:{port}{path}/{alias['challenge']}").status == 200


def test_the_session_cookie_is_for_tls_only(
    platform: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    link = wire.start_device_login(platform.url, "signing-in")["verification_uri_complete"]
    assert link.startswith(f"{platform.url}/lok/device")
    assert "; Secure" in wire.request(link).headers["set-cookie"]


def test_plain_http_is_told_the_scheme(platform: Server) -> None:
    answer = wire.request(f"http://127.0.0.1:{platform.port}/")
    assert answer.status == 400
    assert b"https://" in answer.body


def test_silence_and_garbage_hold_nobody_up(platform: Server, authority: Authority) -> None:
    silent = [socket.create_connection(("127.0.0.1", platform.port)) for _ in range(50)]
    for each in silent[::2]:
        each.sendall(b"\x16\x03\x01\x40\x00" + b"\x00" * 100)
    context = ssl.create_default_context(cafile=str(authority.bundle))
    with urllib.request.urlopen(f"{platform.url}/lok/ht", context=context, timeout=10) as answer:
        assert answer.status == 200
    for each in silent:
        each.close()


@pytest.mark.parametrize(
    ("certificate", "key", "named"),
    [("missing", "good", "missing"), ("good", "bad", "bad"), ("good", None, "tls"), ("bad", "good", "bad")],
)
def test_what_cannot_be_used_stops_the_start(
    tmp_path: Path, certificate: str, key: str | None, named: str
) -> None:
    tmp_path.joinpath("authority").mkdir()
    options = Authority(tmp_path / "authority").issue()
    files = {
        "good": {"certificate": options[0].split("=")[1], "key": options[1].split("=")[1]},
        "bad": dict.fromkeys(("certificate", "key"), str(tmp_path / "bad.pem")),
        "missing": dict.fromkeys(("certificate", "key"), str(tmp_path / "missing.pem")),
    }
    (tmp_path / "bad.pem").write_text("-----BEGIN NOTHING-----\n")
    asked = [f"--tls-certificate={files[certificate]['certificate']}"]
    if key:
        asked.append(f"--tls-key={files[key]['key']}")
    done = subprocess.run(
        [str(BINARY), "up", "--data", str(tmp_path / "data"), "--port", str(free_ports()), *asked],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert named in done.stderr
