"""What elements of HTML are named by, the same whenever a step runs."""

from __future__ import annotations

import random
from types import ModuleType
from typing import Any


class Identifiers:
    """Draws identifiers.

    pandas, Plotly, Bokeh and others name elements by those of ``uuid.uuid4``.
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

    def patch_counter(self, module: ModuleType) -> None:
        """Let scikit-learn, which counts what it has shown so far, name it by such ones."""

        def get_id(this: Any) -> str:
            return f"{this.prefix}-{self._random.getrandbits(32):08x}"

        if counter := vars(module).get("_IDCounter"):
            counter.get_id = get_id
