"""What went wrong below, as the error of a reply: the one place that knows both sides."""

from actors import ActorCrashed, ActorStopped, MailboxFull, TooManyActors
from api.tokens import ExpiredToken, InvalidToken
from hub.wire import codes
from rooms.kind import Refused
from rooms.room import RoomCrashed
from store.errors import DatabaseError, LogError, TooManyEvents

_AWAY = codes.Error(codes.INTERNAL.code, "the hub cannot store this at the moment: try again", temporary=True)
_TRY_AGAIN = (ActorCrashed, ActorStopped, MailboxFull, RoomCrashed, LogError)


def error_of(error: BaseException) -> codes.Error:
    """Return the error reply for what a command came to."""
    match error:
        case codes.Rejected():
            return error.error
        case Refused():
            return codes.Error(error.code, error.message, error.temporary)
        case ExpiredToken():
            return codes.TOKEN_EXPIRED
        case InvalidToken():
            return codes.Error(codes.UNAUTHORIZED.code, str(error))
        case DatabaseError():
            return _AWAY
        case TooManyActors():
            return codes.Error(
                codes.TOO_MANY_REQUESTS.code, "too many rooms are open: try again", temporary=True
            )
        case TooManyEvents():
            return codes.Error(
                codes.LIMIT_EXCEEDED.code, "too much has happened to this message to change it"
            )
        case _ if isinstance(error, _TRY_AGAIN):
            return codes.Error(codes.INTERNAL.code, "the room is being restarted: try again", temporary=True)
        case _:
            return codes.INTERNAL
