"""Our images under the unmodified Konstruktor, behind the gateway it configures."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rekuest.protocol.schema import ActionFilter

from platform_under_test import wire
from platform_under_test.apps import Apps
from platform_under_test.program import REPOSITORY

from .hub import Hub

PASSWORD = "a-long-password"


@pytest.fixture(scope="module")
async def greet(apps: Apps, rekuest: Any) -> Any:
    """The action `Greet` of examples/provider.py, once it can be called."""
    apps.start(REPOSITORY / "examples" / "provider.py", "provider")
    here = ActionFilter(assignable=True, appIdentifier="example-provider")
    async with asyncio.timeout(30):
        while not (listed := await rekuest.alist_actions(filters=here)):
            await asyncio.sleep(0.1)
    return await rekuest.afind(id=next(row.id for row in listed if row.name == "Greet"))


def test_every_endpoint_gets_ready(platform: Hub) -> None:
    answers = json.loads(platform.say("wait", str(platform.folder), "--timeout", "60", "--json"))
    assert {answer["name"] for answer in answers} == {"fakts", "lok", "rekuest", "s3"}
    assert all(answer["ready"] for answer in answers), answers


def test_konstruktor_understands_what_the_images_say(platform: Hub) -> None:
    image = dict(entry.split("=") for entry in platform.images.split(","))["rekuest"]
    said = json.loads(platform.say("inspect", "--image", image, "--json"))
    assert "arkitektd" in json.dumps(said)


async def test_an_app_calls_another_through_the_gateway(rekuest: Any, greet: Any) -> None:
    assert await rekuest.acall(greet, name="Ada", times=2) == "Hello Ada! Hello Ada!"


def test_agents_are_served_by_the_sidecar(platform: Hub, greet: Any) -> None:
    sockets = platform.engine.run("exec", "rekuest-takt", "cat", "/proc/net/tcp")
    assert re.search(rf":{8080:04X} \S+ 01 ", sockets), "no established connection to port 8080:\n" + sockets


def test_tasks_carry_tokens_of_the_key_the_hub_trusts(platform: Hub) -> None:
    trusted = platform.yaml("facts/rekuest.yaml")["instance"]["trust"]["jwks"]["keys"]
    published = wire.request(f"{platform.rekuest_url}/.well-known/jwks.json").json()["keys"]
    assert [(key["kid"], key["x"]) for key in published] == [(key["kid"], key["x"]) for key in trusted]


def test_the_instance_proves_itself_with_the_key_of_its_facts(platform: Hub) -> None:
    (key,) = platform.yaml("facts/rekuest.yaml")["instance"]["trust"]["jwks"]["keys"]
    answer = wire.request(f"{platform.rekuest_url}/ht?nonce=abc123").json()
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(base64.b64decode(answer["signature"], validate=True), b"fakts-challenge-v1:abc123")


def test_a_setting_is_kept_if_the_service_knows_it(platform: Hub) -> None:
    place = ("--in", str(platform.folder))
    platform.say("config", "set", "rekuest", "agents.grace_seconds", "7", *place)
    assert platform.yaml("overrides/rekuest.yaml") == {"agents": {"grace_seconds": 7}}
    refused = platform.konstruktor("config", "set", "rekuest", "agents.grace_second", "7", *place)
    assert refused.returncode != 0
    assert "did you mean 'grace_seconds'?" in refused.stderr + refused.stdout


def test_the_superuser_job_makes_one_and_makes_them_again(platform: Hub) -> None:
    arguments = ("--in", str(platform.folder), "--username", "root", "--password")
    platform.say("superuser", "lok", *arguments, PASSWORD)
    platform.say("superuser", "lok", *arguments, PASSWORD + "2", "--email", "root@lab.org")
    assert platform.konstruktor("superuser", "rekuest", *arguments, PASSWORD).returncode != 0
    found = platform.postgres.query(
        "select email, superuser from user_account where username = 'root'", database="lok_main"
    )
    assert found == "root@lab.org|1"


@pytest.mark.parametrize("service", ["rekuest-takt", "rekuest", "lok"])
def test_containers_stop_well_in_the_two_seconds_they_get(platform: Hub, service: str) -> None:
    platform.engine.run("stop", "--time", "2", service)
    state = platform.engine.inspect(service)["State"]
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False), platform.engine.run("logs", service)
