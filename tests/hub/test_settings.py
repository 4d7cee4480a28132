"""The settings: defaults, what each variable takes, and one line for each wrong value."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from hub.main import MISUSED, main
from hub.settings import BadSetting, Settings, read_settings, settings_table

SECRET_VARIABLES = {each.metadata["variable"] for each in fields(Settings) if each.metadata["secret"]}
VARIABLES = [each.metadata["variable"] for each in fields(Settings)]


def test_nothing_set_gives_the_defaults() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("var"))
    assert (settings.database_url, settings.jwt_secret) == (None, None)
    assert settings.connections_per_user == 10


def test_an_empty_variable_counts_as_absent_and_strangers_are_ignored() -> None:
    assert read_settings(dict.fromkeys(VARIABLES, "") | {"PATH": "/bin", "HUB_NOTHING": "x"}) == Settings()


def test_everything_can_be_set() -> None:
    settings = read_settings(
        {
            "HOST": "::1",
            "PORT": "0",
            "HUB_DATA_DIR": "/srv/hub",
            "DATABASE_URL": "postgresql://ada:secret@db:5432/hub",
            "JWT_SECRET": "s" * 32,
            "JWT_PREVIOUS_SECRETS": f"{'o' * 32}, {'p' * 32},",
            "JWT_ACCESS_MINUTES": "10080",
            "HUB_COMMANDS_PER_SECOND": "100",
            "HUB_CONNECTIONS_PER_USER": "3",
            "HUB_CELESTRAK_URL": "OFF",
            "HUB_PUBLIC_URL": "https://hub.example.org/",
            "SMTP_URL": "smtps://ada:secret@mail.example.org",
            "MAIL_FROM": "Hub <hub@example.org>",
            "GOOGLE_CLIENT_ID": "id",
            "GOOGLE_CLIENT_SECRET": "secret",
            "GOOGLE_ISSUER": "http://localhost:9000",
            "HUB_LOG_LEVEL": "DEBUG",
            "HUB_LOG_FORMAT": "Console",
        }
    )
    assert settings == Settings(
        host="::1",
        port=0,
        data_dir=Path("/srv/hub"),
        database_url="postgresql://ada:secret@db:5432/hub",
        jwt_secret="s" * 32,
        jwt_previous_secrets=("o" * 32, "p" * 32),
        jwt_access_minutes=10_080,
        commands_per_second=100,
        connections_per_user=3,
        celestrak_url=None,
        public_url="https://hub.example.org",
        smtp_url="smtps://ada:secret@mail.example.org",
        mail_from="Hub <hub@example.org>",
        google_client_id="id",
        google_client_secret="secret",
        google_issuer="http://localhost:9000",
        log_level="debug",
        log_format="console",
    )


def test_they_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


WRONG = [
    ("HOST", "my host"),
    ("PORT", "http"),
    ("PORT", "-1"),
    ("PORT", "65536"),
    ("PORT", "80.5"),
    ("DATABASE_URL", "mysql://root:hunter2@db/hub"),
    ("DATABASE_URL", "hunter2"),
    ("JWT_PREVIOUS_SECRETS", "s" * 32 + ",hunter2"),
    ("JWT_ACCESS_MINUTES", "0"),
    ("JWT_ACCESS_MINUTES", "10081"),
    ("DATABASE_URL", "postgresql://[::1/hunter2"),
    ("JWT_SECRET", "hunter2"),
    ("HUB_COMMANDS_PER_SECOND", "0"),
    ("HUB_COMMANDS_PER_SECOND", "many"),
    ("HUB_CONNECTIONS_PER_USER", "0"),
    ("HUB_CONNECTIONS_PER_USER", "1e3"),
    ("HUB_REQUESTS_PER_MINUTE", "0"),
    ("HUB_REQUESTS_PER_MINUTE", "-5"),
    ("HUB_TRUSTED_PROXIES", "-1"),
    ("HUB_TRUSTED_PROXIES", "nginx"),
    ("HUB_CELESTRAK_URL", "celestrak.org"),
    ("HUB_CELESTRAK_URL", "ftp://celestrak.org"),
    ("HUB_PUBLIC_URL", "hub.example.org"),
    ("HUB_PUBLIC_URL", "https://"),
    ("SMTP_URL", "hunter2"),
    ("SMTP_URL", "http://hunter2@mail"),
    ("SMTP_URL", "smtp://ada:hunter2@mail:port"),
    ("MAIL_FROM", "nobody"),
    ("MAIL_FROM", "a@b\r\nBcc: c@d"),
    ("GOOGLE_CLIENT_ID", "a b"),
    ("GOOGLE_CLIENT_SECRET", "hunter2 hunter2"),
    ("GOOGLE_ISSUER", "accounts.google.com"),
    ("HUB_LOG_LEVEL", "loud"),
    ("HUB_LOG_FORMAT", "xml\nyaml"),
]


@pytest.mark.parametrize(("variable", "value"), WRONG)
def test_a_wrong_value_is_one_line_with_variable_value_and_what_is_allowed(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadSetting) as bad:
        read_settings({variable: value})
    [allowed] = [
        each.metadata["allowed"] for each in fields(Settings) if each.metadata["variable"] == variable
    ]
    message = str(bad.value)
    assert message.startswith(f"{variable}=")
    assert message.endswith(allowed)
    shown = "(hidden)" if variable in SECRET_VARIABLES else repr(value)
    assert shown in message
    assert "hunter2" not in message
    monkeypatch.setenv(variable, value)
    assert main(["version"]) == MISUSED
    assert capsys.readouterr() == ("", f"cosmohub: {message}\n")
    assert "\n" not in message


def test_every_value_that_is_refused_has_a_test() -> None:
    takes_anything = {"HUB_DATA_DIR"}
    assert {variable for variable, _ in WRONG} == set(VARIABLES) - takes_anything


def test_the_table_has_a_row_for_each() -> None:
    rows = settings_table().split("\n")[2:]
    assert [row.split("`")[1] for row in rows] == VARIABLES
    for row, each in zip(rows, fields(Settings), strict=True):
        assert each.metadata["about"] in row
        assert each.metadata["allowed"] in row


@pytest.mark.parametrize(
    ("given", "missing"),
    [("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), ("GOOGLE_CLIENT_SECRET", "GOOGLE_CLIENT_ID")],
)
def test_one_half_of_what_google_wants_will_not_do(given: str, missing: str) -> None:
    with pytest.raises(BadSetting, match=f"{missing}='' will not do: it must be set as well"):
        read_settings({given: "half"})
