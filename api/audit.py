"""The audit log: who did what to whom, when and why."""

import uuid
from collections.abc import Mapping
from typing import Any

import orjson

from store.database import Connection


async def record(
    connection: Connection,
    actor: uuid.UUID | None,
    act: str,
    subject: tuple[str, str],
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note an act in the transaction that does it.

    `actor` is None for the operator at the command line; `act` is a name such as `account.role`; `subject` is
    a kind and an id, such as `("account", "…")`; `details` is what a reader needs to know what changed.
    """
    await connection.execute(
        "insert into audit_log (actor, act, subject_kind, subject_id, reason, details)"
        " values ($1, $2, $3, $4, $5, $6::jsonb)",
        actor,
        act,
        *subject,
        reason,
        orjson.dumps(dict(details or {})).decode(),
    )
