"""Test clips whose every frame carries its own number, to be read from the picture."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg

from bench.errors import NotAvailable

FPS = 60
"""As a screen has them. A browser moves a film by whole pictures: of 30 a second those are 33 ms apart."""
CELLS_WIDE, CELLS_HIGH, CELL_PX = 32, 18, 10
BITS = 16
"""The number stands in the two topmost rows of cells, each bit two cells wide, the highest one first; the two
rows below it hold the same with black and white exchanged, so that what is no number is not taken for one."""
_CHUNK = 900
_BLACK, _WHITE = b"\x10\x10", b"\xeb\xeb"


def make_clip(path: Path, seconds: int) -> None:
    """Make an MP4 of `seconds` with sound, 320 × 180 at FPS frames a second, a key frame each second."""
    encoder = subprocess.Popen(
        [imageio_ffmpeg.get_ffmpeg_exe(), *_arguments(path, seconds)], stdin=subprocess.PIPE
    )
    assert encoder.stdin is not None
    with encoder.stdin as frames:
        for chunk in _chunks(seconds * FPS):
            frames.write(chunk)
    if encoder.wait() != 0:
        raise NotAvailable(f"ffmpeg ended with {encoder.returncode}; it could not make {path}")


def make_stream(clip: Path, folder: Path) -> Path:
    """Cut a clip into an HLS stream of 2 s segments; return its playlist."""
    playlist = folder / "index.m3u8"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", clip, "-c", "copy", "-f", "hls"]
    subprocess.run(
        [*command, "-hls_time", "2", "-hls_playlist_type", "vod", playlist],
        check=True,
    )
    return playlist


def frame_picture(number: int) -> bytes:
    """Return a frame as one grey byte a cell: its number, the number inverted, and a bar that moves."""
    bits = [bool(number >> place & 1) for place in reversed(range(BITS))]
    row = b"".join(_WHITE if bit else _BLACK for bit in bits)
    inverted = b"".join(_BLACK if bit else _WHITE for bit in bits)
    bar = bytearray(b"\x50" * CELLS_WIDE)
    bar[number % CELLS_WIDE] = 0xC0
    return row * 2 + inverted * 2 + bytes(bar) * (CELLS_HIGH - 4)


def _chunks(frames: int) -> Iterator[bytes]:
    for first in range(0, frames, _CHUNK):
        yield b"".join(map(frame_picture, range(first, min(first + _CHUNK, frames))))


def _arguments(path: Path, seconds: int) -> list[str]:
    size = f"{CELLS_WIDE}x{CELLS_HIGH}"
    picture = f"-f rawvideo -pix_fmt gray -s {size} -r {FPS} -i -"
    sound = f"-f lavfi -i sine=frequency=330:sample_rate=44100:duration={seconds}"
    look = f"-vf scale={CELLS_WIDE * CELL_PX}:{CELLS_HIGH * CELL_PX}:flags=neighbor,format=yuv420p"
    coding = f"-c:v libx264 -preset ultrafast -crf 30 -g {FPS} -bf 0 -c:a aac -b:a 32k -ac 1"
    words = f"-loglevel error -y {picture} {sound} {look} {coding} -movflags +faststart -shortest"
    return [*words.split(), str(path)]
