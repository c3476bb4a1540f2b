"""What the Mr. Green theme breaks on is found before anything runs."""

from __future__ import annotations

import pytest

from tests.litpost.blog import HEADER, POST, SOURCE, Blog, cell

WRONG_HEADERS = [
    ('title: a "quoted" title', '`"` may not stand in', "the blog list and the search"),
    ("title: a \\ title", "`\\` may not stand in", "the blog list and the search"),
    ("tags: [a, 'b,c']", "`,` may not stand in 'b,c'", "into the tag tabs"),
    ('tags: ["it\'s"]', "`'` may not stand in", "into the tag tabs"),
    ("tags: one", "takes a list such as `[one, two]`, found 'one'", ""),
    ("tags: {a: b}", "takes a list", ""),
    ("category: a, b", "`,` may not stand in", "one category a post"),
    ("img: path.jpg", "'path.jpg' is a relative path", "broken under the theme's permalinks"),
    ("img: /assets/x.svg", "is an SVG; a PNG or JPEG is needed", "696 pixels"),
    ("cover-img: ./x.png", "'./x.png' is a relative path", ""),
    ("date: 2023-07-19", "has no time, so its day depends on where the site is built", ""),
    ("date: 2023-07-19 12:00:00", "has no offset", ""),
    ("date: 2023-07-19 03:00:00 +0900", "is 2023-07-18 in UTC", "shows another day"),
    ("date: soon", "'soon' isn't a date", "2023-07-19 12:00:00 +0900"),
    ("date: 2023-02-30 12:00:00 +0900", "isn't a date (day is out of range for month)", ""),
    ("date: 5", "'5' isn't a date", ""),
    ("comments_disable: maybe", "takes true or false, found 'maybe'", ""),
    ("meta_description: " + "x" * 151, "151 characters long, at most 150 allowed", "cuts it there"),
    ("meta_desciption: x", "unknown front matter key `meta_desciption`", "`meta_description`"),
]


@pytest.mark.parametrize(
    ("line", "what", "because"), WRONG_HEADERS, ids=[w[0] for w in WRONG_HEADERS]
)
def test_a_header_that_would_break_the_theme_is_an_error(
    blog: Blog, line: str, what: str, because: str
) -> None:
    kept = "" if line.startswith("title") else "title: A title\n"
    message = blog.failure("", header=HEADER.replace("title: A title\n", kept + line + "\n"))
    assert message.startswith(f"{SOURCE}:{2 + bool(kept)}: ")
    assert what in message
    assert because in message


@pytest.mark.parametrize(
    "line",
    ["date: 2023-07-19 12:00:00 +0900", "date: 2023-07-19T12:00:00Z", "tags: [a, 한글, 3]",
     "my_own_key: x", "img: https://example.org/x.png", "image_viewer_on: true"],
)  # fmt: skip
def test_a_right_header_passes(blog: Blog, line: str) -> None:
    blog.build("", header=HEADER.replace("title: A title", f"title: A title\n{line}"))


def test_a_title_is_needed(blog: Blog) -> None:
    message = blog.failure("", header=HEADER.replace("title: A title\n", "layout: post\n"))
    assert "the front matter has no `title`" in message


PROSE = [
    ('<img src="./a.png">', "a relative image path is broken"),
    ("![a](a.png)", "a relative image path is broken"),
    ('<img alt="a" src="/a.png">', "`src` has to be the first attribute"),
    ('<img src="data:image/png;base64,x" alt="a">', "`data:` image"),
    ('<img src="{{ site.baseurl }}/a.png" alt="a">', "would double it"),
    ('<img src="/assets/none.png" alt="a">', "no image file `assets/none.png`"),
    ('<img src=":none.png" alt="a">', "no image file `assets/img/posts/none.png`"),
]


@pytest.mark.parametrize(("text", "what"), PROSE, ids=[p[0] for p in PROSE])
def test_an_image_that_would_break_is_an_error_at_its_line(
    blog: Blog, text: str, what: str
) -> None:
    message = blog.failure(f"One.\n\n{text}\n")
    assert f"{SOURCE}:11: " in message
    assert what in message


def test_an_image_in_code_is_no_image(blog: Blog) -> None:
    blog.build('`<img src="./a.png">`\n\n```html\n<img src="./a.png">\n```\n')


def test_an_excerpt_is_needed_and_clean(blog: Blog) -> None:
    assert "has no excerpt between" in blog.failure("", header="---\ntitle: t\n---\n")
    for bad in ('say "x"', "a \\ b", "`code`", "$x$"):
        message = blog.failure("", header=HEADER.replace("Summary.", bad))
        assert "may not stand in the excerpt" in message, bad
    computed = HEADER.replace("Summary.", "Up to `{python} 'x\"'`.")
    assert "may not stand in the excerpt" in blog.failure("", header=computed)
    blog.build("", header=HEADER.replace("Summary.", "Up to `{python} 3`."))


def test_the_authors_image_has_to_be_there_and_wide_enough(blog: Blog) -> None:
    header = HEADER.replace("title: A title", "title: A title\nimg: /assets/small.png")
    assert "`img`: no file `assets/small.png`" in blog.failure("", header=header)
    imports = "import matplotlib; from matplotlib.figure import Figure"
    code = f"{imports}\nFigure((2, 1)).savefig('assets/small.png');"
    (blog.root / "assets").mkdir()
    blog.build(cell(code))
    message = blog.failure("", header=header)
    assert "assets/small.png is 200 pixels wide, at least 696 needed" in message


def test_what_a_header_computes_is_checked_too(blog: Blog) -> None:
    header = HEADER.replace("title: A title", "title: '`{python} chr(34)`'")
    assert '`"` may not stand in' in blog.failure("", header=header)
    assert not (blog.root / POST).exists()
