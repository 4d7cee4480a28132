"""What follows for an operation from its path, its method and its decorators."""

from dataclasses import dataclass

_VERSIONED = (
    "/api/lists/{saved}",
    "/api/lists/{saved}/items/{video}",
    "/api/videos/{video}",
    "/api/videos/{video}/publish",
    "/api/videos/{video}/restore",
    "/api/videos/{video}/unlist",
)
_OPEN_WRITES = ("/api/auth/", "/api/videos/{id}/views", "/api/videos/{video}/views")
_OWN = ("/api/me", "/api/admin", "/api/moderation", "/api/audit", "/api/auth/me", "/api/auth/sessions")
_CLOSED_AUTH = (
    "/api/auth/logout-all",
    "/api/auth/sessions",
    "/api/auth/password",
    "/api/auth/verify/request",
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of an operation."""

    path: str
    method: str
    body: bool
    upload: bool
    idempotent: bool

    @property
    def writes(self) -> bool:
        """Say whether it changes something."""
        return self.method != "get"

    @property
    def needs_token(self) -> bool:
        """Say whether nobody may do this without a token."""
        if self.path.startswith((*_OWN, *_CLOSED_AUTH)):
            return True
        return self.writes and not self.path.startswith(_OPEN_WRITES)

    @property
    def edits(self) -> bool:
        """Say whether it may be bound to a state by If-Match."""
        return self.method == "patch" or (self.writes and self.path in _VERSIONED)


def problem_statuses(traits: Traits) -> list[int]:
    """Return the statuses of the problems that an operation may answer with."""
    statuses = {400, 401, 403, 429, 503}
    if "{" in traits.path or traits.writes:
        statuses |= {404}
    if traits.writes:
        statuses |= {409, 410, 423}
    if traits.body or traits.upload:
        statuses |= {408, 413, 415}
    if traits.edits:
        statuses |= {412}
    if traits.idempotent:
        statuses |= {422}
    return sorted(statuses)
