"""A laboratory that has an S3 already: services on PostgreSQL, each on its own, keep their bytes in it.

The store issues no keys for a while, so clients get those of the deployment, as its configuration says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
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

from .s3.stores import REGION, Versitygw, gateway_program

BUCKETS = ["media", "bigfile", "zarr", "parquet", "fabriks", "konnektion", "kulisse"]
BUCKETS += ["lok-media", "rekuest-media", "rekuest-kulisse"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versitygw]:
    program = gateway_program()
    if program is None:
        pytest.skip("versitygw is not there")
    running = Versitygw(program, tmp_path_factory.mktemp("gateway"), free_ports(1)).start()
    for bucket in BUCKETS:
        client_of(running).create_bucket(Bucket=bucket)
    yield running
    running.end_well()


def client_of(store: Versitygw) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name=REGION,
        aws_access_key_id=store.root.access_key,
        aws_secret_access_key=store.root.secret_key,
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="module")
def laboratory(store: Versitygw, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    init = ["--s3", store.endpoint, "--s3-permanent-keys", "--object-store", f"{store.endpoint}/health"]
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


def test_images_are_kept_in_it(analyst: Any, store: Versitygw) -> None:
    array = picture((2, 3, 64, 64), "czyx")
    made = analyst.create_array_dataset(data=array, scales=[], name="small", axes=axes_for(array))
    assert same_bits(analyst.get_array_dataset(made.id).data, array)
    keys = [each["Key"] for each in client_of(store).list_objects_v2(Bucket="zarr")["Contents"]]
    assert any(key.endswith("zarr.json") for key in keys)


def test_files_are_kept_in_it(analyst: Any, tmp_path: Path, store: Versitygw) -> None:
    original = tmp_path / "notes.bin"
    original.write_bytes(np.random.default_rng(7).bytes(9_000_000))
    made = analyst.from_file_like(file=original, file_name="notes.bin")
    with analyst.get_file(made.id).open() as handle:
        assert handle.read() == original.read_bytes()
    found = client_of(store).list_objects_v2(Bucket="bigfile")["Contents"]
    assert [each["Size"] for each in found] == [9_000_000]
