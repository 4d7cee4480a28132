"""Routes for those who look after accounts: find them, and give them roles."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.accounts.account_list import Wanted, account_page, as_json
from api.accounts.accounts import Account
from api.accounts.role_changes import change_role
from api.http.answers import answer
from api.http.caller import need
from api.http.cursors import decode_cursor, encode_cursor
from api.http.texts import Body, Paged, line, text, uuid_of
from api.problems import Problem
from api.services import ApiServices

Role = Literal["viewer", "creator", "admin"]


class UsersQuery(Paged):
    """Which accounts: `q` is looked for in address, handle and name."""

    q: Annotated[str, line(0, 100)] | None = None
    role: Role | None = None


class RoleChange(Body):
    """The role from now on, and why."""

    role: Role
    reason: Annotated[str, text(1, 500)]


class ManagedUser(Body):
    """An account as those see it who look after accounts; what is for good ends with the year 9999."""

    id: str
    display_name: str
    handle: str
    avatar: str | None
    email: str | None
    email_verified: bool
    role: Role
    banned_until: int | None
    ban_reason: str | None
    muted_until: int | None
    created_at: int


class ManagedUsers(Body):
    """A page of accounts, newest first."""

    items: list[ManagedUser]
    next: str | None


class RoleGiven(Body):
    """The account whose role was changed."""

    id: str
    display_name: str
    handle: str
    role: Role
    permissions: list[str]


def admin_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes under `/api/admin`."""
    admin = Blueprint("admin", __name__, url_prefix="/api/admin")

    @admin.get("/users")
    @tag(["Admin"])
    @document_response(ManagedUsers)
    @validate_querystring(UsersQuery)
    async def users(query_args: UsersQuery) -> Response:
        """List accounts, newest first."""
        await need("account.moderate")
        wanted = Wanted(query_args.role, query_args.q, _place(query_args.cursor), query_args.limit)
        rows = await services.database.run(
            lambda connection: account_page(connection, wanted), repeatable=True
        )
        shown = rows[: wanted.limit]
        more = encode_cursor(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > len(shown) else None
        return answer({"items": [as_json(row) for row in shown], "next": more})

    @admin.put("/users/<user_id>/role")
    @tag(["Admin"])
    @document_response(RoleGiven)
    @validate_request(RoleChange)
    async def role(user_id: str, data: RoleChange) -> Response:
        """Give an account a role, which counts at once; nobody changes their own."""
        who = await need("account.roles")
        account = uuid_of(user_id)
        if account == who.account_id:
            raise Problem(409, "conflict", "nobody changes their own role: ask another admin")
        return answer(_role_given(await _give(services, who.account_id, account, data)))

    return admin


async def _give(services: ApiServices, actor: uuid.UUID, account: uuid.UUID, wanted: RoleChange) -> Account:
    changed = await services.database.transaction(
        lambda connection: change_role(connection, actor, account, wanted.role, wanted.reason)
    )
    if changed is None:
        raise Problem(404, "not_found", "there is no such account")
    return changed


def _role_given(account: Account) -> dict[str, object]:
    own = account.as_own_json()
    return {name: own[name] for name in ("id", "display_name", "handle", "role", "permissions")}


def _place(cursor: str | None) -> tuple[datetime, uuid.UUID] | None:
    values = decode_cursor(cursor, datetime, uuid.UUID)
    if values is None:
        return None
    created_at, account = values
    if created_at is None or account is None:
        raise Problem(400, "invalid_cursor", "cursor must be the next of the page before", "cursor")
    return created_at, account
