"""Only tokens of the pinned issuer, for this audience, by a published key and a pinned algorithm are taken."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from api.jwks import LIFETIME_S, PAUSE_S, TRUSTED_S
from api.token_settings import configured_tokens
from geo.access import Caller
from geo.errors import SetupError
from tests.api.identity_provider import AUDIENCE, CURVE, ISSUER, SECOND, Provider, providing, token


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


def test_a_token_tells_role_unit_and_subject(provider: Provider) -> None:
    assert provider.caller(token()) == Caller("analyst", "token:s-1")
    officer = token(role="officer", unit="00292")
    assert provider.caller(officer) == Caller("officer", "token:s-1", "00292")
    renamed = token(role=None, **{"https://id.example/role": "router"})
    assert provider.caller(renamed, role_claim="https://id.example/role") == Caller("router", "token:s-1")
    assert provider.fetched == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"role": "root"},
        {"role": "public"},
        {"role": ["admin"]},
        {"role": None},
        {"role": "officer"},
        {"role": "officer", "unit": ["00292"]},
    ],
    ids=str,
)
def test_a_token_with_wrong_claims_opens_nothing(provider: Provider, claims: dict[str, Any]) -> None:
    assert provider.caller(token(**claims)) is None


@pytest.mark.parametrize(("claim", "seconds_from_now"), [("exp", -31), ("nbf", 600)])
def test_a_token_of_another_time_opens_nothing(provider: Provider, claim: str, seconds_from_now: int) -> None:
    assert provider.caller(token(**{claim: int(time.time()) + seconds_from_now})) is None


def test_clocks_may_differ_a_little(provider: Provider) -> None:
    assert provider.caller(token(exp=int(time.time()) - 5)) is not None
    assert provider.caller(token(exp=int(time.time()) - 5), leeway_s=0) is None


def test_algorithms_are_pinned(provider: Provider) -> None:
    provider.keys["curve"] = CURVE
    curved = token(CURVE, "curve", "ES256")
    assert provider.caller(curved) is not None
    assert provider.caller(curved, algorithms=("RS256",)) is None
    assert provider.caller(token(algorithm="RS512")) is None
    assert provider.caller(token(None, algorithm="none")) is None
    head, body, _ = token().split(".")
    assert provider.caller(f"{head}.{body}.") is None
    assert provider.caller(token(CURVE, "first", "ES256")) is None
    # The old trick: the public key, which everybody has, taken as the secret of an HMAC.
    confused = token("x" * 64, algorithm="HS256")
    assert provider.caller(confused) is None


def test_a_token_of_another_key_or_changed_on_the_way_opens_nothing(provider: Provider) -> None:
    assert provider.caller(token(SECOND)) is None
    head, body, signature = token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"role": "admin"}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert provider.caller(f"{head}.{changed}.{signature}") is None
    for nonsense in ("", "a", "a.b.c", "....", "\x00"):
        assert provider.caller(nonsense) is None


def test_rotated_keys_are_found_and_withdrawn_ones_forgotten(provider: Provider) -> None:
    assert provider.caller(token()) is not None
    provider.keys = {"second": SECOND}
    provider.now += PAUSE_S
    assert provider.caller(token(SECOND, "second")) is not None
    assert provider.caller(token()) is None


def test_a_withdrawn_key_is_forgotten_though_nobody_rotates(provider: Provider) -> None:
    assert provider.caller(token()) is not None
    provider.keys = {"second": SECOND}
    assert provider.caller(token()) is not None
    provider.now += LIFETIME_S
    assert provider.caller(token()) is None


def test_invented_key_ids_are_not_turned_into_requests(provider: Provider) -> None:
    for number in range(20):
        assert provider.caller(token(id=f"invented-{number}")) is None
    assert provider.fetched == 1


def test_a_provider_that_fails_is_asked_ever_more_rarely_and_its_keys_hold_an_hour(provider: Provider) -> None:
    assert provider.caller(token()) is not None
    provider.broken, asked = True, provider.now
    while provider.now < asked + TRUSTED_S - 1:
        provider.now += 1
        if provider.jwks.find("first") is None:
            pytest.fail(f"forgotten after {provider.now - asked} s")
    assert provider.fetched < 25
    provider.now += 1
    assert provider.caller(token()) is None


def test_half_a_configuration_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configured_tokens() is None
    monkeypatch.setenv("HIENTRUONG_JWT_ISSUER", ISSUER)
    with pytest.raises(SetupError, match="HIENTRUONG_JWT_AUDIENCE and HIENTRUONG_JWT_JWKS_URL"):
        configured_tokens()
    monkeypatch.setenv("HIENTRUONG_JWT_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("HIENTRUONG_JWT_JWKS_URL", "http://id.example/jwks")
    with pytest.raises(SetupError, match="https"):
        configured_tokens()
    monkeypatch.setenv("HIENTRUONG_JWT_JWKS_URL", "https://id.example/jwks")
    monkeypatch.setenv("HIENTRUONG_JWT_ALGORITHMS", "RS256,HS256")
    with pytest.raises(SetupError, match="HIENTRUONG_JWT_ALGORITHMS"):
        configured_tokens()
