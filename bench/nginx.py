"""nginx with a tiny constant answer: what receiving and answering a request costs at least."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {room}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 10000000;
  client_body_temp_path {room}/body; proxy_temp_path {room}/proxy; fastcgi_temp_path {room}/fastcgi;
  uwsgi_temp_path {room}/uwsgi; scgi_temp_path {room}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{{"data":{{"__typename":"Query"}}}}'; }}
  }}
}}
"""


class Nginx:
    """Runs until `stop`; `pids` are the processes whose time counts."""

    def __init__(self, room: Path, port: int) -> None:
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        if program is None:
            raise RuntimeError("nginx is not there: run this through ./dev bench.")
        configuration = room / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(room=room, port=port))
        self.port = port
        self.process = subprocess.Popen([program, "-p", str(room), "-c", str(configuration)])
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/").read()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise RuntimeError("nginx does not answer.")

    @property
    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
