"""No pixel is lost: the platform is killed while images are uploaded and finished, again and again.

KILLS says how often (10), SEED repeats a run's choices.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from platform_under_test import wire
from platform_under_test.server import Server, free_ports

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
STORES = """query { arrayDatasets(pagination: {limit: 100, offset: %d}) { id
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
    config = Config(
        s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=5, read_timeout=20
    )
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=grant["accessKey"],
        aws_secret_access_key=grant["secretKey"],
        aws_session_token=grant["sessionToken"],
        config=config,
    )


def ask(server: Server, token: str, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = wire.graphql(f"{server.url}/mikro", query, variables, token=token).json()
    if "errors" in answer:
        raise OSError(answer["errors"][0]["message"])
    return answer["data"]


def upload_one(server: Server, token: str, dice: random.Random, said: Said) -> None:
    """One image as a client keeps it; now and then a large one, in parts."""
    grant = ask(server, token, UPLOAD)["grant"]
    s3 = client(server.s3_url.rstrip("/"), grant)
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
        ask(server, token, FINISH, {"id": grant["store"]})
        with said.lock:
            said.finished.add(grant["store"])
    made = ask(server, token, CREATE, {"id": grant["store"]})["made"]["id"]
    with said.lock:
        said.created[made] = grant["store"]


def keep_uploading(server: Server, token: str, seed: int, said: Said, stop: threading.Event) -> Counter[str]:
    dice = random.Random(seed)
    seen: Counter[str] = Counter()
    while not stop.is_set():
        try:
            upload_one(server, token, dice, said)
            seen["uploaded"] += 1
        except (OSError, BotoCoreError, ClientError, AssertionError):
            seen["interrupted"] += 1
            time.sleep(0.05)
    return seen


def everything(server: Server, token: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while page := ask(server, token, STORES % len(rows))["arrayDatasets"]:
        rows += page
    return rows


@pytest.mark.timeout(120 + 20 * KILLS)
def test_no_pixel_is_lost(tmp_path: Path) -> None:
    print(f"SEED={SEED}")
    dice = random.Random(SEED)
    server = Server(tmp_path / "data", free_ports()).start()
    needs = [{"key": key, "service": f"live.arkitekt.{key}", "optional": False} for key in ("mikro", "s3")]
    token = wire.log_in(server.url, server.take_key(), "writer", requirements=needs)["access_token"]
    said, stop = Said(), threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(keep_uploading, server, token, SEED + n, said, stop) for n in range(WRITERS)]
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.5))
            server.kill()
            server.start()
        time.sleep(1)
        stop.set()
        seen = sum((writer.result() for writer in writers), Counter())
    print(f"{KILLS} kills, {dict(seen)}, {len(said.created)} images")
    assert seen["uploaded"] > KILLS, "nothing got through between the kills"

    rows = everything(server, token)
    stores = {row["id"]: row["dataArrays"][0]["store"] for row in rows}
    assert {made: stores.get(made, {}).get("id") for made in said.created} == said.created
    whole = 0
    for store in stores.values():
        s3 = client(server.s3_url.rstrip("/"), store["accessGrant"])
        listed = s3.list_objects_v2(Bucket=store["bucket"], Prefix=store["key"] + "/")["Contents"]
        assert sum(each["Size"] for each in listed) == store["sizeBytes"]
        body = s3.get_object(Bucket=store["bucket"], Key=store["key"] + "/c/0")["Body"].read()
        kept = said.written.get((store["bucket"], store["key"] + "/c/0"))
        assert kept is None or body == kept
        whole += kept is not None
        # What is finished stays as it is; what is not may be repaired.
        with pytest.raises(OSError, match="finished"):
            ask(server, token, REFRESH, {"id": store["id"]})
    assert whole >= len(said.created)

    unfinished = 0
    for store in range(1, max(int(each["id"]) for each in stores.values())):
        if str(store) in said.finished or str(store) in {each["id"] for each in stores.values()}:
            continue
        try:
            grant = ask(server, token, REFRESH, {"id": str(store)})["grant"]
        except OSError:
            continue  # finished, and the kill took the answer
        s3 = client(server.s3_url.rstrip("/"), grant)
        s3.put_object(Bucket=grant["bucket"], Key=grant["key"] + "/c/0", Body=b"again")
        unfinished += 1
    print(f"{len(stores)} images whole, {unfinished} interrupted uploads open")
    server.end_well()
