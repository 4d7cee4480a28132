"""Roles, as sets of named permissions."""

from collections.abc import Mapping

VIEWER = "viewer"
CREATOR = "creator"
ADMIN = "admin"
GUEST = "guest"
ANONYMOUS = "anonymous"

_VIEWER = frozenset(
    {
        "profile.edit",
        "follow.write",
        "video.like",
        "comment.write",
        "list.write",
        "party.create",
        "thread.create",
        "post.write",
        "report.create",
    }
)
_CREATOR = _VIEWER | {"video.create"}
_ADMIN = _CREATOR | {
    "video.edit_any",
    "comment.moderate",
    "category.write",
    "thread.moderate",
    "post.moderate",
    "account.moderate",
    "account.roles",
    "audit.read",
}

ACCOUNT_ROLES: Mapping[str, frozenset[str]] = {VIEWER: _VIEWER, CREATOR: _CREATOR, ADMIN: _ADMIN}
"""The roles that an account can have."""

ROLES: Mapping[str, frozenset[str]] = {
    ANONYMOUS: frozenset(),
    GUEST: frozenset({"post.write"}),  # in the threads that are open to guests; the thread's own rule
    **ACCOUNT_ROLES,
}

PERMISSIONS = frozenset().union(*ROLES.values())


def permissions_of(role: str) -> frozenset[str]:
    """Return what a role may do; a role that is not known may do nothing."""
    return ROLES.get(role, frozenset())
