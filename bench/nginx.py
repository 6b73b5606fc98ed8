"""nginx as a limit: with a tiny constant answer, what receiving and answering a request costs at least; with
files, what moving their bytes does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

TINY = """default_type application/json; return 200 '{{"data":{{"__typename":"Query"}}}}';"""
FILES = """root {files}; log_not_found off;
      dav_methods PUT DELETE; create_full_put_path on; client_max_body_size 0;"""
CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {room}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 10000000;
  client_body_temp_path {room}/body; proxy_temp_path {room}/proxy; fastcgi_temp_path {room}/fastcgi;
  uwsgi_temp_path {room}/uwsgi; scgi_temp_path {room}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ {answer} }}
  }}
}}
"""


class Nginx:
    """Runs until `stop`; `pids` are the processes whose time counts."""

    def __init__(self, room: Path, port: int, files: Path | None = None) -> None:
        """With `files` it serves that folder and takes PUT into it."""
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        if program is None:
            raise RuntimeError("nginx is not there: run this through ./dev bench.")
        configuration = room / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""  # else its worker could not read what is ours
        answer = TINY.format() if files is None else FILES.format(files=files)
        configuration.write_text(CONFIGURATION.format(user=user, room=room, port=port, answer=answer))
        self.port = port
        self.process = subprocess.Popen([program, "-p", str(room), "-c", str(configuration)])
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("nginx does not answer.")

    @property
    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
