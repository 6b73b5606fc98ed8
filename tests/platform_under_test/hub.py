"""What a platform's hub says of its services, as `lok.yaml` has it."""

from __future__ import annotations

from typing import Any

import yaml

from .server import Server


def add_address(server: Server) -> None:
    """Gives Rekuest an address that does not follow the request, as Konstruktor gives all of them: with it
    there is a network it is reached through. Restarts the platform."""
    server.end_well()
    configuration = server.data / "lok.yaml"
    document: dict[str, Any] = yaml.safe_load(configuration.read_text())
    (partner,) = document["kommunity_partners"]
    (instance,) = [
        each for each in partner["preconfigured_hub"]["instances"] if each["identifier"] == "Rekuest"
    ]
    instance["aliases"].append(
        {
            "id": "named",
            "host": "localhost",
            "port": server.port,
            "path": "rekuest",
            "ssl": False,
            "challenge": "ht",
            "kind": "absolute",
            "reach": "loopback",
        }
    )
    configuration.write_text(yaml.safe_dump(document, sort_keys=False))
    server.start()
