"""nginx in front of several processes: one address for all of them, as a gateway gives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import wire

CONFIGURATION = """
daemon off;
{user}
worker_processes 1;
pid {room}/nginx.pid;
error_log {room}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {room}/body; proxy_temp_path {room}/proxy; fastcgi_temp_path {room}/fastcgi;
  uwsgi_temp_path {room}/uwsgi; scgi_temp_path {room}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
{upstreams}
  server {{
    listen 127.0.0.1:{port};
    listen [::1]:{port};
    client_max_body_size 64m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_read_timeout 1h;
    location /.well-known/ {{ rewrite ^ /lok$uri break; proxy_pass http://lok; }}
    location /lok {{ proxy_pass http://lok; }}
    location /rekuest {{ proxy_pass http://rekuest; }}
    location = /rekuest/agi {{ proxy_pass http://{agents}; }}
{locations}
    location = /rustfs/health {{ return 200; }}  # the S3 store, which no test here uses
  }}
}}
"""


class Origin:
    """Spreads connections over the replicas of each service in turn."""

    def __init__(self, room: Path, port: int, ports: Mapping[str, Sequence[int]]) -> None:
        """`ports` are those of the replicas by service: `lok`, `rekuest`, perhaps others."""
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        if program is None:
            raise RuntimeError("nginx is not there: apt-get install nginx-light.")
        room.mkdir(parents=True, exist_ok=True)
        configuration = room / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                room=room,
                port=port,
                user="user root;" if os.getuid() == 0 else "",
                upstreams="\n".join(_upstream(name, list(replicas)) for name, replicas in ports.items()),
                locations="\n".join(
                    f"    location /{name} {{ proxy_pass http://{name}; }}"
                    for name in ports
                    if name not in ("lok", "rekuest", "rekuest-takt")
                ),
                agents="rekuest-takt" if "rekuest-takt" in ports else "rekuest",
            )
        )
        self.process = subprocess.Popen([program, "-p", str(room), "-c", str(configuration)])
        deadline = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                if wire.request(f"http://127.0.0.1:{port}/rustfs/health").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError("nginx does not answer:\n" + (room / "error.log").read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _upstream(name: str, ports: list[int]) -> str:
    servers = " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=1s;" for port in ports)
    return f"  upstream {name} {{ {servers} }}"
