"""The WebSocket side of the front door: the handshake, then a session, then nothing left behind."""

import structlog
import trio
import trio_websocket

from api.correlation import HEADER, correlation_id
from hub.limits import CONNECT_TIMEOUT_S, FRAME_CHARACTERS_MAX
from hub.methods import Methods
from hub.outlet import Outlet
from hub.services import Services
from hub.session import Session
from hub.wire.codec import BY_SUBPROTOCOL, JSON, Codec

RECEIVE_BYTES = 16 * 1024
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
                outlet = Outlet(stream, nursery, clock=self._services.clock.now_ms)
                try:
                    await self._shake_hands(nursery, stream, outlet)
                finally:
                    outlet.abandon()
                    nursery.cancel_scope.cancel()
        except* (OSError, trio_websocket.HandshakeError, trio_websocket.ConnectionClosed):
            pass  # the client went away
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except* UnicodeDecodeError as faults:  # wsproto takes some headers for ASCII
            log.info("bad_handshake", reason=str(faults.exceptions[0]))
        except* Exception as faults:
            log.error("connection_failed", exc_info=faults)
        finally:
            await trio.aclose_forcefully(stream)

    async def _shake_hands(self, nursery: trio.Nursery, stream: trio.SocketStream, outlet: Outlet) -> None:
        accepted = None
        with trio.move_on_after(CONNECT_TIMEOUT_S):  # the library waits for ever after a head it refused
            request = await trio_websocket.wrap_server_stream(
                nursery,
                outlet,
                max_message_size=FRAME_CHARACTERS_MAX,
                receive_buffer_size=RECEIVE_BYTES,
            )
            accepted = await self._accept(request)
        if accepted is not None:
            websocket, codec = accepted
            await self._run(Session(self._services, codec, outlet), websocket)

    async def _accept(
        self, request: trio_websocket.WebSocketRequest
    ) -> tuple[trio_websocket.WebSocketConnection, Codec] | None:
        """Accept in the codec that is asked for, or refuse and return None."""
        offered = request.proposed_subprotocols
        codec = next((BY_SUBPROTOCOL[each] for each in offered if each in BY_SUBPROTOCOL), None)
        if self._services.connections.full:
            await request.reject(503, body=FULL)
            return None
        if codec is None and _wants_protobuf(request):
            await request.reject(400, body=NO_PROTOBUF)
            return None
        correlation = _correlation_id(request)
        structlog.contextvars.bind_contextvars(correlation_id=correlation)
        headers = [(HEADER.lower().encode(), correlation.encode())]
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
    wanted = HEADER.lower().encode()
    brought = next((value for name, value in request.headers if name.lower() == wanted), b"")
    return correlation_id(brought.decode("latin-1"))
