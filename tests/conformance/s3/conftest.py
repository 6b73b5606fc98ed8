"""One server of each kind for the whole folder, one bucket for each module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import obstore.store
import pytest
from botocore.config import Config

from platform_under_test.server import free_ports

from .signing import Sender
from .stores import REGION, Arkitektd, Keys, Store, Versitygw, gateway_program, new_bucket_name

# Retries would hide what the server answered first. Addresses boto3 signs the old way unless told not to.
PLAIN = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    retries={"max_attempts": 1, "mode": "standard"},
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "peer_differs(reason): fails on versitygw, and must, or the mark has to go"
    )
    config.addinivalue_line("markers", "ours_only(reason): asks for what only arkitektd has")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        call = getattr(item, "callspec", None)
        if call is None or call.params.get("store") != "versitygw":
            continue
        if (mark := item.get_closest_marker("ours_only")) is not None:
            item.add_marker(pytest.mark.skip(reason=f"arkitektd only: {mark.args[0]}"))
        elif (mark := item.get_closest_marker("peer_differs")) is not None:
            item.add_marker(pytest.mark.xfail(reason=mark.args[0], strict=True))


@pytest.fixture(scope="session", params=["arkitektd", "versitygw"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A running S3 server."""
    room = tmp_path_factory.mktemp(request.param)
    running: Store
    if request.param == "arkitektd":
        running = Arkitektd.start(room / "data")
    else:
        program = gateway_program()
        if program is None:
            pytest.skip("versitygw is not here: ./dev test conformance says why it could not be built")
        running = Versitygw(program, room, free_ports(1)).start()
    yield running
    running.end_well()


def boto_client(store: Store, keys: Keys, **settings: Any) -> Any:
    """boto3 as one would configure it for an S3 of one's own; `settings` go to its Config."""
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        region_name=REGION,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
        config=PLAIN.merge(Config(**settings)),
    )


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_this_machine() -> Iterator[None]:
    """Clients read what the environment and the home say of AWS: nothing of it shall count here."""
    import os

    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        environment.setenv("AWS_CONFIG_FILE", "/dev/null")
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="module")
def bucket(store: Store) -> str:
    """A bucket of the module's own. Ours needs no making."""
    name = new_bucket_name()
    if isinstance(store, Versitygw):
        boto_client(store, store.root).create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def keys(store: Store, bucket: str) -> Keys:
    """May do everything in the module's bucket."""
    return store.keys(bucket)


@pytest.fixture(scope="module")
def s3(store: Store, keys: Keys) -> Any:
    """boto3's client."""
    return boto_client(store, keys)


@pytest.fixture(scope="module")
def s3_with(store: Store, keys: Keys) -> Callable[..., Any]:
    """boto3's client with other settings."""
    return lambda **settings: boto_client(store, keys, **settings)


@pytest.fixture(scope="module")
def send(store: Store, bucket: str, keys: Keys) -> Sender:
    """Requests that no client would send, signed by hand."""
    return Sender(store.endpoint, bucket, keys)


def obstore_client(store: Store, bucket: str, keys: Keys, prefix: str | None = None) -> obstore.store.S3Store:
    """obstore as the mikro client configures it: path style, no region, no retries here."""
    settings: dict[str, Any] = {} if keys.token is None else {"session_token": keys.token}
    return obstore.store.S3Store(
        bucket,
        prefix=prefix,
        endpoint=store.endpoint,
        access_key_id=keys.access_key,
        secret_access_key=keys.secret_key,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
        **settings,
    )


@pytest.fixture(scope="module")
def objects(store: Store, bucket: str, keys: Keys) -> obstore.store.S3Store:
    """obstore's client."""
    return obstore_client(store, bucket, keys)
