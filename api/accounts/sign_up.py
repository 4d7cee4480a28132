"""Signing up: a new account, signed in at once; its address is verified by mail later."""

from api.accounts.accounts import EmailTaken, HandleTaken, NewAccount, create_account
from api.accounts.mails import send_verification
from api.accounts.sessions import Device, SignedIn, open_session
from api.accounts.shapes import SignUp
from api.moderation.rules import check_words
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection


async def sign_up(services: ApiServices, wanted: SignUp, device: Device) -> SignedIn:
    """Make an account and sign it in; raise 409 when its address or handle is taken, 400 for a blocked name.

    The password is hashed before anything is looked up, so that the time tells nothing.
    """
    check_words(wanted.display_name, "display_name")
    check_words(wanted.handle or "", "handle")
    new = NewAccount(
        wanted.email, wanted.display_name, await services.passwords.hash(wanted.password), wanted.handle
    )

    async def make(connection: Connection) -> SignedIn:
        account = await create_account(connection, new)
        await send_verification(connection, services.options.public_url, account.id, account.email)
        return await open_session(connection, services.tokens, account, device)

    try:
        return await services.database.transaction(make)
    except EmailTaken as error:
        detail = "there is an account with this address: sign in, or reset its password"
        raise Problem(409, "email_taken", detail, "email") from error
    except HandleTaken as error:
        raise Problem(409, "handle_taken", f"{error}; choose another", "handle") from error
