"""Routes of the word filter."""

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api.http.answers import answer
from api.http.caller import need
from api.moderation import word_changes, word_list
from api.moderation.shapes import WordFilter, Words
from api.moderation.word_list import KeptWords
from api.services import ApiServices
from store.database import Connection


def words_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/moderation/word-filter`."""
    routes = Blueprint("moderation_words", __name__, url_prefix="/api/moderation/word-filter")
    database = services.database

    @routes.get("")
    @tag(["Moderation"])
    @document_response(WordFilter, 200)
    async def show() -> Response:
        """Show the words that nobody may write."""
        await need("post.moderate")
        return _shown(await database.run(word_list.read, repeatable=True))

    @routes.put("")
    @tag(["Moderation"])
    @document_response(WordFilter, 200)
    @validate_request(Words)
    async def replace(data: Words) -> Response:
        """Replace the words that nobody may write; what is written already stays."""
        who = await need("post.moderate")

        async def work(connection: Connection) -> KeptWords:
            return await word_changes.replace(connection, who, data.words)

        kept = await database.transaction(work)
        await services.words.load(database)
        return _shown(kept)

    return routes


def _shown(kept: KeptWords) -> Response:
    return answer({"words": kept.words}, etag=word_changes.etag_of_words(kept))
