"""Every error an actor's caller can meet, each saying what to do and whether trying again may help."""

from typing import ClassVar


class ActorError(Exception):
    """The root of all errors here; `temporary` tells whether the same message may be tried again later."""

    temporary: ClassVar[bool] = True


class MailboxFull(ActorError):
    """The mailbox holds as many messages as it may: this one was refused, or dropped for a newer one."""

    def __init__(self, capacity: int, happened: str = "the message was refused") -> None:
        super().__init__(f"{capacity} messages already wait in this mailbox: {happened}; try again later")
        self.capacity = capacity


class MailboxClosed(ActorError):
    """The mailbox takes no messages any more, and nothing waits in it."""

    temporary = False

    def __init__(self) -> None:
        super().__init__("this mailbox is closed for good: start its owner afresh with a new mailbox")


class AskTimeout(ActorError):
    """No answer came in time; what had not begun by then never will, what had may still take effect."""

    def __init__(self, name: str, timeout_s: float) -> None:
        super().__init__(
            f"{name!r} did not answer within {timeout_s:g} s; ask again, what was begun may still take effect"
        )
        self.name = name


class ActorCrashed(ActorError):
    """The actor crashed in the turn that held this message; `__cause__` is why."""

    def __init__(self, name: str, cause: BaseException) -> None:
        super().__init__(
            f"{name!r} crashed while it handled this message ({cause!r}); it restarts, try again"
        )
        self.name = name
        self.__cause__ = cause


class ActorStopped(ActorError):
    """The actor ended, or may not be started now, and did not handle this message."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name!r} did not handle this message: {reason}")
        self.name = name
        self.reason = reason


class NotAnswered(ActorError):
    """The turn returned without answering this message: a fault of the actor."""

    temporary = False

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} ended its turn without an answer: its turn() must answer() or fail() each envelope"
        )
        self.name = name


class TooManyActors(ActorError):
    """The registry already keeps as many actors awake as it may."""

    def __init__(self, name: str, actors_max: int) -> None:
        super().__init__(
            f"{name!r} cannot start: {actors_max} actors are awake, the limit; try later or raise actors_max"
        )
        self.name = name
        self.actors_max = actors_max


class AlreadyRunning(ActorError):
    """The supervisor already runs something of this name."""

    temporary = False

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is running already: stop it first, or choose another name")
        self.name = name
