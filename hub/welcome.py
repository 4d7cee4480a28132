"""Whether somebody is still welcome at a watch party: a token only says that they were when it was given."""

from actors import Registry
from hub.wire import codes
from rooms import refusals
from rooms.kind import By, Refused
from rooms.kinds.watch.commands import Check
from rooms.room import Request

ANSWER_S_MAX = 10.0
DOOR = By("door", system=True)
_UNWELCOME = (refusals.BANNED_HERE, refusals.INVITE_NEEDED)


async def check_welcome(rooms: Registry[Request], channel: str, by: By) -> None:
    """Raise Rejected for who was banned or sent out, be it before the hub was killed, or is not invited now.

    Moderators listen anywhere; a party that is full, or over, may be listened to.
    """
    if by.moderator:
        return
    try:
        await rooms.ref(channel).ask(Request(Check(by.user), DOOR), ANSWER_S_MAX)
    except Refused as refused:
        if refused.code in _UNWELCOME:
            raise codes.Rejected(codes.PERMISSION_DENIED, refused.message) from refused
