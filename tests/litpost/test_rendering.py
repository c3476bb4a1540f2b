"""Posts as they come out, from source text to post text."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litpost import liquid
from litpost.figures import clean_svg, schemes, svg_size
from litpost.parser import parse
from litpost.project import Place, Project
from litpost.renderer import render
from litpost.signature import is_signed, sign
from litpost.theme import load_theme
from tests.litpost.blog import HEADER, POST, Blog, cell

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"

BODY = "\n".join(
    [
        cell("x = 3\nprint('{{ x }} {% y %}')"),
        "Values `{python} x`, `{python} 'a_b*c|{{d}} -- \"e\" <f>'`, `{python} 1.5e-7`.\n",
        "Plain `{{ code }}` and {{ site.title }} stay apart.\n",
        "```\n{% fence %}\n```\n",
        "{% raw %}\n\n`{{ raw }}`\n\n{% endraw %}\n",
        cell("print('```\\nfence')"),
        cell("import sys\nprint('oops', file=sys.stderr)", "echo: false"),
        cell("x / 0", "error: true"),
        cell("y = 1", "include: false"),
        cell("print('not shown')", "output: false"),
        cell("never_run(", "eval: false"),
        "- item\n\n  ```{python}\n  print('in a list')\n  ```\n",
    ]
)

GOLDEN = """\
```python
x = 3
print('{{ "{{" }} x }} {{ "{%" }} y %}')
```

```text
{{ "{{" }} x }} {{ "{%" }} y %}
```
{: .litpost-output}

Values 3, a\\_b\\*c\\|\\{\\{d\\}\\} \\-\\- \\"e\\" \\<f\\>, 1.5e-07.

Plain `{{ "{{" }} code }}` and {{ site.title }} stay apart.

```
{{ "{%" }} fence %}
```

{% raw %}

`{{ raw }}`

{% endraw %}

````python
print('```\\nfence')
````

````text
```
fence
````
{: .litpost-output}

```text
oops
```
{: .litpost-stderr}

```python
x / 0
```

```text
Traceback (most recent call last):
  File "_literate/2024-01-02-try.md", line 46, in <module>
    x / 0
    ~~^~~
ZeroDivisionError: division by zero
```
{: .litpost-error}


```python
print('not shown')
```

```python
never_run(
```

- item

  ```python
  print('in a list')
  ```

  ```text
  in a list
  ```
  {: .litpost-output}"""


def test_a_post_with_all_kinds_of_text(blog: Blog) -> None:
    line = (HEADER + BODY).split("\n").index("x / 0") + 1
    assert blog.shown(BODY) == GOLDEN.replace("line 46", f"line {line}")


def test_figures_tables_and_captions(blog: Blog) -> None:
    text = blog.shown(
        cell(PLOT, "label: line", "fig-cap: A *line* of `{python} 1+1` {{ x }}",
             "fig-alt: 'a \"line\" & `{python} 2` <points>'")
        + "\n"
        + cell("import pandas as pd\npd.DataFrame({'a|b': [1]})", "tbl-cap: T", "label: frame")
        + "\n"
        + cell("from IPython.display import HTML\nHTML('<p>{{ h }}</p>')", "echo: false")
    )  # fmt: skip
    assert (
        '<figure class="litpost-figure" id="fig-line">\n<div class="litpost-light"><img src="'
        in text
    )
    assert f'<img src="/{blog.image("line", "dark.svg")}" width="' in text
    assert 'alt="a &#34;line&#34; &amp; 2 &lt;points&gt;"' in text
    assert '<figcaption>A <em>line</em> of 2 {{ "{{" }} x }}</figcaption>' in text
    assert '<figure class="litpost-figure" id="tbl-frame">\n<figcaption>T</figcaption>' in text
    assert "<th>a|b</th>" in text
    assert "<style" not in text
    assert '<p>{{ "{{" }} h }}</p>' in text
    light, dark = (blog.read(blog.image("line", f"{name}svg")) for name in ("", "dark."))
    assert "#ffffff" in light
    assert "#2a2a2a" in dark
    assert light != dark
    assert "fffffe" not in light + dark


def test_the_cover_is_made_in_all_sizes(blog: Blog) -> None:
    header = HEADER.replace("title: A title", "title: A title\nlitpost: {cover: c}")
    blog.build(cell(PLOT, "label: c", "include: false"), header=header)
    assert f"img: /{blog.image('share', 'png')}" in blog.read()
    sizes = {"share": (1200, 630), "cover": (1600, 840), "thumbnail": (600, 315)}
    for name, size in sizes.items():
        data = (blog.root / blog.image(name, "png")).read_bytes()
        assert struct.unpack(">II", data[16:24]) == size
    message = blog.failure(cell("x = 1", "label: c"), header=header)
    assert "`cover: c`: this cell shows no matplotlib figure" in message


def test_a_raster_image_has_its_own_size_whatever_its_format(blog: Blog) -> None:
    code = "import io\nfrom PIL import Image\nfrom IPython.display import Image as Shown\n"
    code += "file = io.BytesIO()\nImage.new('RGB', (40, 30)).save(file, format='{0}')\n"
    code += "Shown(file.getvalue())"
    for kind, suffix in (("PNG", "png"), ("JPEG", "jpg")):
        text = blog.shown(cell(code.format(kind), "label: dot", "fig-alt: a dot"))
        path = blog.image("dot", suffix)
        assert f'<img src="/{path}" width="40" height="30" alt="a dot">' in text


@pytest.mark.parametrize("mime", ["image/png", "image/png;scheme=light"])
@pytest.mark.parametrize(
    ("data", "reason"), [("x", "Invalid base64"), ("aGk=", "no format that Pillow reads")]
)
def test_an_image_that_is_none_is_an_error(data: str, reason: str, mime: str, blog: Blog) -> None:
    code = f"display({{{mime!r}: {data!r}}}, raw=True)"
    message = blog.failure(cell(code, "label: dot", "fig-alt: a dot"))
    assert ":9: this cell `dot` shows an `image/png` that is none: " in message
    assert reason in message
    assert "in Base64" in message


def test_an_inline_value_that_also_prints_is_its_value(blog: Blog) -> None:
    body = cell("import os\ndef f():\n    os.system('echo noise')\n    return 7", "include: false")
    assert blog.shown(body + "\nSeven: `{python} f()`.\n").strip() == "Seven: 7."


def test_a_figure_without_alternative_text_is_an_error(blog: Blog) -> None:
    message = blog.failure(cell(PLOT, "label: line"))
    assert message.endswith(":9: this cell `line` shows a figure; describe it in `#| fig-alt: …`")
    assert not (blog.root / POST).exists()


def test_the_header_is_completed_and_keeps_what_the_author_wrote(blog: Blog) -> None:
    header = HEADER.replace(
        "title: A title", "title: 'n = `{python} n`'\ntags: [b, a]\nmine: {x: 1}\nyes_no: true"
    )
    blog.build(cell("n = 5", "include: false"), header=header)
    head = blog.read().split("\n---\n")[0].split("\n")[3:]
    assert head == [
        "title: n = 5", "tags: [b, a]", "mine:", "  x: 1", "yes_no: true", "layout: post",
        "date: 2024-01-02 12:00:00 +0000", "lng_pair: try",
    ]  # fmt: skip


def test_a_template_of_the_users_takes_the_themes_place(blog: Blog) -> None:
    blog.write("_literate/_templates/text.j2", "OUT: {{ text }}")
    assert "OUT: hi" in blog.shown(cell("print('hi')"))


def test_templates_of_the_users_count_from_one_in_each_post(blog: Blog) -> None:
    count = "{% set ns = namespace(n=0) %}{% macro next() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}"
    blog.write("_literate/_templates/macros.j2", count + "{% endmacro %}")
    blog.write("_literate/_templates/text.j2", '{% import "macros.j2" as m %}OUT {{ m.next() }}')
    for text in ("one", "two"):
        shown = blog.shown(cell(f"print('{text}')") + "\n" + cell("print('last')"))
        assert "OUT 1" in shown
        assert "OUT 2" in shown
        assert "OUT 3" not in shown


def test_a_wrong_template_is_told_by_its_name_and_line(blog: Blog) -> None:
    blog.write("_literate/_templates/text.j2", "\n{{ txet }}")
    message = blog.failure(cell("print('hi')"))
    assert "_literate/_templates/text.j2:2: 'txet' is undefined" in message
    blog.write("_literate/_templates/text.j2", "\n{% if %}")
    assert "_literate/_templates/text.j2:2: " in blog.failure(cell("print('hi')"))


TEXT = st.text(st.sampled_from("ab*_[]<>#-+.|:&;\"'=$^ \t\n한"), max_size=60)


@given(TEXT)
def test_a_source_without_cells_goes_through_unchanged(text: str) -> None:
    body = HEADER.partition("---\n\n")[2] + text
    theme = load_theme("mrgreen")
    source = parse(
        "---\ntitle: t\nlitpost: {math: false}\n---\n" + body, "_literate/2024-01-02-try.md"
    )
    place = Place.of(source.path)
    project = Project(theme.folder)
    post = render(source, {}, place=place, theme=theme, project=project).text
    after = post.partition('relative_url }}">')[2].rpartition("\n<script ")[0]
    assert after == body.partition("<!-- outline-end -->")[2].removesuffix("\n") + "\n"


@given(st.text(st.sampled_from("{}%ab \"'"), max_size=30))
def test_escaped_liquid_prints_what_was_written(text: str) -> None:
    printed = liquid.escape(text).replace('{{ "{{" }}', "\0").replace('{{ "{%" }}', "\1")
    assert "{{" not in printed
    assert "{%" not in printed
    assert printed.replace("\0", "{{").replace("\1", "{%") == text


def test_a_posts_signature_breaks_with_any_edit(blog: Blog) -> None:
    blog.build("Text.\n")
    post = blog.read()
    assert is_signed(post)
    assert not is_signed(post.replace("Text.", "Text!"))
    assert is_signed(sign(post.replace("Text.", "Text!")))
    assert not is_signed("no digest")


@pytest.mark.parametrize(
    ("tag", "size"),
    [('<svg width="72pt" height="36pt">', (96, 48)), ('<svg width="10" height="20px">', (10, 20)),
     ('<svg viewBox="0 0 30 40">', (30, 40)), ("<svg>", None), ("no", None)],
)  # fmt: skip
def test_an_svg_tells_its_size_in_css_pixels(tag: str, size: tuple[int, int] | None) -> None:
    assert svg_size(tag) == size


def test_an_svg_without_our_colours_is_written_once() -> None:
    colours = load_theme("mrgreen").colours
    assert list(schemes("<svg fill='#123456'/>", colours)) == ["light"]
    assert list(schemes("<svg fill='#1f2329'/>", colours)) == ["light", "dark"]
    assert clean_svg('<?xml version="1.0"?>\n<svg><metadata>x</metadata></svg>') == "<svg></svg>\n"


def test_a_compiled_template_that_is_damaged_is_compiled_anew(blog: Blog) -> None:
    code = cell("print(1)", "label: one")
    shown = blog.shown(code)
    compiled = [*(blog.root / ".litpost/templates").iterdir()]
    assert compiled
    for damage in (lambda data: data.replace(b"litpost", b"litpoXt"), lambda data: data[:40]):
        for file in compiled:
            file.write_bytes(damage(file.read_bytes()))
        done = blog.litpost("build", "--no-cache")
        assert done.returncode == 0, done.stderr
        assert blog.body() == shown
