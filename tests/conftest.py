"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("litpost", deadline=None)  # a busy machine is no defect
settings.load_profile("litpost")
