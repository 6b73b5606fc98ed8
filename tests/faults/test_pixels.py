"""No pixel is lost: whoever brokers images is killed while they are uploaded and finished, again and again.

KILLS says how often (10), SEED repeats a run's choices.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.s3.stores import Arkitektd, Keys, Versitygw, gateway_program
from platform_under_test.access import Access
from platform_under_test.replicas import Replicas
from platform_under_test.server import Server, free_ports

from . import pixels

BUCKETS = ["media", "bigfile", "zarr", "parquet", "fabriks", "konnektion", "kulisse"]
BUCKETS += ["lok-media", "rekuest-media", "rekuest-kulisse"]

# What a transaction that was cut off could have left.
HALF_MADE = """select (select count(*) from mikro.array_dataset d where not exists
    (select 1 from mikro.data_array a join mikro.zarr_store s on s.id = a.store_id
      where a.dataset_id = d.id and s.populated = 1 and s.orphaned_at is null)),
  (select count(*) from mikro.array_dataset d where not exists
    (select 1 from mikro.lens l where l.dataset_id = d.id and l.selection = '')),
  (select count(*) from mikro.coordinate_system c where not exists
    (select 1 from mikro.axis a where a.coordinate_system_id = c.id))"""
FINISHED = "select id, bucket, key, size_bytes from mikro.zarr_store where populated = 1 order by id"


def as_grant(keys: Keys) -> dict[str, Any]:
    return {"accessKey": keys.access_key, "secretKey": keys.secret_key, "sessionToken": keys.token}


def check_rows(
    place: Access,
    said: pixels.Said,
    stores: dict[str, dict[str, Any]],
    query: Callable[[str], list[list[str]]],
    keys_of: Callable[[str], dict[str, Any]],
) -> None:
    """What the database says of stores, asked itself, is what was said and what the store holds."""
    assert query(HALF_MADE) == [["0", "0", "0"]]
    finished = query(FINISHED)
    assert said.finished | {each["id"] for each in stores.values()} <= {row[0] for row in finished}
    keys = {bucket: keys_of(bucket) for bucket in {row[1] for row in finished}}
    for row, bucket, key, size in finished:
        store = {"bucket": bucket, "key": key, "accessGrant": keys[bucket]}
        assert pixels.bytes_below(place, store) == int(size), f"store {row} is finished and not whole"
    pixels.check_written(place, said, keys_of)


@pytest.mark.timeout(120 + 20 * pixels.KILLS)
def test_no_pixel_is_lost(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", free_ports()).start()

    def kill() -> None:
        server.kill()
        server.start()

    def query(sql: str) -> list[list[str]]:
        with sqlite3.connect(f"file:{server.data / 'mikro.sqlite'}?mode=ro", uri=True) as database:
            rows = database.execute(sql.replace("mikro.", "")).fetchall()
        return [[str(value) for value in row] for row in rows]

    def keys_of(bucket: str) -> dict[str, Any]:
        return as_grant(Arkitektd(server).keys(bucket))

    token = pixels.log_in(server)
    said = pixels.upload_through_kills(server, token, kill)
    stores = pixels.check_images(server, token, said)
    check_rows(server, said, stores, query, keys_of)
    pixels.check_uploads(server, token, said, stores)
    server.end_well()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Versitygw]:
    program = gateway_program()
    if program is None:
        pytest.skip("versitygw is not there")
    running = Versitygw(program, tmp_path / "gateway", free_ports(1)).start()
    s3 = pixels.client(running.endpoint, as_grant(running.root))
    for bucket in BUCKETS:
        s3.create_bucket(Bucket=bucket)
    yield running
    running.end_well()


@pytest.fixture
def laboratory(gateway: Versitygw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replicas]:
    # Also for whoever is started again.
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", gateway.root.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", gateway.root.secret_key)
    init = ["--s3", gateway.endpoint, "--s3-permanent-keys", "--object-store", f"{gateway.endpoint}/health"]
    running = Replicas(tmp_path / "laboratory", {"lok": 1, "rekuest": 1, "mikro": 1}, init=init)
    running.room.mkdir()
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.mark.timeout(180 + 20 * pixels.KILLS)
def test_no_pixel_is_lost_in_a_store_of_its_own(laboratory: Replicas, gateway: Versitygw) -> None:
    (mikro,) = laboratory.of("mikro")

    def kill() -> None:
        mikro.kill()
        mikro.start()

    token = pixels.log_in(laboratory)
    said = pixels.upload_through_kills(laboratory, token, kill)
    stores = pixels.check_images(laboratory, token, said)

    def query(sql: str) -> list[list[str]]:
        return [row.split("|") for row in laboratory.postgres.query(sql).splitlines()]

    check_rows(laboratory, said, stores, query, lambda bucket: as_grant(gateway.root))
    pixels.check_uploads(laboratory, token, said, stores)
