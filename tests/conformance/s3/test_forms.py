"""Uploads by a browser's form, with a policy that was signed for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest

from platform_under_test.wire import Answer

from .errors import content, is_missing
from .signing import Sender, error_code, exchange


def is_refused(answer: Answer, *codes: str) -> bool:
    assert answer.status in (400, 403), (answer.status, answer.body)
    found = error_code(answer)
    assert not codes or found in codes, answer.body
    return True


def test_a_form_puts_an_object(send: Sender, s3: Any, bucket: str) -> None:
    fields = send.form("forms/a", [{"key": "forms/a"}])
    answer = send.post_form(fields, b"from a form")
    assert (answer.status, answer.body) == (204, b"")
    assert content(s3, bucket, "forms/a") == b"from a form"


def test_as_boto3_signs_it(send: Sender, s3: Any, bucket: str) -> None:
    made = s3.generate_presigned_post(
        bucket, "forms/boto", Fields={"Content-Type": "image/png"}, Conditions=[{"Content-Type": "image/png"}]
    )
    assert send.post_form(made["fields"], b"x").status == 204
    assert s3.head_object(Bucket=bucket, Key="forms/boto")["ContentType"] == "image/png"


@pytest.mark.peer_differs("versitygw takes ${filename} as it is written")
def test_the_name_of_the_file_completes_the_key(send: Sender, s3: Any, bucket: str) -> None:
    fields = send.form("forms/${filename}", [["starts-with", "$key", "forms/"]])
    assert send.post_form(fields, b"x", name="plate 7.tif").status == 204
    assert content(s3, bucket, "forms/plate 7.tif") == b"x"


@pytest.mark.parametrize(("wish", "status"), [("200", 200), ("201", 201), ("204", 204), ("302", 204)])
def test_a_form_chooses_its_answer(send: Sender, wish: str, status: int) -> None:
    conditions = [{"key": "forms/status"}, {"success_action_status": wish}]
    answer = send.post_form(send.form("forms/status", conditions, success_action_status=wish), b"x")
    assert answer.status == status
    if status == 201:
        told = ElementTree.fromstring(answer.body)
        assert told.tag.endswith("PostResponse")
        found = [told.findtext(f"{{*}}{name}") for name in ("Bucket", "Key")]
        assert found == [send.bucket, "forms/status"] and told.findtext("{*}ETag")


def test_a_form_leads_to_another_page(send: Sender, s3: Any, bucket: str) -> None:
    page = "https://lab.org/done?plate=7"
    conditions = [{"key": "forms/led on"}, {"success_action_redirect": page}]
    fields = send.form("forms/led on", conditions, success_action_redirect=page)
    answer = send.post_form(fields, b"x")
    assert answer.status == 303
    address, _, query = answer.headers["location"].partition("?")
    etag = s3.head_object(Bucket=bucket, Key="forms/led on")["ETag"]
    assert address == "https://lab.org/done"
    told = {"plate": "7", "bucket": bucket, "key": "forms/led on", "etag": etag}
    assert dict(parse_qsl(query)) == told


def test_only_the_policy_says_which_page(send: Sender, s3: Any, bucket: str) -> None:
    conditions = [{"key": "forms/astray"}, {"success_action_redirect": "https://lab.org/"}]
    for allowed in (conditions, conditions[:1]):
        fields = send.form("forms/astray", allowed, success_action_redirect="https://elsewhere.org/")
        assert is_refused(send.post_form(fields, b"x"), "AccessDenied")
    assert is_missing(s3, bucket, "forms/astray")


def test_metadata_by_form(send: Sender, s3: Any, bucket: str) -> None:
    conditions = [{"key": "forms/meta"}, ["starts-with", "$x-amz-meta-plate", ""]]
    fields = send.form("forms/meta", conditions)
    assert send.post_form({**fields, "x-amz-meta-plate": "7"}, b"x").status == 204
    assert s3.head_object(Bucket=bucket, Key="forms/meta")["Metadata"] == {"plate": "7"}


@pytest.mark.parametrize(
    ("size", "code"),
    [(4, "EntityTooSmall"), (5, ""), (10, ""), (11, "EntityTooLarge"), (300_000, "EntityTooLarge")],
)
def test_a_policy_limits_the_size(send: Sender, s3: Any, bucket: str, size: int, code: str) -> None:
    key = f"forms/size/{size}"
    fields = send.form(key, [{"key": key}, ["content-length-range", 5, 10]])
    answer = send.post_form(fields, b"x" * size)
    if code:
        assert is_refused(answer, code) and is_missing(s3, bucket, key)
    else:
        assert answer.status == 204 and content(s3, bucket, key) == b"x" * size


@pytest.mark.parametrize(
    "conditions",
    [
        pytest.param([{"key": "forms/other"}], id="equal"),
        pytest.param([["eq", "$key", "forms/other"]], id="eq"),
        pytest.param([["starts-with", "$key", "elsewhere/"]], id="starts-with"),
        pytest.param([], id="unsaid"),
        pytest.param([{"key": "forms/refused"}, {"acl": "public-read"}], id="missing"),
    ],
)
def test_what_the_policy_does_not_allow(send: Sender, s3: Any, bucket: str, conditions: list[Any]) -> None:
    answer = send.post_form(send.form("forms/refused", conditions), b"x")
    assert is_refused(answer, "AccessDenied")
    assert is_missing(s3, bucket, "forms/refused")


def test_fields_that_the_policy_does_not_name(send: Sender, s3: Any, bucket: str) -> None:
    fields = send.form("forms/extra", [{"key": "forms/extra"}])
    answer = send.post_form({**fields, "Content-Type": "text/html"}, b"x")
    assert is_refused(answer, "AccessDenied")
    assert is_missing(s3, bucket, "forms/extra")


def test_fields_that_are_to_be_ignored(send: Sender, s3: Any, bucket: str) -> None:
    fields = send.form("forms/ignored", [{"key": "forms/ignored"}])
    assert send.post_form({**fields, "x-ignore-button": "Upload"}, b"x").status == 204


def test_a_policy_ends(send: Sender, s3: Any, bucket: str) -> None:
    fields = send.form("forms/late", [{"key": "forms/late"}], seconds=-10)
    assert is_refused(send.post_form(fields, b"x"), "AccessDenied")
    assert is_missing(s3, bucket, "forms/late")


@pytest.mark.parametrize("name", ["policy", "x-amz-signature", "x-amz-credential", "x-amz-date"])
def test_a_form_that_was_changed(send: Sender, s3: Any, bucket: str, name: str) -> None:
    fields = send.form("forms/changed", [{"key": "forms/changed"}])
    value = fields[name]
    middle = len(value) // 2
    letter = "1" if value[middle] != "1" else "2"
    answer = send.post_form({**fields, name: value[:middle] + letter + value[middle + 1 :]}, b"x")
    assert is_refused(answer)
    assert is_missing(s3, bucket, "forms/changed")


@pytest.mark.parametrize("name", ["policy", "x-amz-signature", "x-amz-credential", "x-amz-algorithm", "key"])
def test_a_form_without_a_field_it_needs(send: Sender, s3: Any, bucket: str, name: str) -> None:
    fields = send.form("forms/lacking", [{"key": "forms/lacking"}])
    del fields[name]
    assert is_refused(send.post_form(fields, b"x"))
    assert is_missing(s3, bucket, "forms/lacking")


@pytest.mark.parametrize("policy", ["", "bm90IGpzb24=", "***", "e30=", "W10="])
def test_a_policy_that_is_none(send: Sender, policy: str) -> None:
    fields = send.form("forms/policy", [{"key": "forms/policy"}])
    fields["policy"] = policy
    assert is_refused(send.post_form(fields, b"x"))


FAILS_ITSELF = pytest.mark.peer_differs("versitygw calls it an error of its own")
BROKEN = [
    b"",
    b"--b\r\n",
    b"--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nforms/x\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + b"x" * 100_000 + b"\r\n--b--\r\n",
    pytest.param(b'--b\r\nContent-Disposition: form-data; name="key\r\n\r\nforms/x', marks=FAILS_ITSELF),
    pytest.param(b"no form at all", marks=FAILS_ITSELF),
]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: ascii(body)[2:20] or "empty")
def test_what_is_no_form(send: Sender, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = exchange("POST", f"{send.endpoint}/{send.bucket}", headers, body)
    assert 400 <= answer.status < 500, answer.body
    error_code(answer)


@FAILS_ITSELF
def test_a_form_that_breaks_off(send: Sender, s3: Any, bucket: str) -> None:
    """The file's end is missing: nothing may stay of it."""
    fields = send.form("forms/broken", [{"key": "forms/broken"}])
    line = "b"
    head = "".join(
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head += f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary={line}"}
    answer = exchange("POST", f"{send.endpoint}/{send.bucket}", headers, head.encode() + b"half of it")
    assert answer.status == 400, answer.body
    assert is_missing(s3, bucket, "forms/broken")
