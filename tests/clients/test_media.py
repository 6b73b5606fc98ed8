"""Pictures, media and assets: what the official clients upload, and what comes back by plain HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import obstore
import pytest
from arkitekt_spec.actions import AssetInput, AssetKind

from platform_under_test import wire
from platform_under_test.apps import Apps, client_environment
from platform_under_test.server import Server

APP = """
    from arkitekt import App, run

    app = App("test-assets", "1.0.0")
    app.register_asset("icon", "icon.png")
    app.register_asset("arm", "arm.glb")
    app.register_asset("fake", "fake.webp")

    @app.action
    def nothing() -> None:
        '''Returns nothing at all.'''

    if __name__ == "__main__":
        run(app)
"""


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def glb(document: dict[str, Any]) -> bytes:
    """A model of nothing but its JSON."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunk = struct.pack("<I", len(text)) + b"JSON" + text
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunk)) + chunk


def ref_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def post_form(url: str, fields: dict[str, str], file: bytes) -> wire.Answer:
    """A form as a browser sends it, the file last."""
    line = b"--a-line-between"
    parts = [
        line + f'\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        line
        + b'\r\nContent-Disposition: form-data; name="file"; filename="me.png"\r\n'
        + f"Content-Type: {fields['Content-Type']}\r\n\r\n".encode()
        + file
        + b"\r\n"
        + line
        + b"--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=a-line-between"}
    return wire.request(url, b"".join(parts), method="POST", headers=headers)


def form_of(grant: Any, content_type: str) -> dict[str, str]:
    """What the client's answer says, under the names that S3's forms have."""
    return {
        "key": grant.key,
        "Content-Type": content_type,
        "x-amz-algorithm": grant.x_amz_algorithm,
        "x-amz-credential": grant.x_amz_credential,
        "x-amz-date": grant.x_amz_date,
        "policy": grant.policy,
        "x-amz-signature": grant.x_amz_signature,
    }


@pytest.fixture(scope="module")
async def lok(platform: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """The official client of an administrator, connected as a user's script connects it."""
    from arkitekt import aeasy
    from unlok.arkitekt import unlok as unlok_service

    with pytest.MonkeyPatch.context() as environment:
        home = tmp_path_factory.mktemp("caller")
        for name, value in client_environment(platform, home, platform.take_key()).items():
            environment.setenv(name, value)
        async with aeasy("test-pictures", unlok_service) as client:
            yield client


async def test_a_picture_becomes_an_avatar(lok: Any, platform: Server) -> None:
    picture = png(40, 30)
    grant = await lok.arequest_media_upload(key="me.png", datalayer="s3")
    address = f"{platform.s3_url.rstrip('/')}/{grant.bucket}"
    answer = post_form(address, form_of(grant, "image/png"), picture)
    assert answer.status in (200, 201, 204), answer.body

    me = await lok.ame()
    profile = (await lok.adetail_user(id=me.id)).profile
    changed = await lok.aupdate_user_profile(id=profile.id, name="Ada", avatar=grant.store)
    shown = wire.request(changed.avatar.presigned_url)
    assert (shown.status, shown.body) == (200, picture)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    by_user = await lok.ame()
    assert wire.request(by_user.avatar).body == picture
    forged = changed.avatar.presigned_url.replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert wire.request(forged).status == 403

    # The form is still signed, but the picture is somebody's now.
    again = post_form(address, form_of(grant, "image/png"), png(1, 1))
    assert again.status == 403
    assert wire.request(by_user.avatar).body == picture
    assert (await lok.aupdate_user_profile(id=profile.id, name="Ada", avatar="")).avatar is None


async def test_a_form_puts_only_what_it_was_signed_for(lok: Any, platform: Server) -> None:
    grant = await lok.arequest_media_upload(key="me.png", datalayer="s3")
    address = f"{platform.s3_url.rstrip('/')}/{grant.bucket}"
    form = form_of(grant, "image/png")
    assert post_form(address, form | {"Content-Type": "text/html"}, b"<script>").status == 403
    assert post_form(address, form | {"key": "1/somewhere-else"}, b"data").status == 403
    profile = (await lok.adetail_user(id=(await lok.ame()).id)).profile
    with pytest.raises(Exception, match="Nothing was uploaded"):
        await lok.aupdate_user_profile(id=profile.id, name="Ada", avatar=grant.store)


async def test_a_picture_given_by_its_path_becomes_an_asset(rekuest: Any, tmp_path: Path) -> None:
    picture = png(64, 48)
    file = tmp_path / "icon.png"
    file.write_bytes(picture)
    ref = ref_of(picture)
    declared = AssetInput(name="icon", kind=AssetKind.IMAGE, ref=ref, size=len(picture))
    await rekuest.aimplement_agent(name="painter", implementations=[], assets=[declared])
    assert await rekuest.astored_asset(ref=ref) is None
    asset = await rekuest.acreate_asset(ref=ref, store=str(file))
    assert (asset.ref, asset.kind) == (ref, AssetKind.IMAGE)
    stored = await rekuest.astored_asset(ref=ref)
    assert stored and stored.id == asset.id
    other = tmp_path / "other.png"
    other.write_bytes(png(1, 1))
    changed = AssetInput(name="icon", kind=AssetKind.IMAGE, ref=ref_of(b"before"), size=200)
    await rekuest.aimplement_agent(name="painter", implementations=[], assets=[changed])
    with pytest.raises(Exception, match="has changed"):
        await rekuest.acreate_asset(ref=changed.ref, store=str(other))


async def test_media_is_put_and_read_with_the_keys_of_its_grants(rekuest: Any, platform: Server) -> None:
    from obstore.store import S3Store

    def store(grant: Any) -> Any:
        return S3Store(
            grant.bucket,
            endpoint=platform.s3_url.rstrip("/"),
            access_key_id=grant.access_key,
            secret_access_key=grant.secret_key,
            session_token=grant.session_token,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    upload = await rekuest.arequest_media_upload(original_file_name="notes.txt")
    await obstore.put_async(store(upload), upload.key, b"hello")
    finished = await rekuest.afinish_media_upload(store_id=upload.store, valid=True)
    assert (finished.path, finished.key) == (upload.path, upload.key)
    with pytest.raises(Exception, match="(?i)denied|403"):
        await obstore.put_async(store(upload), upload.key, b"changed")
    reading = await rekuest.arequest_media_access(store_id=upload.store)
    found = await obstore.get_async(store(reading), reading.key)
    assert bytes(await found.bytes_async()) == b"hello"
    with pytest.raises(Exception, match="(?i)denied|403"):
        await obstore.put_async(store(reading), reading.key + "/other", b"x")


STORED = """query ($icon: String!, $arm: String!, $fake: String!) {
  icon: asset(ref: $icon) { kind width height file { __typename ... on MediaStore { sizeBytes } } }
  arm: asset(ref: $arm) { kind nodes joints stats { nodes } file { __typename } }
  fake: asset(ref: $fake) { id }
  agents { app { identifier } assets { name asset { kind } } }
}"""


async def test_an_app_brings_its_files(apps: Apps, platform: Server, token: str) -> None:
    icon, arm = png(16, 9), glb({"asset": {"version": "2.0"}, "nodes": [{"name": "base"}]})
    # Enough of a WebP for the app to take it, but no picture.
    fake = b"RIFF\x0c\x00\x00\x00WEBPVP9 \x00\x00\x00\x00"
    apps.room.mkdir(parents=True, exist_ok=True)
    for name, data in {"icon.png": icon, "arm.glb": arm, "fake.webp": fake}.items():
        (apps.room / name).write_bytes(data)
    app = apps.start(APP, "assets")
    await asyncio.to_thread(app.wait_for, "refused the", 30)
    variables = {"icon": ref_of(icon), "arm": ref_of(arm), "fake": ref_of(fake)}
    async with asyncio.timeout(30):
        while True:
            told = wire.graphql(platform.rekuest_url, STORED, variables, token).json()
            if told["data"]["icon"] and told["data"]["arm"]:
                break
            assert app.process.poll() is None, app.output
            await asyncio.sleep(0.1)
    assert "bad_image" in app.output
    data = told["data"]
    assert data["icon"] == {
        "kind": "IMAGE",
        "width": 16,
        "height": 9,
        "file": {"__typename": "MediaStore", "sizeBytes": len(icon)},
    }
    assert data["arm"] == {
        "kind": "MODEL_3D",
        "nodes": ["base"],
        "joints": [],
        "stats": {"nodes": 1},
        "file": {"__typename": "KulisseStore"},
    }
    assert data["fake"] is None
    (agent,) = [agent for agent in data["agents"] if agent["app"]["identifier"] == "test-assets"]
    assert {asset["name"]: asset["asset"] and asset["asset"]["kind"] for asset in agent["assets"]} == {
        "icon": "IMAGE",
        "arm": "MODEL_3D",
        "fake": None,
    }
