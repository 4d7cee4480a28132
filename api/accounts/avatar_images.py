"""Pictures that people upload, made into small squares that hold nothing but what is seen."""

import io

from PIL import Image, ImageOps

SIDE_PX = 256
PIXELS_MAX = 24_000_000  # decoded 96 MB; a photograph of a phone has 12 million
FORMATS = ("PNG", "JPEG", "WEBP")
QUALITY = 85


class NoPicture(Exception):
    """The bytes cannot be read as a picture of these formats."""


class TooManyPixels(Exception):
    """The picture would need more memory than it is worth."""


def square_webp(upload: bytes) -> bytes:
    """Return the middle of a picture as WebP of SIDE_PX by SIDE_PX, upright, without metadata.

    Takes up to 0.5 s and 100 MB: for a worker thread. Raises NoPicture or TooManyPixels.
    """
    try:
        with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_MAX:
                raise TooManyPixels(f"at most {PIXELS_MAX // 1_000_000} million pixels")
            return _square(image)
    except TooManyPixels:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooManyPixels(str(error)) from error
    except Exception as error:  # decoders of three formats fail in many ways over broken files
        raise NoPicture(f"it cannot be read: {error}") from error


def _square(image: Image.Image) -> bytes:
    image.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))  # JPEG is decoded at the least size that will do
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    square = ImageOps.fit(upright, (SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    pixels = Image.frombytes("RGBA", square.size, square.tobytes())  # a new picture: no metadata comes along
    written = io.BytesIO()
    pixels.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()
