"""Bytes from a stranger become an upright RGB picture, or are refused with a reason."""

from model_service.picture.decoding import CUT, MAX_BYTES, DecodedPicture, decode_picture, open_picture

__all__ = ["CUT", "MAX_BYTES", "DecodedPicture", "decode_picture", "open_picture"]
