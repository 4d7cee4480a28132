"""Roles given by the operator: how the first admin comes to be."""

from api.accounts.accounts import account_by_email
from api.accounts.role_changes import LastAdmin, change_role
from hub.settings import Settings
from hub.upkeep import open_database_in_use
from store.database import Connection

REASON = "granted at the command line"


class CannotGrant(Exception):
    """A role that cannot be given, in one line that says why and what to do."""


async def grant_role(settings: Settings, email: str, role: str) -> str:
    """Give the account with an address a role, and return a line that says so.

    A hub that runs notices at once. Raises CannotGrant and DatabaseError.
    """
    if not email.isprintable():
        raise CannotGrant("this is no e-mail address")

    async def grant(connection: Connection) -> str:
        account = await account_by_email(connection, email.strip())
        if account is None:
            raise CannotGrant(f"no account has the address {email}: sign up with it first, then try again")
        await change_role(connection, None, account.id, role, REASON)
        return f"{account.email} ({account.handle}) has the role {role}"

    async with open_database_in_use(settings) as database:
        try:
            return await database.transaction(grant)
        except LastAdmin as error:
            raise CannotGrant(str(error)) from error
