"""Every code that a problem can carry: statuses, the wire's number for the same, and what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """What a code stands for; `number` is the error code of the WebSocket where it means the same."""

    statuses: tuple[int, ...]
    sense: str
    number: int | None = None


PROBLEM_CODES: dict[str, ProblemCode] = {
    "banned": ProblemCode((403,), "the account is banned"),
    "banned_here": ProblemCode((403,), "this party has put you out, for good or for a while", 440),
    "blocked_word": ProblemCode((400,), "the text holds a word that is not allowed here", 422),
    "category_in_use": ProblemCode((409,), "videos still stand in this category"),
    "conflict": ProblemCode((409,), "it is not in a state in which this can be done"),
    "forbidden": ProblemCode((403,), "you may not do this; the detail names the permission", 103),
    "email_taken": ProblemCode((409,), "another account has this e-mail address"),
    "foreign_origin": ProblemCode((403,), "a page of another origin may not use your cookie"),
    "gone": ProblemCode((410,), "it was deleted", 410),
    "google_not_configured": ProblemCode((503,), "signing in with Google is not set up here"),
    "handle_taken": ProblemCode((409,), "another account has this handle"),
    "id_taken": ProblemCode((409,), "something else has this id: use a new one", 409),
    "idempotency_key_reused": ProblemCode((422,), "this key was used for another request: use a new one"),
    "in_progress": ProblemCode((409,), "the first request under this key is still running"),
    "internal": ProblemCode((500,), "something broke on our side", 100),
    "invalid_body": ProblemCode((400,), "the body is not what the route takes"),
    "invalid_credentials": ProblemCode((401,), "e-mail and password do not fit together"),
    "invalid_cursor": ProblemCode((400,), "the cursor is not the next of a page"),
    "invalid_field": ProblemCode((400,), "a field is not as it must be", 400),
    "invalid_token": ProblemCode((401, 400), "the token is not good, or was used already", 101),
    "invite_expired": ProblemCode((410,), "the time of this invitation is over: ask for another"),
    "invite_needed": ProblemCode((403,), "this party is by invitation", 441),
    "invite_used_up": ProblemCode((410,), "as many came by this invitation as may: ask for another"),
    "length_required": ProblemCode((411,), "tell the length of the body"),
    "limit_exceeded": ProblemCode((409,), "there would be too many or too much of it", 106),
    "locked": ProblemCode((423,), "this thread is locked: only moderators write in it", 423),
    "method_not_allowed": ProblemCode((405,), "Allow names the methods that this path takes"),
    "misdirected_request": ProblemCode((421,), "this host is not served here"),
    "bad_request": ProblemCode((400,), "the request cannot be understood", 107),
    "muted": ProblemCode((403,), "you are muted and can only read", 403),
    "not_acceptable": ProblemCode((406,), "the answer has no such form"),
    "not_found": ProblemCode((404,), "there is nothing here", 404),
    "not_playable": ProblemCode((409,), "this video has no form that can be played yet"),
    "party_ended": ProblemCode((410,), "this party has ended", 443),
    "party_full": ProblemCode((409,), "this party holds no more people at the moment", 442),
    "precondition_failed": ProblemCode((412,), "somebody changed it meanwhile: fetch it again"),
    "rate_limited": ProblemCode((429,), "too many requests: Retry-After says when to go on", 111),
    "request_entity_too_large": ProblemCode((413,), "the body is longer than the route takes"),
    "request_timeout": ProblemCode((408,), "the body did not come in time"),
    "session_revoked": ProblemCode((401,), "the session has ended: sign in again"),
    "slow_mode": ProblemCode((429,), "the thread is in slow mode: Retry-After says when you may post", 429),
    "timeout": ProblemCode((503,), "it took too long and was undone: try again"),
    "token_expired": ProblemCode((401,), "the token has expired: get a new one", 109),
    "token_stale": ProblemCode((401,), "the account has changed since: get a new token"),
    "unauthorized": ProblemCode((401,), "sign in first", 101),
    "unavailable": ProblemCode((503,), "the hub cannot do this at the moment: try again", 108),
    "unsupported_media_type": ProblemCode((415,), "the body is of a type that the route does not take"),
    "upgrade_required": ProblemCode((426,), "this is a WebSocket endpoint"),
}
