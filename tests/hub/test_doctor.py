"""What the doctor says of mail and of Google: what is set, what is missing, and what does not answer."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from hub.doctor import CHECKS, Finding
from hub.settings import Settings
from tests.api.mail_server import closed_port, mail_server


def finding(subject: str, **settings: Any) -> Finding:
    checks: dict[str, Callable[[Settings], Finding]] = {check.__name__: check for check in CHECKS}
    return checks[f"_{subject}"](Settings(**settings))


@pytest.mark.parametrize(
    ("answer", "well"), [(b'{"status":"alive"}', True), (b'{"status":"other"}', False), (b"[", False)]
)
def test_a_port_that_is_taken_is_well_when_a_hub_has_it(answer: bytes, well: bool) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Write nothing to the output of the tests."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        said = finding("port", port=server.server_port)
        server.shutdown()
    assert (said.well, "a hub serves there" in said.remark) == (well, well)


def test_a_port_that_is_free_is_well() -> None:
    assert finding("port", port=closed_port()).well


def test_without_a_mail_server_it_says_where_mail_lies() -> None:
    said = finding("mail")
    assert said.well
    assert "var/mail" in said.remark
    assert "SMTP_URL" in said.remark


def test_a_mail_server_that_answers_is_well() -> None:
    with mail_server() as server:
        said = finding("mail", smtp_url=f"smtp://127.0.0.1:{server.port}")
    assert (said.well, server.messages) == (True, [])


@pytest.mark.parametrize("login", ["", "hub:hunter2@"])
def test_one_that_does_not_is_named_without_the_password(login: str) -> None:
    port = closed_port()
    said = finding("mail", smtp_url=f"smtp://{login}127.0.0.1:{port}")
    assert not said.well
    assert f"127.0.0.1, port {port}: " in said.remark
    assert "hunter2" not in said.remark


def test_a_password_that_is_wrong_is_found_before_it_is_needed() -> None:
    with mail_server(auth_require_tls=False) as server:
        right, wrong = (
            finding("mail", smtp_url=f"smtp://hub:{password}@127.0.0.1:{server.port}")
            for password in ("right", "wrong")
        )
    assert (right.well, wrong.well) == (True, False)


def test_google_is_named_when_it_signs_people_in() -> None:
    assert "GOOGLE_CLIENT_ID" in finding("google").remark
    signs_in = finding("google", google_client_id="x", google_client_secret="x")
    assert "accounts.google.com" in signs_in.remark
    assert signs_in.well
