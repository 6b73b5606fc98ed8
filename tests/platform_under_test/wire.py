"""The wire without a client library: logins, GraphQL over HTTP, raw sockets, forged tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MANDATE_KEY = "urn:fakts:grant-type:mandate-key"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Answer:
    """What came back over HTTP, whatever its status."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def error_code(self) -> str | None:
        """`extensions.code` of the first GraphQL error."""
        errors = self.json().get("errors") or [{}]
        return errors[0].get("extensions", {}).get("code")

    def error_reason(self) -> str | None:
        """`extensions.reason` of the first GraphQL error."""
        errors = self.json().get("errors") or [{}]
        return errors[0].get("extensions", {}).get("reason")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def request(
    url: str,
    body: bytes | None = None,
    method: str | None = None,
    headers: dict[str, str] | None = None,
    timeout: float = 20,
) -> Answer:
    """One HTTP request; never raises for a status, never follows a redirect."""
    asked = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with _opener.open(asked, timeout=timeout) as got:
            return Answer(got.status, {k.lower(): v for k, v in got.headers.items()}, got.read())
    except urllib.error.HTTPError as refused:
        with refused:
            lowered = {k.lower(): v for k, v in refused.headers.items()}
            return Answer(refused.code, lowered, refused.read())


def graphql(
    url: str,
    query: str,
    variables: dict[str, Any] | None = None,
    token: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One operation, sent the way the official clients send it."""
    sent = {"Content-Type": "application/json", "Accept": "*/*", **(headers or {})}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    return request(f"{url}/graphql", body, headers=sent)


def manifest(identifier: str, **changes: Any) -> dict[str, Any]:
    """What an app says about itself when it logs in."""
    return {
        "identifier": identifier,
        "version": "0.1.0",
        "author": "unknown",
        "description": None,
        "logo": None,
        "scopes": ["openid"],
        "entrypoint": "app",
        "requirements": [
            {"key": "rekuest", "service": "live.arkitekt.rekuest", "optional": False},
            {"key": "s3", "service": "live.arkitekt.s3", "optional": False},
        ],
        "device_id": "test-device",
        "public_sources": [],
        **changes,
    }


def token_request(token_endpoint: str, **form: str) -> Answer:
    """Posts a form to the token endpoint."""
    return request(
        token_endpoint,
        urllib.parse.urlencode(form).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        },
    )


def log_in(gateway: str, key: str, identifier: str, **changes: Any) -> dict[str, Any]:
    """The token answer for a mandate key."""
    discovered = request(f"{gateway}/.well-known/fakts").json()
    answer = token_request(
        discovered["token_endpoint"],
        grant_type=MANDATE_KEY,
        key=key,
        manifest=json.dumps(manifest(identifier, **changes)),
        requested_client_kind="development",
        requested_client_role="interface",
        request_auth_key="false",
    )
    assert answer.status == 200, answer.body
    return answer.json()


def start_device_login(gateway: str, identifier: str, seconds: int = 300, **changes: Any) -> dict[str, Any]:
    """What an app without a key is told to show, as it asks for it."""
    discovered = request(f"{gateway}/.well-known/fakts").json()
    asked = {
        "manifest": manifest(identifier, **changes),
        "expiration_time_seconds": seconds,
        "redirect_uris": [],
        "requested_client_kind": "development",
        "requested_client_role": "interface",
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = request(discovered["device_authorization_endpoint"], json.dumps(asked).encode(), headers=headers)
    assert answer.status == 200, answer.body
    return {**answer.json(), "token_endpoint": discovered["token_endpoint"]}


def poll_device_login(started: dict[str, Any]) -> Answer:
    """Asks whether somebody has decided."""
    return token_request(
        started["token_endpoint"],
        grant_type=DEVICE_CODE,
        device_code=started["device_code"],
        client_id=started["client_id"],
    )


def refresh(token_endpoint: str, session: dict[str, Any]) -> Answer:
    """Asks for the next tokens of a session."""
    return token_request(
        token_endpoint,
        grant_type="refresh_token",
        refresh_token=session["refresh_token"],
        client_id=session["client_id"],
    )


def speak(port: int, sent: bytes, timeout: float = 10, host: str = "127.0.0.1") -> bytes:
    """Writes raw bytes to the port and reads until the server closes or falls silent."""
    with socket.create_connection((host, port), timeout=timeout) as connection:
        connection.sendall(sent)
        got = b""
        try:
            while chunk := connection.recv(65536):
                got += chunk
                if b"\r\n\r\n" in got and _is_whole(got):
                    break
        except TimeoutError:
            pass
        return got


def _is_whole(got: bytes) -> bool:
    head, _, body = got.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return False


# Tokens --------------------------------------------------------------------------------------


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def header_of(token: str) -> dict[str, Any]:
    return _decoded(token.split(".")[0])


def claims_of(token: str) -> dict[str, Any]:
    return _decoded(token.split(".")[1])


def _unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return _encoded(json.dumps(header).encode()) + "." + _encoded(json.dumps(claims).encode())


def unsigned_token(token: str) -> str:
    """The same claims under `alg: none` with an empty signature."""
    return _unsigned({**header_of(token), "alg": "none"}, claims_of(token)) + "."


def hs256_token(token: str, public_key: bytes) -> str:
    """The same claims, signed with the public key taken for a shared secret."""
    unsigned = _unsigned({**header_of(token), "alg": "HS256"}, claims_of(token))
    mac = hmac.new(public_key, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{_encoded(mac)}"


def foreign_token(token: str, **changes: Any) -> str:
    """The same claims and key id, signed by somebody else."""
    key: RSAPrivateKey = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = _unsigned(header_of(token), {**claims_of(token), **changes})
    signature = key.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{unsigned}.{_encoded(signature)}"


def tampered_token(token: str, **changes: Any) -> str:
    """Other claims under the signature of the old ones."""
    header, _, signature = token.split(".")
    body = json.dumps({**claims_of(token), **changes}).encode()
    return f"{header}.{_encoded(body)}.{signature}"


def expired_token(token: str) -> str:
    """A token that says it ended an hour ago; only the issuer could sign it."""
    return foreign_token(token, exp=time.time() - 3600)


def public_key_pem(gateway: str) -> bytes:
    """The issuer's public key in the form an attacker would use as an HMAC secret."""
    from cryptography.hazmat.primitives import serialization

    jwk = request(f"{gateway}/.well-known/jwks.json").json()["keys"][0]

    def number(part: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
