"""The app that knows its services, names and counts every request, and ends the ones that take too long."""

from typing import cast

import structlog
import trio
from quart import Response, current_app
from quart.ctx import RequestContext
from quart.globals import request_ctx
from quart.typing import ResponseReturnValue, ResponseTypes
from quart_trio import QuartTrio

from api.correlation import HEADER, correlation_id
from api.http.answers import empty_answer
from api.http.asking import HubRequest
from api.http.counting import count_request
from api.http.deadlines import deadline_s_of
from api.http.headers import finish_headers
from api.http.sending import HubConnection
from api.problems import Problem
from api.services import ApiServices

log = structlog.get_logger("api.requests")


class HubApp(QuartTrio):
    """A Quart app with the parts that its routes share."""

    request_class = HubRequest
    asgi_http_class = HubConnection
    services: ApiServices

    async def preprocess_request(
        self, request_context: RequestContext | None = None
    ) -> ResponseReturnValue | None:
        """Name the request in the logs, and count it; raise 429."""
        request = _request_of(request_context)
        request.correlation_id = correlation_id(request.headers.get(HEADER, ""))
        structlog.contextvars.bind_contextvars(correlation_id=request.correlation_id)
        count_request(request, self.services)
        return await super().preprocess_request(request_context)

    async def dispatch_request(self, request_context: RequestContext | None = None) -> ResponseReturnValue:
        """Let the route answer; what it has not done when its time is up is undone."""
        rule = _request_of(request_context).url_rule
        limit_s = deadline_s_of(self.view_functions[rule.endpoint]) if rule else float("inf")
        with trio.move_on_after(limit_s):
            return await super().dispatch_request(request_context)
        raise Problem(
            503,
            "timeout",
            f"this took longer than {limit_s:g} s and was undone: try again",
            headers={"Retry-After": "5"},
        )

    async def make_default_options_response(self) -> Response:
        """Name the methods that a path takes."""
        allowed = request_ctx.url_adapter.allowed_methods() if request_ctx.url_adapter else ()
        return empty_answer(204, {"Allow": ", ".join(sorted(allowed))})

    async def process_response(
        self, response: ResponseTypes, request_context: RequestContext | None = None
    ) -> ResponseTypes:
        """Write what every answer carries, and log that it was given."""
        response = await super().process_response(response, request_context)
        request = _request_of(request_context)
        finish_headers(request, response)
        log.info("request", method=request.method, path=request.path, status=response.status_code)
        return response


def services() -> ApiServices:
    """Return the services of the app that handles this request."""
    return cast(HubApp, current_app).services


def _request_of(context: RequestContext | None) -> HubRequest:
    return cast(HubRequest, (context or request_ctx).request)
