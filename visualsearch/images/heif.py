"""HEIC, as iPhones write it, through pillow-heif; the extra `heif`."""

from __future__ import annotations

from pillow_heif import register_heif_opener

# One picture in the file is all that is wanted: neither its thumbnails nor how far away things are.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
