"""Our verifier of tokens beside `authentikate`, that of the Python services: same token, same verdict.

Both are told of one issuer with the keys of the published test vectors.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from authentikate.base_models import AuthentikateSettings
from authentikate.decode import decode_token
from authentikate.errors import AuthentikateError, AuthentikatePermissionDenied
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from platform_under_test import wire
from platform_under_test.replicas import Replica
from platform_under_test.server import Server, free_ports

ISSUER = "http://lab/lok"
SEED = bytes(range(32))
RSA_MODULUS = (
    "zRiVgEuzBVvJVFMPoFMK9vaLTiMHeTp9znNlOmmBXzI--6qZuVBn1CvKVFY1F7WHoY4tTo285Cz3sb6T9dK1nklw5PJevXH6HSa69Vy1"
    "Q2XaBAq-_TmsLC7wLkMRpsjjy8PF3PXe7kjCOkOn5Vsj1q-BPcyXM872IxOVceDnHR3T4wtY8-lt-6xIzADI_Pmcuezlq3qHhN-iivUV"
    "heKecziTjRFUuunqrYTxO-tQ1ucqZeuPKeaMlnplEhHMJI9GG6-O9xiGxc4oCTNDZdBzdK5IwV3g4jbkoNGDvrdKcwki9qhLtvkQ1CEC"
    "uT1j0X11DRfOVOI03FFDYYTr2M8vUQ"
)
KEYS = [
    {"kty": "OKP", "crv": "Ed25519", "x": "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg", "kid": "e1"},
    {"kty": "RSA", "e": "AQAB", "n": RSA_MODULUS, "kid": "r1"},
]
PAYLOAD = (
    '{"iss":"http://lab/lok","sub":"1","aud":["mikro"],"exp":4102444800,"iat":1700000000,"jti":"t-1",'
    '"client_id":"c-1","org":"1","roles":["admin"],"scope":"openid email","preferred_username":"ada",'
    '"client_app":"my-app","client_release":"0.1.0","client_device":"d-1"}'
)
VECTORS = {
    "Ed25519": "SFkAbiaBCpRqCj-wTude2hcoqazJAAxbvpD6SsNyS6C548s75i2yQN5z8pKvpuvkX0-EVJB5UfgOVsBwEPy7BA",
    "RS256": (
        "iX94Nz0NUCslwoXFgeoQkdzJuCfuSORDVTtdl06P2lTgu_fEXJc6YnwNBeCL0NXksl93fhsVf5OXMs-Kdm5tpqpuWfIrfFJpwRHXQwJt"
        "nQ8192JoE9zpyiZdtvvyr6x3euTFLNlm-kPuTRH7IX7uxlAWkM8a3LQegzA3fBNRijSgMhED-aX_sddWPnkLMJYL2xzaRJQCrTZv_r3H"
        "HDRx-ziR6vxIyWUeVGQvmcq50fts_X8dBj_5zCOANlT-XOHKj0JBLSSptPfc_2slxzjxG_xfRcD_b2Mx8Oskf1-d4-vC7zVe1YbERUZC"
        "S5M0WY7GVr7E07lpktMWIX0P7Nq5EA"
    ),
}
HEADERS = {
    "Ed25519": '{"alg":"Ed25519","typ":"at+jwt","kid":"e1"}',
    "RS256": '{"typ":"at+jwt","alg":"RS256","kid":"r1"}',
}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims: Any, header: dict[str, Any] | None = None, seed: bytes = SEED) -> str:
    head = {"alg": "Ed25519", "typ": "at+jwt", "kid": "e1"} if header is None else header
    unsigned = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims))
    return f"{unsigned}.{encoded(Ed25519PrivateKey.from_private_bytes(seed).sign(unsigned.encode()))}"


def claims(**changes: Any) -> dict[str, Any]:
    """Those of the vector, changed; `None` is a claim of its own, `...` takes one away."""
    all_of_them = {**json.loads(PAYLOAD), **changes}
    return {name: value for name, value in all_of_them.items() if value is not ...}


@dataclass
class Verifier(Replica):
    """`arkitektd serve rekuest`, which trusts the issuer."""

    trust: dict[str, Any] = field(default_factory=dict)

    def ours(self, token: str) -> str:
        answer = wire.graphql(f"http://127.0.0.1:{self.port}/rekuest", "{ __typename }", token=token)
        assert answer.status == 200
        return answer.error_reason() or "accepted"

    def theirs(self, token: str) -> str:
        try:
            decode_token(token, AuthentikateSettings(**self.trust))
        except (AuthentikateError, AuthentikatePermissionDenied) as error:
            return str(error.reason)
        return "accepted"


TRUST: dict[str, dict[str, Any]] = {
    "any-hub": {},
    "one-hub": {"hub": "hub-1"},
    "any-audience": {"audience": "*"},
}


@pytest.fixture(scope="module", params=TRUST)
def verifier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    room = tmp_path_factory.mktemp("verifier")
    trust = {
        "audience": "mikro",
        "issuers": [{"kind": "jwks_dict", "iss": ISSUER, "jwks": {"keys": KEYS}}],
        **TRUST[request.param],
    }
    configuration = room / "rekuest.yaml"
    database = {"file": str(room / "rekuest.sqlite")}
    configuration.write_text(yaml.safe_dump({"database": database, "authentikate": trust}))
    running = Verifier("rekuest", configuration, free_ports(), trust=trust)
    try:
        yield running.start()
    finally:
        running.end_well()


@pytest.mark.parametrize("algorithm", VECTORS)
def test_the_published_vectors_are_accepted_as_they_are(verifier: Verifier, algorithm: str) -> None:
    token = f"{encoded(HEADERS[algorithm].encode())}.{encoded(PAYLOAD.encode())}.{VECTORS[algorithm]}"
    expected = "TOKEN_INVALID" if "hub" in verifier.trust else "accepted"
    assert verifier.ours(token) == verifier.theirs(token) == expected


NOW = int(time.time())

CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    **{
        f"no {name}": {name: ...}
        for name in (
            *("iss", "sub", "aud", "exp", "iat", "client_id", "roles", "scope", "preferred_username"),
            *("jti", "client_app", "client_device"),
        )
    },
    "sub is a number": {"sub": 1},
    "org is a number": {"org": 1},
    "roles is a text": {"roles": "admin"},
    "scope is a list": {"scope": ["openid"]},
    "aud is a text": {"aud": "mikro"},
    "aud is another's": {"aud": ["rekuest"]},
    "aud is a star": {"aud": ["*"]},
    "aud is empty": {"aud": []},
    "aud is one of several": {"aud": ["rekuest", "mikro"]},
    "exp is past": {"exp": NOW - 5},
    "exp is a fraction": {"exp": NOW + 3600.5},
    "iat is far in the future": {"iat": NOW + 3600},
    "nbf is far in the future": {"nbf": NOW + 3600},
    "nbf is past": {"nbf": NOW - 3600},
    "another issuer": {"iss": "http://elsewhere/lok"},
    "an issuer with a slash": {"iss": f"{ISSUER}/"},
    "the hub": {"hub": "hub-1"},
    "another hub": {"hub": "hub-2"},
    "email_verified is a text": {"email_verified": "true"},
    "a claim nobody knows": {"colour": {"of": ["the", "sky"]}},
    "collaborations that are a list": {"collabs": ["x"]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_claim_has_one_verdict(verifier: Verifier, change: str) -> None:
    token = signed(claims(**{"hub": "hub-1", **CHANGES[change]}))
    assert verifier.ours(token) == verifier.theirs(token)


FORGERIES: dict[str, Callable[[], str]] = {
    "no kid": lambda: signed(claims(hub="hub-1"), {"alg": "Ed25519"}),
    "an empty kid": lambda: signed(claims(hub="hub-1"), {"alg": "Ed25519", "kid": ""}),
    "an unknown kid": lambda: signed(claims(hub="hub-1"), {"alg": "Ed25519", "kid": "e2"}),
    "the kid of the other key": lambda: signed(claims(hub="hub-1"), {"alg": "Ed25519", "kid": "r1"}),
    "another key": lambda: signed(claims(hub="hub-1"), seed=b"\x07" * 32),
    "no algorithm": lambda: signed(claims(hub="hub-1"), {"kid": "e1"}),
    "the algorithm none": lambda: (
        signed(claims(hub="hub-1"), {"alg": "none", "kid": "e1"}).rsplit(".", 1)[0] + "."
    ),
    "a cut signature": lambda: signed(claims(hub="hub-1"))[:-4],
    "an empty signature": lambda: signed(claims(hub="hub-1")).rsplit(".", 1)[0] + ".",
    "a fourth part": lambda: signed(claims(hub="hub-1")) + ".AA",
    "another payload": lambda: ".".join(
        [
            *signed(claims(hub="hub-1")).split(".")[:1],
            encoded(json.dumps(claims(hub="hub-1", sub="2")).encode()),
            signed(claims(hub="hub-1")).split(".")[2],
        ]
    ),
    "a payload that is a list": lambda: signed([claims(hub="hub-1")]),
    "no token": lambda: "mikro",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_has_one_verdict(verifier: Verifier, forgery: str) -> None:
    token = FORGERIES[forgery]()
    ours, theirs = verifier.ours(token), verifier.theirs(token)
    assert ours != "accepted"
    assert ours == theirs


def test_a_clock_that_is_a_minute_behind_does_not_refuse(verifier: Verifier) -> None:
    """Where we differ: services on machines of their own, and clocks that differ by seconds."""
    token = signed(claims(iat=int(time.time()) + 30, hub="hub-1"))
    assert (verifier.ours(token), verifier.theirs(token)) == ("accepted", "TOKEN_INVALID")


def test_tokens_of_ours_are_accepted_by_theirs(platform: Server, token: str) -> None:
    keys = wire.request(f"{platform.lok_url}/o/jwks/").json()
    found = wire.request(f"{platform.url}/.well-known/fakts").json()
    for audience in ("rekuest", "s3", "lok", "*"):
        issuer = {"kind": "jwks_dict", "iss": found["issuer"], "jwks": keys}
        settings = AuthentikateSettings(audience=audience, issuers=[issuer])
        decoded = decode_token(token, settings)
        assert decoded.sub == wire.claims_of(token)["sub"]
        assert decoded.client_app and decoded.client_release and decoded.client_device
