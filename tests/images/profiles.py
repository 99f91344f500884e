"""Colour profiles, written by hand: the library below Pillow makes but one. See ICC.1:2022."""

from __future__ import annotations

import struct
from io import BytesIO
from itertools import product

import numpy as np
from PIL import ImageCms

D50 = (0.9642, 1.0, 0.8249)
_SRGB_TO_XYZ = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])


def camera_profile() -> BytesIO:
    """Return Adobe RGB but for its curve: the same red and blue, a far greener green."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.6097, 0.3111, 0.0195),
        b"gXYZ": (0.2053, 0.6257, 0.0609),
        b"bXYZ": (0.1492, 0.0632, 0.7446),
    }
    for number in range(struct.unpack_from(">I", data, 128)[0]):
        name, start, _ = struct.unpack_from(">4sII", data, 132 + 12 * number)
        if name in primaries:
            struct.pack_into(">3i", data, start + 8, *_fixed(primaries[name]))
    return BytesIO(bytes(data))


def print_profile(*, swapped: bool = False) -> bytes:
    """Return a printer's: inks that take away their light, or, where `swapped`, magenta and cyan for each other."""
    grid = 9
    steps = np.linspace(0, 1, grid)
    inks = np.array(list(product(steps, repeat=4)))
    order = [1, 0, 2] if swapped else [0, 1, 2]
    light = (1 - inks[:, order]) * (1 - inks[:, 3:])
    table = np.rint(_lab(light) * [2.55, 1, 1] + [0, 128, 128]).clip(0, 255).astype(np.uint8).tobytes()
    ramp = bytes(range(256))
    lut = struct.pack(">4sI4B9i", b"mft1", 0, 4, 3, grid, 0, *_fixed((1, 0, 0, 0, 1, 0, 0, 0, 1)))
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut + ramp * 4 + table + ramp * 3})


def grey_profile(gamma: float) -> bytes:
    """Return that of a grey scanner with this curve."""
    curve = struct.pack(">4sIIH", b"curv", 0, 1, round(gamma * 256)) + b"\0\0"
    return _profile(b"scnr", b"GRAY", b"XYZ ", {b"kTRC": curve})


def _profile(device: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    white = struct.pack(">4sI3i", b"XYZ ", 0, *_fixed(D50))
    text = struct.pack(">4sI", b"text", 0) + b"none\0\0\0\0"
    tags = {b"wtpt": white, b"cprt": text, b"desc": _description(), **tags}
    start = 132 + 12 * len(tags)
    table, body = b"", b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI3i48x",
        *(
            start + len(body),
            b"none",
            0x02400000,
            device,
            space,
            connection,
            b"\0" * 12,
            b"acsp",
            b"none",
            0,
            0,
            0,
            0,
            0,
        ),
        *_fixed(D50),
    )
    return head + struct.pack(">I", len(tags)) + table + body


def _description() -> bytes:
    text = b"drawn\0"
    return struct.pack(">4sII", b"desc", 0, len(text)) + text + b"\0" * 78


def _fixed(values: tuple[float, ...]) -> list[int]:
    return [round(value * 65536) for value in values]


def _lab(light: np.ndarray) -> np.ndarray:
    """Return CIE Lab of sRGB, 0 to 1."""
    linear = np.where(light > 0.04045, ((light + 0.055) / 1.055) ** 2.4, light / 12.92)
    relative = linear @ _SRGB_TO_XYZ.T / D50
    f = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
