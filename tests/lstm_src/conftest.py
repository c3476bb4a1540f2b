"""What the tests of lstm_src share."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # or rounding depends on the processor


@pytest.fixture(scope="session")
def region() -> Callable[[ModuleType, str], list[str]]:
    """Return the dedented lines of a region that posts show."""

    def lines(module: ModuleType, name: str) -> list[str]:
        text = Path(module.__file__).read_text(encoding="utf-8")
        [body] = re.findall(rf"^ *# region {name}\n(.*?)^ *# endregion$", text, re.M | re.S)
        return dedent(body).splitlines()

    return lines
