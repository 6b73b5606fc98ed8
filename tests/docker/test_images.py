"""What an image says of itself, and what it does for a tool that deploys it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from platform_under_test.program import BINARY

from .engine import Engine

LABEL = "live.arkitekt.service"
FACTS = """
facts: 1
me: {name: rekuest, path: rekuest, debug: false, settings: {provenance_issuer: rekuest}}
hub: {auth: {audience: rekuest, hub: h, issuers: [{kind: jwks_uri, iss: lok, jwks_uri: 'http://lok/'}]}}
databases: {main: {host: db, port: 5432, name: rekuest_main, username: u, password: '#p: %'}}
instance:
  private_key: |
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
    -----END PRIVATE KEY-----
"""


def said(*arguments: str) -> str:
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("service", ["lok", "rekuest", "mikro"])
def test_the_label_is_what_the_program_says(engine: Engine, images: dict[str, str], service: str) -> None:
    labels = engine.inspect(images[service])["Config"]["Labels"]
    assert json.loads(labels[LABEL]) == json.loads(said("describe", service))
    assert labels["org.opencontainers.image.version"] == said("--version").strip()


def test_a_sidecar_describes_nothing(engine: Engine, images: dict[str, str]) -> None:
    assert LABEL not in engine.inspect(images["rekuest-takt"])["Config"]["Labels"]


def test_sizes(engine: Engine, images: dict[str, str]) -> None:
    for image in images.values():
        size = engine.inspect(image)["Size"] / 1e6
        print(f"{image}: {size:.0f} MB")
        assert size < 250, "what grew? Debian's minimum and our libraries are 133 MB"


def test_there_is_a_shell_and_no_more_rights_than_needed(engine: Engine, images: dict[str, str]) -> None:
    def user(service: str) -> str:
        shell = ("--network", "none", images[service], "sh", "-c", "whoami")
        return engine.run("run", "--rm", *shell).strip()

    assert {service: user(service) for service in images} == {
        "lok": "arkitekt",
        "rekuest": "root",
        "mikro": "root",
        "rekuest-takt": "arkitekt",
    }


def test_render_prints_the_configuration_without_network_or_database(
    engine: Engine, images: dict[str, str], tmp_path: Path
) -> None:
    facts = tmp_path / "rekuest.yaml"
    facts.write_text(FACTS)
    facts.chmod(0o600)
    command = json.loads(said("describe", "rekuest"))["render"]
    mount = ("--volume", f"{facts}:/hub/facts.yaml:ro")
    first = engine.run("run", "--rm", "--network", "none", *mount, images["rekuest"], *command)
    assert yaml.safe_load(first)["database"]["password"] == "#p: %"
    assert engine.run("run", "--rm", "--network", "none", *mount, images["rekuest"], *command) == first


def test_an_override_that_is_no_setting_is_refused_on_standard_error(
    engine: Engine, images: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "facts.yaml").write_text(FACTS)
    (tmp_path / "overrides.yaml").write_text("agents:\n  grace_second: 5\n")
    mount = ("--volume", f"{tmp_path}:/hub:ro")
    refused = engine.try_run("run", "--rm", *mount, images["rekuest"], "arkitektd", "render", "rekuest")
    assert refused.returncode == 3
    assert refused.stdout == ""
    assert "/hub/overrides.yaml:2: 'agents.grace_second' is not a setting" in refused.stderr
    assert "did you mean 'grace_seconds'?" in refused.stderr


def test_facts_that_are_missing_are_named(engine: Engine, images: dict[str, str]) -> None:
    refused = engine.try_run(
        "run", "--rm", "--network", "none", images["rekuest"], "arkitektd", "render", "rekuest"
    )
    assert refused.returncode == 3
    assert "/hub/facts.yaml" in refused.stderr
