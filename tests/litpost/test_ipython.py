"""When IPython starts in a session, and what cells find then."""

from __future__ import annotations

import pytest

from tests.litpost.blog import Blog, cell
from tests.litpost.running import Shown, failures, outputs, run_all, texts

STARTED = "import sys\n'IPython' in sys.modules"

PLAIN = {
    "data": "x = 3\nx, {x}, 'a' * 100, list(range(100)), print",
    "display": "print(1)\ndisplay(1, 'a', {'b': 2})",
    "figures": "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()",
    "tables": "import pandas as pd\npd.DataFrame({'a': [1]})",
    "a table's style": "import pandas as pd\npd.DataFrame({'a': [1]}).style",
    "await": "import asyncio\nawait asyncio.sleep(0, 1)",
    "expectations": "1 + 1  # => 2",
    "classes": "class A:\n    def _repr_html_(self): return '<b>'\nA()",
    "an error": "1 / 0",
    "exit": "exit()",
    "an annotation": "x: int = 1",
}


def test_plain_cells_run_without_ipython(blog: Blog) -> None:
    plain = [cell(code, "error: true") for code in PLAIN.values()]
    *_, last = outputs(run_all(blog, *plain, cell(STARTED)))
    assert [out.text for out in last] == ["False"]


LAZY: dict[str, tuple[str, Shown]] = {
    "line magic": ("%precision 2\nf / 3", [("result", "0.33")]),
    "assigned magic": ("y = %pwd\ny == __import__('os').getcwd()", [("result", "True")]),
    "%who": ("%who", [("stdout", "f\t h\t s\t \n")]),
    "%who_ls": ("%who_ls", [("result", "['f', 'h', 's']")]),
    "automagic": ("who_ls", [("result", "['f', 'h', 's']")]),
    "shadowed automagic": ("h -f", [("result", "1.0")]),
    "%timeit": ("r = %timeit -q -o -n1 -r1 f + 1\nr.loops", [("result", "1")]),
    "%time": ("%time s = f + 1\ns", [("stdout", "Wall time"), ("result", "2.0")]),
    "%%time": ("%%time\nq = f + 1", [("stdout", "Wall time")]),
    "%%capture": ("%%capture found\nprint('a')\ndisplay(2)\nf", []),
    "%%bash": ("%%bash\necho bash", [("stdout", "bash\n")]),
    "!": ("!echo {s}", [("stdout", "text\n")]),
    "assigned !": ("a = !echo $s\na", [("result", "['text']")]),
    "%%writefile": ("%%writefile out.py\nz = 5", [("stdout", "Writing out.py\n")]),
    "%run": ("%run script.py", [("stdout", "ran __main__\n")]),
    "%run -i": ("%run -i script.py\nw", [("stdout", "ran __main__\n"), ("result", "7")]),
    "%matplotlib": ("%matplotlib inline\nimport matplotlib\nmatplotlib.get_backend()",
                    [("result", "'module://litpost.session.backend'")]),
    "%cd": ("%cd -q .\nf", [("result", "1.0")]),
    "a magic of one's own": (
        "from IPython.core.magic import register_line_magic\n"
        "@register_line_magic\ndef own(line): return f\n%own", [("result", "1.0")],
    ),
    "help": ("s?", [("stdout", "Type:")]),
    "prompts": (">>> f\n", [("result", "1.0")]),
    "notebook's prompt": ("In [1]: f", [("result", "1.0")]),
    "import": ("import IPython\nIPython.get_ipython() is get_ipython()", [("result", "True")]),
    "import of a part": ("from IPython.display import display\ndisplay(f)", [("display", "1.0")]),
    "import by a module": ("import showing\nshowing.show()", [("display", "3")]),
    "get_ipython": ("get_ipython().ev('f + 1')", [("result", "2.0")]),
    "ex": ("get_ipython().ex('k = f')\nk", [("result", "1.0")]),
    "run_cell": ("get_ipython().run_cell('f').result", [("result", "1.0"), ("result", "1.0")]),
    "display_id": ("display(1, display_id='d')\nd = display(2, display_id='d')\nd.update(3)",
                   [("display", "3"), ("display", "3")]),
    "raw": ("display({'text/plain': 'raw'}, raw=True)", [("display", "raw")]),
    "warned of": ("class A:\n    def _repr_html_(self): return 3\nA()",
                  [("stderr", "text/html formatter returned invalid type"),
                   ("result", "<__main__.A at 0x…>")]),
}  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), LAZY.values(), ids=LAZY.keys())
def test_ipython_starts_in_the_middle_of_a_source(blog: Blog, code: str, expected: Shown) -> None:
    blog.write("script.py", "print('ran', __name__)\nw = 7\n")
    blog.write("showing.py", "def show():\n    from IPython.display import display\n    display(3)")
    first = cell("f, h, s = 1.0, 2.0, 'text'")
    _, shown, last = texts(blog, first, cell(code), cell(STARTED))
    assert last == [("result", str(code != "h -f"))]
    assert [kind for kind, _ in shown] == [kind for kind, _ in expected]
    for (_, text), (_, part) in zip(shown, expected, strict=True):
        assert part in text


NAMES = """
import __main__
sorted(set(vars(__main__)) - {'__name__', '__doc__', '__package__', '__loader__', '__spec__'})
"""


def test_nothing_but_the_cells_variables_lies_in_the_namespace(blog: Blog) -> None:
    cells = ["x = 1", NAMES, "%precision 3", NAMES]
    shown = texts(blog, *(cell(code.strip()) for code in cells))
    assert shown[1] == [("result", "['__builtins__', '__main__', 'x']")]
    assert shown[3] == [("result", "['__builtins__', '__main__', 'x']")]


UNDERSCORE: list[tuple[list[str], str]] = [
    (["1", "_ + 1", "_ + 1"], "3"),
    (["1", "display(2)", "3;", "print(_)", "_"], "1"),
    (["%precision 2", "1", "_ + 1"], "2"),
    (["from gettext import gettext as _", "1", "_('a')"], "'a'"),
    (["for _ in range(3): pass", "5", "_"], "2"),
    (["[_ for _ in range(3)]", "_"], "[0, 1, 2]"),
    (["import gettext; gettext.install('a')", "1", "_('a')"], "'a'"),
]


@pytest.mark.parametrize(("codes", "expected"), UNDERSCORE)
def test_an_underscore_is_the_last_result_unless_it_is_the_cells(
    blog: Blog, codes: list[str], expected: str
) -> None:
    assert texts(blog, *map(cell, codes))[-1] == [("result", expected)]


LEAVING = ["exit", "quit", "exit()", "quit(0)", "import IPython\nexit()"]


def test_exit_ends_a_step_with_ipython_and_without(blog: Blog) -> None:
    assert {failure.name for failure in failures(blog, *LEAVING)} == {"SystemExit"}


MISSING = ["%nomagic", "x = 1\n%nomagic 3", "nomagic", "%%nomagic\nx"]


def test_a_magic_that_does_not_exist_fails(blog: Blog) -> None:
    names = [failure.name for failure in failures(blog, *MISSING)]
    assert names == ["UsageError", "UsageError", "NameError", "UsageError"]
