"""`litpost import`: what becomes of each kind of file, and what is reported."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from litpost import builder
from litpost.project import find_project
from tests.litpost.blog import Blog

SEED = Path(__file__).parents[1] / "seed-post.md"


def imported(blog: Blog, name: str, text: str, *arguments: str) -> tuple[str, str]:
    """Import a file; return the source's text and the report."""
    blog.write(name, text)
    done = blog.litpost("import", name, "--date", "2024-01-02", "--slug", "try", *arguments)
    assert done.returncode == 0, done.stderr
    path, _, report = done.stdout.partition("\n")
    assert path == "_literate/2024-01-02-try.md"
    return blog.read(path), report


def build(blog: Blog) -> str:
    report = builder.build("_literate/2024-01-02-try.md", find_project(blog.root))
    assert report.status == "written", report.message
    return blog.read()


def notebook(*cells: dict[str, object], language: str = "python") -> str:
    full = [
        {"metadata": {}, "id": f"c{n}", **({"outputs": [], "execution_count": None}
         if c["cell_type"] == "code" else {}), **c}
        for n, c in enumerate(cells)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": language, "language": language, "display_name": language}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": full})


IMAGE = {
    "output_type": "display_data", "metadata": {}, "data": {"image/png": "aGk="},
}  # fmt: skip


def test_a_notebook_becomes_a_source_that_builds(blog: Blog) -> None:
    text, report = imported(
        blog, "a.ipynb",
        notebook(
            {"cell_type": "markdown", "source": "# A study\n\nWhat it is about."},
            {"cell_type": "code", "source": "#hide_input\nx = 2"},
            {"cell_type": "code", "source": "x * 21", "metadata": {"tags": ["odd"]}},
            {"cell_type": "code", "source": "1 / 0", "metadata": {"tags": ["raises-exception"]}},
            {"cell_type": "code", "source": "#| echo: false\nx", "outputs": [IMAGE]},
            {"cell_type": "code", "source": "%%R\nplot(1)"},
        ),
    )  # fmt: skip
    assert "title: A study\n" in text
    assert "# A study" not in text
    assert "```{python}\n#| echo: false\nx = 2\n```" in text
    assert "```{python}\n#| error: true\n1 / 0\n```" in text
    assert "```r\nplot(1)\n```" in text
    assert "the tag `odd` has no counterpart" in report
    assert "cell 5: it shows a figure: say in `#| fig-alt:` which" in report
    assert "cell 6: code in R is shown, and doesn't run" in report
    post = build(blog)
    assert "42" in post
    assert "ZeroDivisionError" in post


def test_images_within_a_notebook_are_written_as_files(blog: Blog) -> None:
    cell = {
        "cell_type": "markdown", "source": "A text.\n\n![it](attachment:it.png)",
        "attachments": {"it.png": {"image/png": "aGk="}},
    }  # fmt: skip
    text, _ = imported(blog, "a.ipynb", notebook(cell))
    assert "![it](/assets/img/posts/try/it.png)" in text
    assert (blog.root / "assets/img/posts/try/it.png").read_bytes() == b"hi"
    build(blog)


def test_a_quarto_document_keeps_its_cells_and_tells_what_it_loses(blog: Blog) -> None:
    text, report = imported(
        blog, "a.qmd",
        "---\ntitle: Q\ncategories: [a, b]\nformat: html\nexecute: {echo: false}\n---\n\n"
        "Words.\n\n```{python}\n#| label: fig-a\n#| code-fold: true\n1 + 1\n```\n\n"
        "```{r}\n#| echo: true\nplot(1)\n```\n\n::: {.callout-note}\nx\n:::\n\n"
        "{{< video a.mp4 >}}\n",
    )  # fmt: skip
    assert "```{python}\n#| echo: false\n#| label: fig-a\n1 + 1\n```" in text
    assert "```r\nplot(1)\n```" in text
    for told in ("header: `format`", "`code-fold` (True)", "code in r is shown",
                 "shortcode `video`", "block `::: {.callout-note}`"):  # fmt: skip
        assert told in report


def test_an_r_markdown_document_and_a_script_are_read(blog: Blog) -> None:
    text, _ = imported(
        blog, "a.Rmd",
        "---\ntitle: R\n---\n\nWords.\n\n"
        "```{python sum, echo=FALSE, fig.cap=\"A *sum*\"}\n1\n```\n",
    )  # fmt: skip
    assert "#| label: sum" in text
    assert "#| echo: false" in text
    assert "#| fig-cap: A *sum*" in text
    build(blog)
    (blog.root / "_literate/2024-01-02-try.md").unlink()
    text, _ = imported(blog, "a.py", "# %% [markdown]\n# # T\n#\n# Words.\n\n# %%\nx = 3\nx\n")
    assert "title: T" in text
    assert "```{python}\nx = 3\nx\n```" in text


def test_the_seed_post_names_what_keras_3_has_changed(blog: Blog) -> None:
    text, report = imported(blog, "seed.md", SEED.read_text(encoding="utf-8"))
    assert text.count("```{python}\n#| eval: false\n") == 3
    at = text[: text.index("layer_type = name.split")].count("\n") + 1
    failure = f":{at}: wouldn't run: IndexError: a weight's name is `kernel` now"
    assert failure in report
    assert "(Keras 3.0 and newer" in report
    assert "nothing in this post defines `model`" in report
    assert "`cover-img` (/assets/img/path.jpg) is left out" in report
    assert "a relative image path is broken" in report


AILMENTS = [
    ("print 'a'\nx = f(1)", "this code isn't Python that could run"),
    ("```python\nprint 'a'\n```", "isn't Python 3"),
    ("```py\nimport nothing_like_it\n```", "`nothing_like_it` isn't installed here"),
    ("```python\nimport numpy as np\nnp.float(1)\n```", "NumPy's aliases of Python's types"),
]


@pytest.mark.parametrize(("body", "message"), AILMENTS)
def test_what_old_code_suffers_from_is_named(blog: Blog, body: str, message: str) -> None:
    body = body if body.startswith("```") else f"```\n{body}\n```"
    _, report = imported(blog, "old.md", f"---\ntitle: Old\n---\nWords.\n\n{body}\n")
    assert message in report


def test_old_code_that_would_run_is_not_complained_of_and_does_not_run(blog: Blog) -> None:
    body = "```python\nimport os\nos.mkdir('made')\nx = [n for n in range(3)]\n```\n"
    _, report = imported(blog, "old.md", f"---\ntitle: Old\n---\nWords.\n\n{body}")
    assert "wouldn't run" not in report
    build(blog)
    assert not (blog.root / "made").exists()


def test_without_jupytext_the_extra_is_named(
    blog: Blog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from litpost.cli import main

    blog.write("a.ipynb", notebook())
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert main(["import", str(blog.root / "a.ipynb"), "--root", str(blog.root)]) == 2
    assert "`pip install 'litpost[import]'` brings it" in capsys.readouterr().err


def test_what_cannot_be_read_or_is_there_is_refused(blog: Blog) -> None:
    blog.write("a.ipynb", "{")
    done = blog.litpost("import", "a.ipynb")
    assert done.returncode == 1
    assert "a.ipynb: can't be read" in done.stderr
    assert blog.litpost("import", "none.qmd").returncode == 2
    blog.write("a.doc", "x")
    done = blog.litpost("import", "a.doc")
    assert done.returncode == 2
    assert "litpost imports .Rmd, .ipynb, .markdown, .md, .py, .qmd; this is .doc" in done.stderr
    imported(blog, "a.md", "---\ntitle: A\n---\nWords.\n")
    again = blog.litpost("import", "a.md", "--date", "2024-01-02", "--slug", "try")
    assert again.returncode == 2
    assert "is there already" in again.stderr
