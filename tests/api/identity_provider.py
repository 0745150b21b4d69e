"""An identity provider whose tokens the tests show."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from api.jwks import Jwks
from api.token_settings import TokenSettings
from api.tokens import Tokens
from geo.access import Caller

ISSUER, AUDIENCE = "https://id.example", "hientruong"
FIRST, SECOND = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CURVE = ec.generate_private_key(ec.SECP256R1())


class Provider:
    """An identity provider's JWKS behind a real HTTP server, and the clock of the one who fetches it."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {"first": FIRST}
        self.fetched = 0
        self.broken = False
        self.now = 1000.0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.fetched += 1
                self.send_response(500 if provider.broken else 200)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": [provider.jwk(id) for id in provider.keys]}).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        self.jwks = Jwks(self.url, lambda: self.now)

    def jwk(self, id: str) -> dict[str, Any]:
        public = self.keys[id].public_key()
        algorithm = RSAAlgorithm if isinstance(public, rsa.RSAPublicKey) else ECAlgorithm
        return algorithm.to_jwk(public, as_dict=True) | {"kid": id, "use": "sig"}

    def caller(self, token: str, **settings: Any) -> Caller | None:
        tokens = Tokens(TokenSettings(issuer=ISSUER, audience=AUDIENCE, jwks_url=self.url, **settings), self.jwks)
        return asyncio.run(tokens.caller(token))


@contextmanager
def providing() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def token(key: Any = FIRST, id: str = "first", algorithm: str = "RS256", **claims: Any) -> str:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "s-1", "exp": now + 60, "role": "analyst"} | claims
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(kept, key, algorithm=algorithm, headers={"kid": id})
