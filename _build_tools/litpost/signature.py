"""The digest that a post carries of itself: it tells an edit by hand."""

from __future__ import annotations

import re

from litpost.source import digest

DIGEST_LINE = re.compile(r"^# litpost-digest: ([0-9a-f]{64})$", re.M)


def sign(text: str) -> str:
    """Put the digest of a post's text in its digest line."""
    bare = DIGEST_LINE.sub("# litpost-digest: " + "0" * 64, text, count=1)
    return DIGEST_LINE.sub("# litpost-digest: " + digest(bare), bare, count=1)


def is_signed(text: str) -> bool:
    """Say whether a post is exactly as litpost wrote it."""
    return bool(DIGEST_LINE.search(text)) and sign(text) == text
