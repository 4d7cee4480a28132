"""Whatever is offered, held, drained and ended in whatever order: whole frames leave, in order, once."""

import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.wire.frames import BINARY, CLOSE, frame
from tests.hub.frame_reader import frames_in
from tests.hub.test_outlet import Line, open_line

SIZES = st.sampled_from([1, 100, 3_000, 20_000, 300_000])
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["offer", "offer", "offer", "hold"]), SIZES),
    st.tuples(st.sampled_from(["let_go", "read", "run", "run"]), st.just(0)),
)


class Story:
    """Does things to an outlet and remembers the payloads that have to leave."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.said: list[bytes] = []
        self.held: list[bytes] = []
        self.heard = b""
        self.finished = False
        line.outlet.on_overflow(self.finish)

    def payload(self, size: int) -> bytes:
        return b"%d:" % (len(self.said) + len(self.held)) + b"x" * size

    async def offer(self, size: int) -> None:
        self.leave_held()
        payload = self.payload(size)
        self.said.append(payload)
        self.line.outlet.offer(frame(BINARY, payload))

    async def hold(self, size: int) -> None:
        if not self.held:
            self.held.append(self.payload(size))
            payload = self.held[0]
            self.line.outlet.hold(lambda: frame(BINARY, payload))

    async def let_go(self, _: int = 0) -> None:
        self.leave_held()
        self.line.outlet.let_go()

    def leave_held(self) -> None:
        self.said += self.held
        self.held.clear()

    async def run(self, _: int) -> None:
        await trio.lowlevel.checkpoint()

    async def read(self, _: int) -> None:
        self.heard += self.line.read_at_once()

    def finish(self) -> None:
        self.leave_held()
        self.finished = True
        self.line.outlet.finish(3008, "slow")

    async def end(self, farewell: bool) -> None:
        if farewell:
            self.finish()
        await self.let_go()
        while self.line.outlet.queued_bytes:
            self.heard += await self.line.client.receive_some(65_536)
        self.heard += self.line.read_at_once()
        frames = frames_in(self.heard)
        if self.finished:
            assert frames.pop() == (CLOSE, b"\x0b\xc0slow")
            assert [payload for _, payload in frames] == self.said[: len(frames)]
        else:
            assert [payload for _, payload in frames] == self.said


@given(st.lists(ACTIONS, max_size=30), st.booleans())
@settings(max_examples=60, deadline=None)
def test_whole_frames_leave_in_order(actions: list[tuple[str, int]], farewell: bool) -> None:
    async def play() -> None:
        async with open_line() as line:
            story = Story(line)
            for action, argument in actions:
                await getattr(story, action)(argument)
            await story.end(farewell)

    trio.run(play)
