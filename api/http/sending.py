"""How answers go out: a body that is at hand in one message, not in two."""

from hypercorn.typing import ASGISendCallable
from quart.typing import ResponseTypes
from quart.utils import encode_headers
from quart.wrappers.response import DataBody, Response
from quart_trio.asgi import TrioASGIHTTPConnection


class HubConnection(TrioASGIHTTPConnection):
    """Sends answers; the rest is quart-trio's."""

    async def _send_response(self, send: ASGISendCallable, response: ResponseTypes) -> None:
        if not isinstance(response, Response) or not isinstance(response.response, DataBody):
            await super()._send_response(send, response)
            return
        whole = response.response
        headers = encode_headers(response.headers)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send(
            {"type": "http.response.body", "body": whole.data[whole.begin : whole.end], "more_body": False}
        )
