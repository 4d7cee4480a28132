"""Routes of people: their profiles and pictures."""

from quart import Blueprint, Response, request
from quart_schema import document_response, tag, validate_request

from api.accounts import shapes
from api.accounts.avatars import AvatarMaker, avatar_image, keep_avatar, remove_avatar
from api.accounts.profiles import (
    ProfileAnswer,
    ProfileChange,
    change_profile,
    etag_of_own,
    own_account,
    profile_of,
)
from api.http.answers import answer, check_if_match, etag_of
from api.http.caller import caller, need, need_account
from api.http.described import answers_with
from api.http.rate_limits import limited
from api.http.texts import Body
from api.services import ApiServices

CHANGES_PER_MINUTE = 20
UPLOADS_PER_MINUTE = 6
FOR_EVER = "public, max-age=31536000, immutable"


class AvatarAnswer(Body):
    """Where the picture is."""

    avatar: str


def profiles_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/me` with its picture, `/api/users/{handle}` and `/api/avatars/{id}.webp`."""
    profiles = Blueprint("profiles", __name__, url_prefix="/api")
    database, avatars = services.database, AvatarMaker()

    @profiles.get("/users/<handle>")
    @tag(["users"])
    @document_response(ProfileAnswer)
    async def profile(handle: str) -> Response:
        """Show a person."""
        who = await caller()
        viewer = who.account_id if who.account else None
        found = await database.run(lambda c: profile_of(c, handle, viewer), repeatable=True)
        return answer({"user": found}, etag=etag_of(found))

    @profiles.get("/me")
    @tag(["users"])
    @document_response(shapes.Me)
    async def own() -> Response:
        """Show your own account, with the ETag that an edit can name in If-Match."""
        account_id = (await need_account()).account_id
        account = await database.run(lambda c: own_account(c, account_id), repeatable=True)
        return answer({"user": account.as_own_json()}, etag=etag_of_own(account), cache="private, no-cache")

    @profiles.patch("/me")
    @tag(["users"])
    @document_response(shapes.Me)
    @limited("profile", per_minute=CHANGES_PER_MINUTE)
    @validate_request(ProfileChange)
    async def change(data: ProfileChange) -> Response:
        """Change your name, handle or bio; what is left out stays."""
        account = await change_profile(database, await need("profile.edit"), data, check_if_match)
        return answer({"user": account.as_own_json()}, etag=etag_of_own(account))

    @profiles.put("/me/avatar")
    @tag(["users"])
    @document_response(AvatarAnswer)
    @limited("avatar", per_minute=UPLOADS_PER_MINUTE)
    async def upload() -> Response:
        """Take a PNG, JPEG or WebP picture of up to 2 MiB as your avatar; its middle is shown."""
        who = await need("profile.edit")
        body = await request.get_data(cache=False, as_text=False, parse_form_data=False)
        image = await avatars.make(request.mimetype, body)
        path = await database.transaction(lambda c: keep_avatar(c, who, image))
        return answer({"avatar": path})

    @profiles.delete("/me/avatar")
    @tag(["users"])
    @limited("avatar", per_minute=UPLOADS_PER_MINUTE)
    async def drop() -> Response:
        """Have no avatar."""
        account_id = (await need("profile.edit")).account_id
        await database.transaction(lambda c: remove_avatar(c, account_id))
        return answer(status=204)

    @profiles.get("/avatars/<avatar_id>.webp")
    @tag(["users"])
    @answers_with(200, "The picture.", "image/webp")
    async def avatar(avatar_id: str) -> Response:
        """Give a picture, 256 pixels square; what stands under an address never changes."""
        image = await database.run(lambda c: avatar_image(c, avatar_id), repeatable=True)
        response = Response(image, content_type="image/webp", headers={"Cache-Control": FOR_EVER})
        response.set_etag(avatar_id)
        return await response.make_conditional(request)

    return profiles
