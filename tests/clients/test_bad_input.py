"""Bad input over the wire: a clear refusal, and a server that goes on."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from platform_under_test import wire
from platform_under_test.server import Server


@pytest.fixture(autouse=True)
def still_serving(platform: Server, token: str) -> Iterator[None]:
    """Whatever a test sent, the next honest request is answered."""
    yield
    assert platform.is_alive(), "\n".join(platform.log[-30:])
    answer = wire.graphql(platform.rekuest_url, "{ __typename }", token=token)
    assert answer.json() == {"data": {"__typename": "Query"}}


def status(got: bytes) -> int | None:
    line = got.split(b"\r\n", 1)[0].split(b" ")
    return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/") else None


def post(platform: Server, token: str, body: bytes, **headers: str) -> wire.Answer:
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", **headers}
    return wire.request(f"{platform.rekuest_url}/graphql", body, headers=sent)


def code_of(answer: wire.Answer) -> str | None:
    """The code of an answer that must be a GraphQL error without data."""
    assert answer.status == 200, answer.body
    assert answer.json()["data"] is None
    return answer.error_code()


# HTTP ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /ht HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n",
        b"POST /lok/graphql HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /lok/graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\n",
        b"POST /lok/graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /lok/graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /lok/graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET /ht HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    ],
)
def test_malformed_http_is_a_400_or_a_closed_socket(platform: Server, sent: bytes) -> None:
    got = wire.speak(platform.port, sent, timeout=5)
    assert status(got) in (None, 400, 501, 505), got


def test_a_tls_hello_on_a_plain_port_is_closed_at_once(platform: Server) -> None:
    hello = bytes.fromhex("16030100c8010000c40303") + b"\x00" * 192
    began = time.monotonic()
    wire.speak(platform.port, hello, timeout=5)
    assert time.monotonic() - began < 2, "a client without a scheme waits for this"


def test_oversized_headers_are_refused(platform: Server) -> None:
    sent = b"GET /lok/ht HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * (1 << 20) + b"\r\n\r\n"
    try:
        assert status(wire.speak(platform.port, sent)) in (None, 400, 413, 431)
    except OSError:
        pass


def test_a_long_target_is_refused(platform: Server) -> None:
    sent = b"GET /" + b"x" * (1 << 20) + b" HTTP/1.1\r\nHost: a\r\n\r\n"
    try:
        assert status(wire.speak(platform.port, sent)) in (None, 400, 404, 413, 414, 431)
    except OSError:
        pass


def test_an_oversized_body_is_refused(platform: Server, token: str) -> None:
    body = json.dumps({"query": "{ __typename }", "padding": "x" * (70 << 20)}).encode()
    try:
        assert post(platform, token, body).status == 413
    except OSError:
        pass


def test_a_body_that_only_claims_to_be_huge_costs_nothing(platform: Server) -> None:
    head = b"POST /rekuest/graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    got = wire.speak(platform.port, head + b"Content-Length: 99999999999\r\n\r\n", timeout=5)
    assert status(got) in (None, 413), got


def test_paths_do_not_leave_their_place(platform: Server) -> None:
    for path in ("/../access.json", "/lok/%2e%2e/access.json", "/%00", "/lok/../../etc/passwd"):
        got = wire.speak(platform.port, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert status(got) in (None, 400, 404), (path, got)


def test_unknown_paths_are_not_found(platform: Server) -> None:
    for path in ("/", "/nope", "/lok/nope", "/rekuest/graphqlx", "/fluss/graphql"):
        assert wire.request(platform.url + path).status == 404, path


def test_a_websocket_to_nowhere_fails_its_handshake(platform: Server) -> None:
    sent = (
        b"GET /nope HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert status(wire.speak(platform.port, sent)) == 404


def test_an_idle_connection_may_be_used_again(platform: Server) -> None:
    request = f"GET /lok/ht HTTP/1.1\r\nHost: localhost:{platform.port}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", platform.port), timeout=10) as connection:
        for pause in (0.0, 6.0):
            time.sleep(pause)
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_pipelined_requests_are_answered_in_order(platform: Server) -> None:
    one = f"GET /lok/ht HTTP/1.1\r\nHost: localhost:{platform.port}\r\n\r\n"
    two = f"GET /nope HTTP/1.1\r\nHost: localhost:{platform.port}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", platform.port), timeout=10) as connection:
        connection.sendall((one + two).encode())
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
    assert got.index(b"HTTP/1.1 200") < got.index(b"HTTP/1.1 404")


def test_a_request_that_never_ends_is_let_go(platform: Server) -> None:
    """Many half requests at once do not keep an honest one waiting."""
    held = [socket.create_connection(("127.0.0.1", platform.port)) for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"POST /rekuest/graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n")
        assert wire.request(f"{platform.lok_url}/ht", timeout=5).status == 200
    finally:
        for connection in held:
            connection.close()


def test_a_client_that_never_reads_blocks_nobody(platform: Server, token: str) -> None:
    query = json.dumps({"query": "{ __schema { types { name fields { name description } } } }"})
    one = (
        f"POST /rekuest/graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(query)}\r\n\r\n{query}"
    ).encode()
    with socket.create_connection(("127.0.0.1", platform.port)) as connection:
        connection.settimeout(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            for _ in range(500):
                connection.sendall(one)
        except OSError:
            pass
        assert wire.request(f"{platform.lok_url}/ht", timeout=5).status == 200


def test_a_thousand_connections_come_and_go(platform: Server) -> None:
    def knock() -> None:
        for _ in range(125):
            with socket.create_connection(("127.0.0.1", platform.port), timeout=10):
                pass

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# GraphQL over HTTP ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b'"text"',
        b"null",
        b"{}",
        b'{"query": 5}',
        b'{"query": null}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "variables": "x"}',
        b'{"query": "{ __typename }"} trailing',
        b'{"query": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_a_body_that_is_no_request(platform: Server, token: str, body: bytes) -> None:
    answer = post(platform, token, body)
    assert answer.status == 400, answer.body[:200]
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["errors"][0]["message"]
    assert "data" not in answer.json() or answer.json()["data"] is None


def test_another_content_type_is_refused(platform: Server, token: str) -> None:
    body = b'{"query": "{ __typename }"}'
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert post(platform, token, body, **{"Content-Type": kind}).status in (400, 415)


def test_other_methods_are_refused(platform: Server) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = wire.request(f"{platform.rekuest_url}/graphql", b"{}", method=method)
        assert answer.status == 405, method


def test_a_preflight_is_answered(platform: Server) -> None:
    answer = wire.request(f"{platform.rekuest_url}/graphql", method="OPTIONS")
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "{",
        "{ nope }",
        "{ actions }",
        "query ($x: Nope) { __typename }",
        "query { ...F } fragment F on Query { ...F }",
        "fragment Unused on Query { __typename }",
        "{ actions(nope: 1) { id } }",
        "query A { __typename } query B { __typename }",
        "subscription { mytasks { __typename } }",
        "type Query { a: Int }",
        '{ actions(filters: {name: {exact: "\\ud800"}}) { id } }',
        "{ __typename @include }",
    ],
)
def test_documents_that_are_wrong(platform: Server, token: str, query: str) -> None:
    answer = wire.graphql(platform.rekuest_url, query, token=token)
    assert answer.status in (200, 400)
    got = answer.json()
    assert got.get("data") is None
    assert all(isinstance(error["message"], str) and error["message"] for error in got["errors"])


def test_a_good_answer_has_no_errors_member(platform: Server, token: str) -> None:
    answer = wire.graphql(platform.rekuest_url, "{ actions { id } }", token=token).json()
    assert set(answer) == {"data"}


def test_a_deep_document_is_refused(platform: Server, token: str) -> None:
    deep = "{ __schema { types { " + "ofType { " * 0 + "fields { type { "
    deep += "ofType { " * 500 + "name" + " }" * 500 + " } } } } }"
    assert code_of(wire.graphql(platform.rekuest_url, deep, token=token))
    for opening in ("{", "[", "{a:", "{a(b:[", "query($a:[", "{...on Query"):
        answer = wire.graphql(platform.rekuest_url, opening * 100_000, token=token)
        assert answer.json().get("data") is None


def test_a_document_as_deep_as_the_clients_is_served(platform: Server, token: str) -> None:
    deep = '{ __type(name: "Query") { ' + "ofType { " * 40 + "name" + " }" * 40 + " } }"
    answer = wire.graphql(platform.rekuest_url, deep, token=token).json()
    assert answer == {"data": {"__type": {"ofType": None}}}


def test_a_wide_document_is_refused(platform: Server, token: str) -> None:
    wide = "{ " + " ".join(f"a{i}: __typename" for i in range(50_000)) + " }"
    assert code_of(wire.graphql(platform.rekuest_url, wide, token=token))


def test_fragments_do_not_multiply(platform: Server, token: str) -> None:
    fragments = "".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}\n" for i in range(40))
    bomb = "{ ...F0 }\n" + fragments + "fragment F40 on Query { __typename }"
    began = time.monotonic()
    wire.graphql(platform.rekuest_url, bomb, token=token)
    assert time.monotonic() - began < 10


def test_merging_fields_does_not_explode(platform: Server, token: str) -> None:
    wide = "{ " + "actions { id name } " * 2000 + " }"
    answer = wire.graphql(platform.rekuest_url, wide, token=token)
    assert answer.json().get("data") is not None or answer.error_code()


@pytest.mark.parametrize("value", [1.5, True, {"a": 1}, ["1"], None])
def test_ids_of_the_wrong_kind(platform: Server, token: str, value: Any) -> None:
    query = "query ($id: ID!) { task(id: $id) { id } }"
    assert code_of(wire.graphql(platform.rekuest_url, query, {"id": value}, token))


@pytest.mark.parametrize("value", ["abc", "-1", "0", "99999999999999999999999", "1 or 1=1", ""])
def test_ids_of_nothing_are_not_found(platform: Server, token: str, value: str) -> None:
    query = "query ($id: ID!) { task(id: $id) { id } }"
    answer = wire.graphql(platform.rekuest_url, query, {"id": value}, token)
    assert code_of(answer) in ("NOT_FOUND", "VALIDATION_ERROR")


def test_a_nul_in_a_text_is_a_validation_error(platform: Server, token: str) -> None:
    query = "query ($s: String) { actions(filters: {search: $s}) { id } }"
    answer = wire.graphql(platform.rekuest_url, query, {"s": "a\x00b"}, token)
    assert answer.status == 200
    assert answer.error_code() in (None, "VALIDATION_ERROR")
    assign = "mutation ($i: AssignInput!) { assign(input: $i) { id } }"
    sent = {"action": "1", "args": {}, "capture": False, "reference": "a\x00b"}
    assert code_of(wire.graphql(platform.rekuest_url, assign, {"i": sent}, token))


def test_invalid_utf8_is_refused(platform: Server, token: str) -> None:
    for bad in (b"\xc3\x28", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf", b"\xff"):
        body = b'{"query": "{ __typename }", "variables": {"a": "' + bad + b'"}}'
        assert post(platform, token, body).status == 400


def test_lone_surrogates_do_no_harm(platform: Server, token: str) -> None:
    body = b'{"query": "query ($s: String) { actions(filters: {search: $s}) { id } }",'
    answer = post(platform, token, body + b' "variables": {"s": "\\ud800"}}')
    assert answer.status in (200, 400)
    json.loads(answer.body)


def test_numbers_beyond_every_range(platform: Server, token: str) -> None:
    query = "query ($p: OffsetPaginationInput) { actions(pagination: $p) { id } }"
    for number in (2**31, 2**63, 2**200, -(2**63), 1e308):
        answer = wire.graphql(platform.rekuest_url, query, {"p": {"limit": number}}, token)
        assert answer.status == 200
    body = '{"query": "%s", "variables": {"p": {"limit": %s}}}'
    for text in ("1e400", "NaN", "Infinity", "-0", "9" * 5000):
        answer = post(platform, token, (body % (query, text)).encode())
        assert answer.status in (200, 400), text


def test_a_request_without_a_content_length(platform: Server, token: str) -> None:
    body = b'{"query": "{ __typename }"}'
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    sent = (
        b"POST /rekuest/graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + token.encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    assert status(wire.speak(platform.port, sent + chunked)) == 200
