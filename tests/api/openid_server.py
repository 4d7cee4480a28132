"""Two OpenID providers in threads: a whole one, made to insist on PKCE, and one that says what it is told."""

import io
import json
import threading
import time
import warnings
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from werkzeug.serving import make_server

with warnings.catch_warnings(record=True):  # what it says of its own libraries
    import oidc_provider_mock

CLIENT_ID, CLIENT_SECRET = "the-hub", "the-secret-of-the-hub"


@contextmanager
def whole_provider(**people: Mapping[str, Any]) -> Iterator[str]:
    """Run the provider with these people (their claims by subject) and yield its name."""
    users = [oidc_provider_mock.User(sub=sub, claims=dict(claims)) for sub, claims in people.items()]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=users)
    server = make_server("127.0.0.1", 0, _insist_on_pkce(app), threaded=True)
    with _serving(server):
        yield f"http://127.0.0.1:{server.server_port}"


def _insist_on_pkce(app: Any) -> Any:
    """Refuse what the provider itself lets pass: a code that is exchanged without the right verifier."""
    challenges: list[str] = []

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] == "/oauth2/authorize":
            query = parse_qs(environ["QUERY_STRING"])
            if query.get("code_challenge_method") == ["S256"]:
                challenges.extend(query["code_challenge"])
        if environ["PATH_INFO"] == "/oauth2/token":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            verifier = parse_qs(body.decode()).get("code_verifier", [""])[0]
            if challenge_of(verifier) not in challenges:
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": "invalid_grant"}']
        return app(environ, start_response)

    return guarded


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Key:
    """A key that signs, under a name."""

    def __init__(self, key_id: str | None, kind: str = "RS256") -> None:
        self.id, self.kind = key_id, kind
        self.private: Any = (
            rsa.generate_private_key(65537, 2048)
            if kind == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    def public(self) -> dict[str, Any]:
        """Return the key as a set holds it."""
        algorithm: Any = RSAAlgorithm if self.kind == "RS256" else ECAlgorithm
        said = json.loads(algorithm.to_jwk(self.private.public_key()))
        return said | {"use": "sig"} | ({"kid": self.id} if self.id else {})

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """Return a token."""
        named = {"kid": self.id} if self.id else {}
        return jwt.encode(dict(claims), self.private, self.kind, {**named, **header})


@dataclass
class ToldProvider:
    """Says what it is told: `answers` maps a path to a JSON body, or to (status, raw bytes)."""

    issuer: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)

    def publish(self, *keys: Key) -> None:
        """Let these be the keys."""
        self.answers["/keys"] = {"keys": [key.public() for key in keys]}

    def begin(self, issuer: str) -> None:
        """Be a provider under a name."""
        self.issuer = issuer
        now = int(time.time())
        self.claims = {
            "iss": issuer,
            "aud": CLIENT_ID,
            "sub": "subject of ada",
            "email": "ada@example.org",
            "email_verified": True,
            "name": "Ada Lovelace",
            "nonce": "the nonce",
            "iat": now,
            "exp": now + 300,
        }
        self.answers["/.well-known/openid-configuration"] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }


@contextmanager
def told_provider() -> Iterator[ToldProvider]:
    """Run a provider that says what it is told."""
    told = ToldProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.forms.append(parse_qs(body.decode()))
            self._answer()

        def _answer(self) -> None:
            path = urlsplit(self.path).path
            told.asked.append(path)
            said = told.answers.get(path, (404, b""))
            status, body = said if isinstance(said, tuple) else (200, json.dumps(said).encode())
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.begin(f"http://127.0.0.1:{server.server_port}")
    with _serving(server):
        yield told


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
