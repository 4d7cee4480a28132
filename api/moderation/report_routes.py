"""Routes of reports: anybody with an account makes them, moderators resolve them."""

import uuid

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.http.answers import answer
from api.http.caller import Caller, need
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.texts import uuid_of
from api.moderation import reports, subjects
from api.moderation.acts import set_hidden
from api.moderation.sanctions import impose
from api.moderation.shapes import Made, NewReport, Report, ReportQuery, Reports, Resolution
from api.moderation.subjects import Subject
from api.problems import Problem
from api.services import ApiServices
from api.tokens import is_uuid
from store.database import Connection

REPORTS_A_MINUTE = 10


def reports_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/reports` and `/api/moderation/reports`."""
    routes = Blueprint("moderation_reports", __name__, url_prefix="/api")
    database = services.database

    @routes.post("/reports")
    @tag(["Moderation"])
    @document_response(Made, 201)
    @idempotent
    @limited("report", per_minute=REPORTS_A_MINUTE)
    @validate_request(NewReport)
    async def add(data: NewReport) -> Response:
        """Report something to the moderators."""
        who = await need("report.create")
        subject = Subject(data.kind, data.id, data.thread or "" if data.kind == "post" else "")

        async def work(connection: Connection) -> uuid.UUID:
            found = await subjects.find(connection, subject)
            return await reports.add(connection, who.account_id, subject, found, data.reason)

        return answer({"id": await database.transaction(work)}, 201)

    @routes.get("/moderation/reports")
    @tag(["Moderation"])
    @document_response(Reports, 200)
    @validate_querystring(ReportQuery)
    async def queue(query_args: ReportQuery) -> Response:
        """List reports: the open ones from the oldest, the resolved ones from the newest."""
        await need("post.moderate")
        found = await database.run(
            lambda connection: reports.page(
                connection, query_args.state, query_args.limit, query_args.cursor
            ),
            repeatable=True,
        )
        return answer(found)

    @routes.post("/moderation/reports/<report>/resolve")
    @tag(["Moderation"])
    @document_response(Report, 200)
    @validate_request(Resolution)
    async def resolve(report: str, data: Resolution) -> Response:
        """Act upon a report and close all open ones about the same thing.

        Hiding comes first and may be repeated, so that what breaks off in between can be done again.
        """
        who, wanted = await need("post.moderate"), uuid_of(report)
        card = await database.run(lambda connection: reports.one(connection, wanted), repeatable=True)
        if card["state"] == "resolved":
            raise Problem(409, "conflict", "this report is resolved already")
        subject = Subject(card["kind"], card["subject"], card["thread"] or "")
        if data.action == "hide":
            await set_hidden(services, who, subject, True, data.reason)

        async def close(connection: Connection) -> dict[str, object]:
            await _sanction(connection, who, card["author"]["id"], data)
            await reports.resolve(connection, subject, who.account_id, data.action, data.reason)
            return await reports.one(connection, wanted)

        return answer(await database.transaction(close))

    return routes


async def _sanction(connection: Connection, who: Caller, author: str, data: Resolution) -> None:
    """Mute or ban the author of what was reported, if that is what is to be done."""
    if data.action not in ("mute", "ban"):
        return
    await need("account.moderate")
    if not is_uuid(author):
        raise Problem(409, "conflict", "its author is a guest, who has no account: hide it instead")
    await impose(connection, who.account_id, uuid.UUID(author), data.action, data.until, data.reason)
