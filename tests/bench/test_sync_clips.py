"""A clip's frames carry their numbers."""

import subprocess
from pathlib import Path

import imageio_ffmpeg

from bench.sync.clips import (
    BITS,
    CELL_PX,
    CELLS_HIGH,
    CELLS_WIDE,
    FPS,
    frame_picture,
    make_clip,
    make_stream,
)


def number_in(row: bytes, below: bytes) -> int:
    """Read a number as the page does: from one row of its cells and one of the inverted ones."""
    number = 0
    for bit in range(BITS):
        assert abs(row[2 * bit] - below[2 * bit]) > 60
        number = number * 2 + (row[2 * bit] > below[2 * bit])
    return number


def cells(frame: bytes, row: int) -> bytes:
    """Return a pixel of each cell of a row."""
    line = int((row + 0.5) * CELL_PX) * CELLS_WIDE * CELL_PX
    return frame[line + CELL_PX // 2 : line + CELLS_WIDE * CELL_PX : CELL_PX]


def test_every_number_can_be_read_from_its_cells() -> None:
    for number in (0, 1, 2, 30, 12_345, 2**BITS - 1):
        picture = frame_picture(number)
        assert number_in(picture[:CELLS_WIDE], picture[2 * CELLS_WIDE : 3 * CELLS_WIDE]) == number


def test_a_clip_shows_each_frames_number(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", 2)
    decode = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", tmp_path / "clip.mp4"]
    grey = subprocess.run(
        [*decode, "-f", "rawvideo", "-pix_fmt", "gray", "-"], check=True, capture_output=True, timeout=60
    ).stdout
    width, height = CELLS_WIDE * CELL_PX, CELLS_HIGH * CELL_PX
    frames = [grey[begin : begin + width * height] for begin in range(0, len(grey), width * height)]
    assert [number_in(cells(frame, 1), cells(frame, 2)) for frame in frames] == list(range(2 * FPS))


def test_a_clip_can_be_cut_into_a_stream(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", 5)
    playlist = make_stream(tmp_path / "clip.mp4", tmp_path)
    assert playlist.read_text().count("#EXTINF") == 3
