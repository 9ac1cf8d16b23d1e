"""Images as planar point clouds: the pixels of the object."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from tdainv._typing import Float
from tdainv.images.binary import otsu_threshold

__all__ = ["otsu_threshold", "parse_image"]


def parse_image(content: bytes) -> Float:
    """Return the pixels of the object as points of shape (n_points, 2).

    The image is made grey and split in two by Otsu's threshold. The part that holds most of the border pixels
    is the background (the light part in a draw); the other part is the object. The pixel in row r, counted
    from the top, and column c becomes the point (c, height - 1 - r), in units of pixels with y upwards.
    """
    grey = _grey_values(content)
    light = grey > otsu_threshold(grey)
    border = np.concatenate([light[0], light[-1], light[1:-1, 0], light[1:-1, -1]])
    light_background = border.mean() >= 0.5
    rows, columns = np.nonzero(light != light_background)
    return np.column_stack([columns, len(grey) - 1 - rows]).astype(np.float64)


def _grey_values(content: bytes) -> Float:
    """Decode the first frame to grey values of shape (height, width); transparent parts are seen on white."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as image:
            if image.mode[0] in "IF":  # 16 or 32 bits: a conversion to 8 bits would cut the values off
                grey = np.asarray(image, dtype=np.float64)
            elif image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
                white = Image.new("RGBA", image.size, "white")
                grey = np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("L"), dtype=np.float64)
            else:
                grey = np.asarray(image.convert("L"), dtype=np.float64)
    except UnidentifiedImageError as error:
        raise ValueError("it must be an image, but no known image format fits its content.") from error
    except Exception as error:  # decoders raise OSError, SyntaxError, struct.error and others
        raise ValueError(f"it must be an image, but it cannot be decoded: {error}.") from error
    if not np.isfinite(grey).all():
        raise ValueError("all grey values must be finite, got NaN or infinity.")
    return grey
