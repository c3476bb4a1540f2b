"""The random identifiers of ``uuid.uuid4``, the same whenever a step runs."""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any


class Identifiers:
    """Draws identifiers.

    pandas, Plotly, Bokeh and others name the elements of their HTML by them.
    """

    def __init__(self) -> None:
        self._random = random.Random()

    def begin(self, key: str) -> None:
        """Start the identifiers of a step."""
        self._random.seed(key)

    def patch(self, uuid: ModuleType) -> None:
        """Let ``uuid.uuid4`` draw them."""

        def uuid4() -> Any:
            return uuid.UUID(int=self._random.getrandbits(128), version=4)

        vars(uuid)["uuid4"] = uuid4
