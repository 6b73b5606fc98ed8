"""In place of `docker compose`, which Debian 12 does not have: what Konstruktor asks of it.

The services of the platform run as the compose file says, on the real engine. PostgreSQL is the machine's;
the gateway is Debian's Caddy with Konstruktor's own Caddyfile; the object store only says that it is there;
Redis is nobody's need.
Variables: TESTS_NETWORK, TESTS_DATABASE (the address of `db`), TESTS_BASE (an image with a root file system),
TESTS_CADDY (the program).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ELSEWHERE = {"db", "redis", "rustfs_init"}


def docker(*arguments: str) -> int:
    return subprocess.run(["/usr/bin/docker", *arguments], check=False).returncode


def is_running(name: str) -> bool:
    asked = ["/usr/bin/docker", "inspect", "--format", "{{.State.Running}}", name]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == "true"


def mounts(service: dict[str, Any]) -> list[str]:
    """Those of files; the folder that takt shares is not needed."""
    options: list[str] = []
    for volume in service.get("volumes", []):
        source, _, target = volume.partition(":")
        if source.startswith("./"):
            options += ["--volume", f"{Path(source).resolve()}:{target}"]
    return options


def settings(service: dict[str, Any]) -> list[str]:
    options = ["--network", os.environ["TESTS_NETWORK"], "--add-host", f"db:{os.environ['TESTS_DATABASE']}"]
    for name, value in service.get("environment", {}).items():
        options += ["--env", f"{name}={value}"]
    for port in service.get("ports", []):
        options += ["--publish", port]
    return options + mounts(service)


def what_runs(name: str, service: dict[str, Any]) -> list[str]:
    """Options, image and command."""
    caddy = ["--volume", f"{os.environ['TESTS_CADDY']}:/usr/bin/caddy:ro", os.environ["TESTS_BASE"], "caddy"]
    if name == "gateway":
        return [*settings(service), *caddy, "run", "--config", "/etc/caddy/Caddyfile"]
    if name == "rustfs":
        network = ["--network", os.environ["TESTS_NETWORK"]]
        return [*network, *caddy, "respond", "--listen", ":9000", "--status", "200"]
    return [*settings(service), service["image"], *service.get("command", [])]


def up(services: dict[str, Any], names: list[str]) -> int:
    for name in names or services:
        if name in ELSEWHERE or is_running(name):
            continue
        docker("rm", "--force", name)
        options = ["--detach", "--name", name, "--network-alias", name]
        if failed := docker("run", *options, *what_runs(name, services[name])):
            return failed
    return 0


def stop(services: dict[str, Any], names: list[str]) -> int:
    running = [name for name in names or services if name not in ELSEWHERE and is_running(name)]
    return docker("stop", "--time", "2", *running) if running else 0


def flagless(words: list[str], with_value: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
    """The options before the first word that is none, and the words from there."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        index += 2 if words[index] in with_value else 1
    return words[:index], words[index:]


def main(arguments: list[str]) -> int:
    if arguments == ["docker-cli-plugin-metadata"]:
        print(json.dumps({"SchemaVersion": "0.1.0", "Vendor": "tests", "Version": "v2.20.0"}))
        return 0
    _, (command, *words) = flagless(arguments[1:], ("--ansi", "--progress"))
    if command == "version":
        print("2.20.0")
        return 0
    document = yaml.safe_load(Path("docker-compose.yaml").read_text())
    services = document["services"]
    match command:
        case "config":
            print(json.dumps(document))
            return 0
        case "ps":
            print("\n".join(name for name in services if is_running(name)))
            return 0
        case "up":
            return up(services, flagless(words)[1])
        case "stop" | "down":
            return stop(services, flagless(words)[1])
        case "run":
            name, *job = flagless(words)[1]
            return docker("run", "--rm", *settings(services[name]), services[name]["image"], *job)
        case "exec":
            options, (name, *job) = flagless(words, ("-e",))
            if name == "db":  # pg_isready, of a server that the tests have started
                return 0
            return docker("exec", *(option for option in options if option != "-T"), name, *job)
    print(f"the tests' compose does not know: {arguments}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
