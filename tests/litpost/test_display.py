"""What objects show of themselves: as IPython has it, mostly without IPython."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.formatters import DisplayFormatter

from litpost.session.display import Display, UnusualError

PRELUDE = """
import collections, dataclasses, datetime, decimal, enum, fractions, functools, os, pathlib, re
import types, uuid
import numpy as np
import pandas as pd

def function(x, *, y: int = 1): ...
class Plain: pass
class Meta(type):
    def __repr__(cls): return "meta"
class Made(metaclass=Meta): pass
class QuietMeta(type): pass
class Quiet(metaclass=QuietMeta): pass
class Outer:
    class Inner: pass
    def method(self): ...
class MyList(list): pass
class MyDict(dict): pass
class Shouting(list):
    def __repr__(self): return "SHOUT"
class MyInt(int): pass
class Error(Exception): pass
class Sub(Plain):
    def parent(self): return super()
class Colour(enum.Enum):
    RED = 1
@dataclasses.dataclass
class Point:
    x: float
    y: list
Pair = collections.namedtuple("Pair", "a b")
class Lines:
    def __repr__(self): return "one\\n  two\\r\\nthree\\n"
class Empty:
    def __repr__(self): return ""
class Pretty:
    def _repr_pretty_(self, p, cycle): p.text("pretty"); p.breakable(); p.pretty([1])
class Html:
    def _repr_html_(self): return "<b>"
class NoHtml(Html):
    _repr_html_ = None
class Nothing:
    def _repr_html_(self): return None
    def _repr_svg_(self): raise NotImplementedError
class All:
    def _repr_html_(self): return "<b>", {"isolated": True}
    def _repr_markdown_(self): return "*m*"
    def _repr_svg_(self): return "<svg/>"
    def _repr_png_(self): return b"png", {"width": 3}
    def _repr_jpeg_(self): return "jpeg"
    def _repr_latex_(self): return "$x$"
    def _repr_json_(self): return {"a": [1]}, {"expanded": True}
    def _repr_pdf_(self): return b"pdf"
    def _repr_javascript_(self): return "js"
class ListJson:
    def _repr_json_(self): return [1, 2]
class Bundle:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": "<i>", "x/y": "z"}
    def _repr_html_(self): return "not taken"
class TextBundle:
    def _repr_mimebundle_(self, **kwargs): return {"text/plain": "own"}, {"text/plain": {}}
class DictBundle(dict):
    def _repr_mimebundle_(self, **kwargs): return {"text/plain": "not taken"}
class NoBundle:
    def _repr_mimebundle_(self, **kwargs): return None
class Answering:
    def __getattr__(self, name): return lambda *args, **kwargs: "answer"
class Raising:
    def __getattr__(self, name): raise RuntimeError(name)
class ClassHtml:
    @classmethod
    def _repr_html_(cls): return "class"
class Proxy:
    def __init__(self, of): self._of = of
    @property
    def __class__(self): return type(self._of)
    def __repr__(self): return "proxy"
    def __iter__(self): return iter(self._of)
    def __len__(self): return len(self._of)
class Itself:
    def _ipython_display_(self): pass
class NotItself:
    def _ipython_display_(self): raise NotImplementedError
recursive = [1]; recursive.append(recursive)
knot = {}; knot["knot"] = knot
deep = []
for _ in range(60): deep = [deep]
"""

OBJECTS = """
0; -5; 10**100; True; None; ...; NotImplemented; 1.5; 1e300; float('nan'); 1 + 2j; 'a'; 'a\\nb\\u2028'
'x' * 200; b'bytes'; b'x' * 200; bytearray(b'a'); memoryview(b'a').obj; range(3); slice(1, 2)
[]; (); {}; set(); frozenset(); [1, [2, (3,)], {'a': None}]; (1,); [1.0, 'a', b'b', True]
{3, 1, 2}; {'b', 'a'}; {1, 'a'}; frozenset({2, 1}); [{2, 1}]; {'a': {2, 1}}; [set()]
list(range(23)); list(range(26)); list(range(27)); list(range(28)); list(range(2000))
set(range(1200)); {n: n for n in range(1500)}
['x' * 75]; ['x' * 74]; ['x' * 76]; ('x' * 40, 'y' * 40); {'x' * 40: 'y' * 40}
{'key' + str(n): [n] * n for n in range(12)}; [[n] * 12 for n in range(8)]; [(n, 'é' * n) for n in range(9)]
recursive; knot; deep; [recursive]
MyList([1, 2]); MyList(range(50)); MyDict(a=1); Shouting(); [Shouting()]; MyInt(3)
collections.OrderedDict(a=1); collections.OrderedDict(); collections.defaultdict(list, a=[1])
collections.Counter('abracadabra'); collections.Counter(); collections.deque([1], maxlen=3)
collections.deque(range(50)); collections.UserList([1]); collections.UserDict(a=1)
collections.ChainMap({'a': 1}); Pair(1, 2); Pair(list(range(30)), 2); {}.keys(); {'a': 1}.items()
Point(1.0, [2]); Point(1.0, list(range(40))); [Point(1.0, [2])]; Colour.RED; Colour
types.SimpleNamespace(a=1, b=list(range(30))); types.MappingProxyType({'a': 1}); re.compile('a+', re.I)
re.match('a', 'a'); pathlib.Path('a'); uuid.UUID(int=1); decimal.Decimal('1.50'); fractions.Fraction(1, 3)
datetime.datetime(2024, 1, 2); datetime.timedelta(3); datetime.date(2024, 1, 2); [datetime.date(2024, 1, 2)]
function; len; [].append; print; Plain().__init__; Outer().method; Outer.method; lambda x: x
functools.partial(function, 1); functools.partial(int, base=2); (n for n in []); iter([]); object(); property()
int; Plain; Outer.Inner; Made; Quiet; Made(); Plain(); Outer.Inner(); collections.OrderedDict; np.ndarray; type; Meta
Sub().parent(); os; np; types.ModuleType('m'); Exception(); Exception('a', 1); Error('x' * 100); KeyError('k')
BaseException(); ExceptionGroup('g', [ValueError(1)]); OSError(2, 'no'); NotImplemented
np.arange(3); np.eye(12); np.arange(4000); np.float64(0.1); np.int8(3); np.str_('a'); np.bool_(True); np.array(1.5)
[np.float64(0.5), np.arange(3)]; {'w': np.eye(3), 'b': np.zeros(3)}; (np.eye(4), np.eye(4)); np.dtype('f4'); np.add
pd.DataFrame({'a': [1, 2]}); pd.Series([1.5]); [pd.Series([1])]; pd.Index([1]); pd.DataFrame({'a': range(99)})
pd.DataFrame; pd.Timestamp('2024-01-02'); pd.NA; [pd.NA]; pd.DataFrame({'a': [1]}).groupby('a').groups
Lines(); [Lines()]; Empty(); Pretty(); [Pretty(), Pretty()]; {'p': Pretty()}
Html(); Html; NoHtml(); Nothing(); All(); All; ListJson(); Bundle(); Bundle; TextBundle(); DictBundle(a=1); NoBundle()
Answering(); ClassHtml(); ClassHtml; Proxy([1, 2]); Itself(); Itself; NotItself()
"""  # noqa: E501

UNUSUAL = [
    "class A:\n    def _repr_html_(self): return 3",
    "class A:\n    def _repr_html_(self): return 'a', {}, 3",
    "class A:\n    def _repr_json_(self): return '{}'",
    "class A:\n    def _repr_mimebundle_(self, **kwargs): return 'a'",
]


@pytest.fixture(scope="module")
def namespace() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE, names)
    return names


@pytest.fixture(scope="module")
def display() -> Display:
    return Display(lambda figure: {})


@pytest.mark.parametrize(
    "code",
    [code.strip() for line in OBJECTS.strip().splitlines() for code in line.split(";")],
)
def test_an_object_is_shown_as_ipython_shows_it(
    code: str, namespace: dict[str, Any], display: Display
) -> None:
    value = eval(code, namespace)
    expected, _ = DisplayFormatter().format(value)
    found = display.bundle(value)
    assert found == expected
    assert list(found) == list(expected)


def test_an_object_that_answers_with_an_error_is_shown(
    namespace: dict[str, Any], display: Display
) -> None:
    value = namespace["Raising"]()
    assert display.bundle(value) == DisplayFormatter().format(value)[0]


@pytest.mark.parametrize("code", UNUSUAL)
def test_what_ipython_warns_of_is_left_to_it(code: str, display: Display) -> None:
    names: dict[str, Any] = {}
    exec(code, names)
    with pytest.raises(UnusualError):
        display.bundle(names["A"]())


def test_a_figure_and_its_kind_are_drawn() -> None:
    figure = type("Figure", (), {"__module__": "matplotlib.figure", "__repr__": lambda self: "F"})
    mine = type("Mine", (figure,), {})
    assert Display(lambda figure: {"image/svg+xml": "<svg/>"}).bundle(mine()) == {
        "image/svg+xml": "<svg/>",
        "text/plain": "F",
    }
