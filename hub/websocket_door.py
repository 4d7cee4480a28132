"""The WebSocket side of the front door: the handshake, then a session, then nothing left behind."""

import uuid

import structlog
import trio
import trio_websocket

from hub.limits import CONNECT_TIMEOUT_S, FRAME_CHARACTERS_MAX
from hub.methods import Methods
from hub.outlet import Outlet
from hub.services import Services
from hub.session import Session
from hub.wire.codec import BY_SUBPROTOCOL, JSON, Codec

RECEIVE_BYTES = 4096
NO_PROTOBUF = b"this hub speaks the JSON protocol and centrifuge-msgpack, not centrifuge-protobuf\n"
FULL = b"this hub has as many connections as it takes: try again later\n"

log = structlog.get_logger(__name__)


class WebSocketDoor:
    """Turns accepted sockets that ask for a WebSocket into sessions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._methods = Methods(services)

    async def serve(self, stream: trio.SocketStream) -> None:
        """Serve one connection to its end; a fault in it ends it alone."""
        try:
            async with trio.open_nursery() as nursery:
                outlet = Outlet(stream, nursery)
                try:
                    await self._shake_hands(nursery, stream, outlet)
                finally:
                    outlet.abandon()
                    nursery.cancel_scope.cancel()
        except* (OSError, trio_websocket.HandshakeError, trio_websocket.ConnectionClosed):
            pass  # the client went away
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except* Exception as faults:
            log.error("connection_failed", exc_info=faults)
        finally:
            await trio.aclose_forcefully(stream)

    async def _shake_hands(self, nursery: trio.Nursery, stream: trio.SocketStream, outlet: Outlet) -> None:
        with trio.move_on_after(CONNECT_TIMEOUT_S):
            request = await trio_websocket.wrap_server_stream(
                nursery,
                outlet,
                max_message_size=FRAME_CHARACTERS_MAX,
                receive_buffer_size=RECEIVE_BYTES,
            )
            websocket, codec = await self._accept(request)
        if websocket is not None and codec is not None:
            await self._run(Session(self._services, codec, outlet), websocket)

    async def _accept(
        self, request: trio_websocket.WebSocketRequest
    ) -> tuple[trio_websocket.WebSocketConnection | None, Codec | None]:
        offered = request.proposed_subprotocols
        codec = next((BY_SUBPROTOCOL[each] for each in offered if each in BY_SUBPROTOCOL), None)
        if self._services.connections.full:
            await request.reject(503, body=FULL)
            return None, None
        if codec is None and _wants_protobuf(request):
            await request.reject(400, body=NO_PROTOBUF)
            return None, None
        headers = [(b"x-correlation-id", _correlation_id(request).encode())]
        subprotocol = codec.subprotocol if codec is not None else None
        return await request.accept(subprotocol=subprotocol, extra_headers=headers), codec or JSON

    async def _run(self, session: Session, websocket: trio_websocket.WebSocketConnection) -> None:
        connections = self._services.connections
        connections.add(session)
        try:
            await session.run(websocket, self._methods.table)
        finally:
            session.leave()
            connections.remove(session)


def _wants_protobuf(request: trio_websocket.WebSocketRequest) -> bool:
    return "centrifuge-protobuf" in request.proposed_subprotocols or "cf_protocol=protobuf" in request.path


def _correlation_id(request: trio_websocket.WebSocketRequest) -> str:
    for name, value in request.headers:
        if name.lower() == b"x-correlation-id" and len(value) <= 128 and value.isascii():
            return value.decode()
    return str(uuid.uuid4())
