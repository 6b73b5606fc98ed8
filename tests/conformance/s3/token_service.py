"""A store with a service that issues keys for a while: moto, which plays AWS and checks every signature.

It looks at what a role may do, not at the policy that a request narrows it by."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3

from platform_under_test import wire

from .stores import REGION, Keys

ROLE = "laboratory"
ALLOWED = {"Effect": "Allow", "Action": ["s3:*", "sts:AssumeRole"], "Resource": "*"}
TRUSTED = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class TokenService:
    """A user who may do everything and a role that it may assume; whoever else comes is refused."""

    room: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    root: Keys | None = None
    role: str = ""

    @property
    def endpoint(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        kept["INITIAL_NO_AUTH_ACTION_COUNT"] = "5"  # those of `make_user`
        command = [sys.executable, "-m", "moto.server", "--host", "localhost", "--port", str(self.port)]
        with (self.room / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command, env=kept, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                wire.request(f"{self.endpoint}/moto-api/")
                break
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError("moto did not get ready:\n" + (self.room / "log").read_text())
            time.sleep(0.05)
        self.make_user()
        return self

    def make_user(self) -> None:
        iam = self.client("iam", Keys("anybody", "anything"))
        iam.create_user(UserName="arkitektd")
        iam.put_user_policy(UserName="arkitektd", PolicyName="all", PolicyDocument=policy(ALLOWED))
        made = iam.create_access_key(UserName="arkitektd")["AccessKey"]
        self.root = Keys(made["AccessKeyId"], made["SecretAccessKey"])
        role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(TRUSTED))["Role"]
        self.role = role["Arn"]
        iam.put_role_policy(RoleName=ROLE, PolicyName="all", PolicyDocument=policy(ALLOWED))

    def client(self, service: str, keys: Keys | None = None) -> Any:
        used = keys or self.root
        assert used is not None
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=used.access_key,
            aws_secret_access_key=used.secret_key,
        )

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
