"""Images that are uploaded while a platform is killed, and what must be true of them ever after."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from platform_under_test import wire
from platform_under_test.access import Access

KILLS = int(os.environ.get("KILLS", "10"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
WRITERS = 6
CHUNK = 300_000
PART = 5 << 20

UPLOAD = """mutation { grant: requestZarrUpload(input: {}) {
  store bucket key accessKey secretKey sessionToken } }"""
FINISH = "mutation ($id: String!) { finishZarrUpload(input: {storeId: $id}) { id sizeBytes } }"
CREATE = """mutation ($id: ArrayLike!) { made: createArrayDataset(
  input: {data: $id, scales: [], name: "image", axes: [{name: "x", type: SPACE}]}) { id } }"""
REFRESH = """mutation ($id: String!) { grant: refreshZarrUpload(input: {storeId: $id}) {
  store bucket key accessKey secretKey sessionToken } }"""
STORES = """query { arrayDatasets(pagination: {limit: 100, offset: %d}) {
  id fullLens { id } intrinsicSystem { id }
  dataArrays { store { id bucket key sizeBytes accessGrant { accessKey secretKey sessionToken } } } } }"""

METADATA = {
    "shape": [CHUNK],
    "data_type": "uint8",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [CHUNK]}},
    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    "fill_value": 0,
    "codecs": [{"name": "bytes"}],
    "attributes": {},
    "zarr_format": 3,
    "node_type": "array",
    "storage_transformers": [],
}


@dataclass
class Said:
    """What the platform answered before it was killed: it has to be true ever after."""

    written: dict[tuple[str, str], bytes] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    created: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def client(endpoint: str, grant: dict[str, Any]) -> Any:
    """Of a grant; a store that knows no tokens gives none."""
    config = Config(
        s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=grant["accessKey"],
        aws_secret_access_key=grant["secretKey"],
        aws_session_token=grant["sessionToken"] or None,
        config=config,
    )


def ask(place: Access, token: str, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    said = wire.graphql(f"{place.url}/mikro", query, variables, token=token)
    if said.status in (502, 503, 504):
        raise OSError("nobody answers behind the origin")
    answer = said.json()
    if "errors" in answer:
        raise OSError(answer["errors"][0]["message"])
    return answer["data"]


def upload_one(place: Access, token: str, dice: random.Random, said: Said) -> None:
    """One image as a client keeps it; now and then a large one, in parts."""
    grant = ask(place, token, UPLOAD)["grant"]
    s3 = client(place.s3_url.rstrip("/"), grant)
    chunk = dice.randbytes(2 * PART if dice.random() < 0.2 else CHUNK)
    where = {"Bucket": grant["bucket"], "Key": grant["key"] + "/c/0"}
    if len(chunk) > CHUNK:
        upload = s3.create_multipart_upload(**where)["UploadId"]
        parts = []
        for number, begin in ((2, PART), (1, 0)):
            part = s3.upload_part(
                **where, UploadId=upload, PartNumber=number, Body=chunk[begin : begin + PART]
            )
            parts.insert(0, {"PartNumber": number, "ETag": part["ETag"]})
        s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    else:
        s3.put_object(**where, Body=chunk)
    with said.lock:
        said.written[(where["Bucket"], where["Key"])] = chunk
    s3.put_object(Bucket=grant["bucket"], Key=grant["key"] + "/zarr.json", Body=json.dumps(METADATA).encode())
    if dice.random() < 0.5:
        ask(place, token, FINISH, {"id": grant["store"]})
        with said.lock:
            said.finished.add(grant["store"])
        if dice.random() < 0.2:
            return  # of what is finished an image may never come
    made = ask(place, token, CREATE, {"id": grant["store"]})["made"]["id"]
    with said.lock:
        said.created[made] = grant["store"]


def keep_uploading(place: Access, token: str, seed: int, said: Said, stop: threading.Event) -> Counter[str]:
    dice = random.Random(seed)
    seen: Counter[str] = Counter()
    while not stop.is_set():
        try:
            upload_one(place, token, dice, said)
            seen["uploaded"] += 1
        except (OSError, BotoCoreError, ClientError, AssertionError):
            seen["interrupted"] += 1
            time.sleep(0.05)
    return seen


def everything(place: Access, token: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while page := ask(place, token, STORES % len(rows))["arrayDatasets"]:
        rows += page
    return rows


def log_in(place: Access) -> str:
    """The token of who uploads."""
    needs = [{"key": key, "service": f"live.arkitekt.{key}", "optional": False} for key in ("mikro", "s3")]
    token: str = wire.log_in(place.url, place.take_key(), "writer", requirements=needs)["access_token"]
    return token


def upload_through_kills(place: Access, token: str, kill: Callable[[], None]) -> Said:
    """Uploads with many writers while `kill` ends and restarts what is on trial, KILLS times."""
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    said, stop = Said(), threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(keep_uploading, place, token, SEED + n, said, stop) for n in range(WRITERS)]
        try:
            for _ in range(KILLS):
                time.sleep(dice.uniform(0.1, 1.5))
                kill()
            time.sleep(1)
        finally:
            stop.set()
        seen = sum((writer.result() for writer in writers), Counter())
    print(f"{KILLS} kills, {dict(seen)}, {len(said.created)} images")
    assert seen["uploaded"] > KILLS, "nothing got through between the kills"
    assert seen["interrupted"] > 0, "no kill met anybody"
    return said


def bytes_below(place: Access, store: dict[str, Any]) -> int:
    """How many there are, counted by the store itself."""
    s3 = client(place.s3_url.rstrip("/"), store["accessGrant"])
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=store["bucket"], Prefix=store["key"] + "/")
    return sum(each["Size"] for page in pages for each in page.get("Contents", []))


def check_images(place: Access, token: str, said: Said) -> dict[str, dict[str, Any]]:
    """Every image is whole, and those that were said to be made are there. Their stores by image."""
    rows = everything(place, token)
    assert all(row["fullLens"] and row["intrinsicSystem"] for row in rows), "an image is half made"
    stores = {row["id"]: row["dataArrays"][0]["store"] for row in rows}
    kept_of = {made: stores.get(made, {}).get("id") for made in said.created}
    assert kept_of == said.created, f"images are gone: {said.created.items() - kept_of.items()}"
    whole = 0
    for store in stores.values():
        there = bytes_below(place, store)
        assert there == store["sizeBytes"], f"{there} of {store['sizeBytes']} bytes in {store['key']}"
        s3 = client(place.s3_url.rstrip("/"), store["accessGrant"])
        body = s3.get_object(Bucket=store["bucket"], Key=store["key"] + "/c/0")["Body"].read()
        kept = said.written.get((store["bucket"], store["key"] + "/c/0"))
        assert kept is None or body == kept, f"other bytes in {store['key']}"
        whole += kept is not None
        # What is finished stays as it is; what is not may be repaired.
        with pytest.raises(OSError, match="finished"):
            ask(place, token, REFRESH, {"id": store["id"]})
    assert whole >= len(said.created)
    return stores


def check_written(place: Access, said: Said, keys_of: Callable[[str], dict[str, Any]]) -> None:
    """Every chunk that was acknowledged is there, whatever became of its store. `keys_of` opens a bucket."""
    buckets = {bucket for bucket, _ in said.written}
    clients = {bucket: client(place.s3_url.rstrip("/"), keys_of(bucket)) for bucket in buckets}
    for (bucket, key), chunk in said.written.items():
        body = clients[bucket].get_object(Bucket=bucket, Key=key)["Body"].read()
        assert body == chunk, f"other bytes in {key}"


def check_uploads(place: Access, token: str, said: Said, stores: dict[str, dict[str, Any]]) -> None:
    """What was interrupted goes on; what was finished does not, even where no image came of it."""
    of_images = {each["id"] for each in stores.values()}
    for store in (imageless := said.finished - of_images):
        with pytest.raises(OSError, match="finished"):
            ask(place, token, REFRESH, {"id": store})
    unfinished = 0
    for store in range(1, max(map(int, of_images))):
        if str(store) in said.finished | of_images:
            continue
        try:
            grant = ask(place, token, REFRESH, {"id": str(store)})["grant"]
        except OSError:
            continue  # finished, and the kill took the answer
        s3 = client(place.s3_url.rstrip("/"), grant)
        s3.put_object(Bucket=grant["bucket"], Key=grant["key"] + "/c/0", Body=b"again")
        unfinished += 1
    print(f"{len(stores)} images whole, {len(imageless)} finished without, {unfinished} uploads open")
