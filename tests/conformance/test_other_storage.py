"""A laboratory that has an S3 already: services on PostgreSQL, each on its own, keep their bytes in it.

One such store issues keys for a while, by AssumeRole. The other does not, so clients get those of the
deployment, as its configuration says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from arkitekt import easy
from botocore.config import Config
from mikro import axes_for
from mikro.arkitekt.service import mikro as mikro_service

from clients.mikro.pictures import picture, same_bits
from platform_under_test.apps import client_environment
from platform_under_test.replicas import Replicas
from platform_under_test.server import free_ports

from .s3.stores import REGION, Keys, Versitygw, gateway_program
from .s3.token_service import TokenService

BUCKETS = ["media", "bigfile", "zarr", "parquet", "fabriks", "konnektion", "kulisse"]
BUCKETS += ["lok-media", "rekuest-media", "rekuest-kulisse"]


@dataclass
class OtherStore:
    """Somebody else's S3, and what `arkitektd init` is told of it."""

    endpoint: str
    root: Keys
    init: list[str]
    is_shared: bool
    """Clients get the keys of the deployment."""

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.root.access_key,
            aws_secret_access_key=self.root.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="module", params=["permanent keys", "keys for a while"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherStore]:
    room, port = tmp_path_factory.mktemp("store"), free_ports(1)
    with ExitStack() as stack:
        if request.param == "permanent keys":
            program = gateway_program()
            if program is None:
                pytest.skip("versitygw is not there")
            gateway = Versitygw(program, room, port).start()
            stack.callback(gateway.end_well)
            init = ["--s3-permanent-keys", "--object-store", f"{gateway.endpoint}/health"]
            found = OtherStore(gateway.endpoint, gateway.root, init, is_shared=True)
        else:
            service = TokenService(room, port).start()
            stack.callback(service.stop)
            assert service.root is not None
            init = ["--s3-role", service.role, "--object-store", f"{service.endpoint}/moto-api/"]
            found = OtherStore(service.endpoint, service.root, init, is_shared=False)
        for bucket in BUCKETS:
            found.client().create_bucket(Bucket=bucket)
        yield found


@pytest.fixture(scope="module")
def laboratory(store: OtherStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    init = ["--s3", store.endpoint, *store.init]
    running = Replicas(tmp_path_factory.mktemp("laboratory"), {"lok": 1, "rekuest": 1, "mikro": 1}, init=init)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", store.root.access_key)
        environment.setenv("AWS_SECRET_ACCESS_KEY", store.root.secret_key)
        try:
            running.start()
        except BaseException:
            running.stop()
            raise
    yield running
    running.stop()


@pytest.fixture(scope="module")
def analyst(laboratory: Replicas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        home = tmp_path_factory.mktemp("home")
        for name, value in client_environment(laboratory, home, laboratory.take_key()).items():
            environment.setenv(name, value)
        yield stack.enter_context(easy("analysis", mikro_service))


def test_images_are_kept_in_it(analyst: Any, store: OtherStore) -> None:
    array = picture((2, 3, 64, 64), "czyx")
    made = analyst.create_array_dataset(data=array, scales=[], name="small", axes=axes_for(array))
    assert same_bits(analyst.get_array_dataset(made.id).data, array)
    keys = [each["Key"] for each in store.client().list_objects_v2(Bucket="zarr")["Contents"]]
    assert any(key.endswith("zarr.json") for key in keys)


def test_keys_are_those_of_the_deployment_only_where_it_says_so(analyst: Any, store: OtherStore) -> None:
    grant = analyst.request_parquet_upload()
    assert (grant.access_key == store.root.access_key) == store.is_shared
    assert bool(grant.session_token) != store.is_shared


def test_files_are_kept_in_it(analyst: Any, tmp_path: Path, store: OtherStore) -> None:
    original = tmp_path / "notes.bin"
    original.write_bytes(np.random.default_rng(7).bytes(9_000_000))
    made = analyst.from_file_like(file=original, file_name="notes.bin")
    with analyst.get_file(made.id).open() as handle:
        assert handle.read() == original.read_bytes()
    found = store.client().list_objects_v2(Bucket="bigfile")["Contents"]
    assert [each["Size"] for each in found] == [9_000_000]
