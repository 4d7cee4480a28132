"""The bodies of the routes of accounts, as the OpenAPI document shows them."""

from typing import Annotated

from pydantic import Field, RootModel

from api.accounts.fields import AnyPassword, DisplayName, EmailAddress, Handle, Password
from api.http.texts import Body

RefreshText = Annotated[str, Field(max_length=200)]


class GuestName(Body):
    """Under which name a guest wants to be seen."""

    display_name: DisplayName


class Guest(Body):
    """A person without an account."""

    id: str
    display_name: str


class GuestSignedIn(Body):
    """A guest and the token that makes it known."""

    token: str
    user: Guest


class SignUp(Body):
    """A new account; without a handle one is made of the name."""

    email: EmailAddress
    password: Password
    display_name: DisplayName
    handle: Handle | None = None
    cookie: bool = False


class Login(Body):
    """Who signs in, and how; with `cookie` the refresh token goes into a cookie that scripts cannot read."""

    email: Annotated[str, Field(max_length=254)]
    password: AnyPassword
    cookie: bool = False


class Refresh(Body):
    """The refresh token of who keeps it outside the cookie."""

    refresh_token: RefreshText | None = None


class NewPassword(Body):
    """The password of today, and the one from now on."""

    current: AnyPassword
    new: Password


class OwnAccount(Body):
    """An account as its owner sees it; of a guest only id, display_name, role and permissions are told."""

    id: str
    display_name: str
    role: str
    permissions: list[str]
    handle: str | None = None
    avatar: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    has_password: bool | None = None
    bio: str | None = None
    created_at: int | None = None


class SignedInAnswer(Body):
    """Tokens and whom they are for; `refresh_token` is null when it went into the cookie. Times in ms."""

    token: str
    expires_at: int
    refresh_token: str | None
    user: OwnAccount


class Refreshed(RootModel[SignedInAnswer | GuestSignedIn]):
    """Fresh tokens of an account, or the fresh token of a guest."""


class Me(Body):
    """Who you are."""

    user: OwnAccount


class SessionItem(Body):
    """A device on which somebody is signed in."""

    id: str
    current: bool
    created_at: int
    last_used_at: int
    user_agent: str
    address: str


class Sessions(Body):
    """All devices on which somebody is signed in."""

    items: list[SessionItem]
