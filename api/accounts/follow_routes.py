"""Routes of who follows whom."""

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring

from api.accounts.follows import People, follow, followed_by, followers_of, unfollow
from api.http.answers import answer
from api.http.caller import need
from api.http.rate_limits import limited
from api.http.texts import Paged
from api.services import ApiServices

FOLLOWS_PER_MINUTE = 60


def follows_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/users/{handle}/follow`, `/followers` and `/following`."""
    follows = Blueprint("follows", __name__, url_prefix="/api")
    database = services.database

    @follows.put("/users/<handle>/follow")
    @tag(["users"])
    @limited("follow", per_minute=FOLLOWS_PER_MINUTE)
    async def begin_to_follow(handle: str) -> Response:
        """Follow somebody; again is the same."""
        account_id = (await need("follow.write")).account_id
        await database.transaction(lambda c: follow(c, account_id, handle))
        return answer(status=204)

    @follows.delete("/users/<handle>/follow")
    @tag(["users"])
    @limited("follow", per_minute=FOLLOWS_PER_MINUTE)
    async def stop_following(handle: str) -> Response:
        """Follow somebody no more; again is the same."""
        account_id = (await need("follow.write")).account_id
        await database.transaction(lambda c: unfollow(c, account_id, handle))
        return answer(status=204)

    @follows.get("/users/<handle>/followers")
    @tag(["users"])
    @document_response(People)
    @validate_querystring(Paged)
    async def followers(handle: str, query_args: Paged) -> Response:
        """List who follows somebody, the latest first."""
        return answer(await database.run(lambda c: followers_of(c, handle, query_args), repeatable=True))

    @follows.get("/users/<handle>/following")
    @tag(["users"])
    @document_response(People)
    @validate_querystring(Paged)
    async def following(handle: str, query_args: Paged) -> Response:
        """List whom somebody follows, the latest first."""
        return answer(await database.run(lambda c: followed_by(c, handle, query_args), repeatable=True))

    return follows
