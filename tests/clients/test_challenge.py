"""Instances prove that they are the ones Lok named; the official client asks them to."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from arkitekt import aeasy
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rekuest.arkitekt import rekuest_service

from platform_under_test import wire
from platform_under_test.apps import client_environment
from platform_under_test.replicas import Replicas
from platform_under_test.server import Server

SERVICES = ("lok", "rekuest", "s3")


def instances(gateway: str, key: str, name: str = "challenger") -> dict[str, Any]:
    requirements = [{"key": each, "service": f"live.arkitekt.{each}", "optional": False} for each in SERVICES]
    return wire.log_in(gateway, key, name, requirements=requirements)["instances"]


def address(instance: dict[str, Any]) -> str:
    alias = instance["aliases"][0]
    path = f"/{alias['path']}" if alias["path"] else ""
    return f"http://{alias['host']}:{alias['port']}{path}/{alias['challenge']}"


def prove(instance: dict[str, Any]) -> None:
    """Does what a client does; raises InvalidSignature."""
    named = instance["challenge_key"]
    assert named["kind"] == "ed25519"
    nonce = secrets.token_urlsafe(24)
    answer = wire.request(f"{address(instance)}?nonce={nonce}")
    assert answer.status == 200
    signature = base64.b64decode(answer.json()["signature"], validate=True)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(named["key"], validate=True))
    key.verify(signature, f"fakts-challenge-v1:{nonce}".encode())


def test_every_instance_proves_itself_with_a_key_of_its_own(platform: Server) -> None:
    found = instances(platform.url, platform.take_key())
    for name in SERVICES:
        prove(found[name])
    assert len({found[name]["challenge_key"]["key"] for name in SERVICES}) == len(SERVICES)


def test_an_instance_does_not_pass_for_another(platform: Server) -> None:
    found = instances(platform.url, platform.take_key())
    with pytest.raises(InvalidSignature):
        prove({**found["rekuest"], "challenge_key": found["s3"]["challenge_key"]})


def test_who_does_not_ask_gets_no_signature(platform: Server) -> None:
    found = instances(platform.url, platform.take_key())
    for name in SERVICES:
        answer = wire.request(address(found[name]))
        assert (answer.status, answer.json()) == (200, {"status": "ok"})
        assert wire.request(f"{address(found[name])}?nonce=no%20nonce").status == 400


def test_keys_outlive_restarts(platform: Server) -> None:
    key = platform.take_key()
    before = instances(platform.url, key)
    platform.stop()
    platform.start()
    after = instances(platform.url, key)
    for name in SERVICES:
        assert after[name]["challenge_key"] == before[name]["challenge_key"]
        prove(after[name])


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    running = Replicas(tmp_path_factory.mktemp("replicas"), {"lok": 1, "rekuest": 1})
    try:
        yield running.start()
    finally:
        running.stop()


async def test_the_official_client_refuses_an_impostor(
    replicas: Replicas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lok names one key, who answers has another: a service that was replaced, or a wrong address."""
    for variable, value in client_environment(replicas, tmp_path, replicas.take_key()).items():
        monkeypatch.setenv(variable, value)
    async with aeasy("trusting", rekuest_service) as rekuest:
        await rekuest.alist_actions()

    configuration = replicas.room / "rekuest.yaml"
    document = yaml.safe_load(configuration.read_text())
    document["instance"]["private_key"] = yaml.safe_load((replicas.room / "lok.yaml").read_text())[
        "instance"
    ]["private_key"]
    configuration.write_text(yaml.safe_dump(document))
    process = replicas.of("rekuest")[0]
    process.end_well()
    process.start()
    monkeypatch.setenv("ARKITEKT_REAUTH", "1")
    with pytest.raises(Exception, match="rekuest"):
        async with aeasy("trusting", rekuest_service) as rekuest:
            await rekuest.alist_actions()
