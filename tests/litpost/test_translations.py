"""One post in several languages: its code runs once, its words are each translation's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from litpost import builder
from litpost.builder import PostReport
from litpost.project import find_project
from litpost.theme import load_theme
from litpost.translations import revision
from tests.litpost.blog import SOURCE, Blog, cell
from tests.litpost.incremental import build_clean

ENGLISH = "_literate/en/2024-01-02-try.md"
POSTS = {"ko": "_posts/2024-01-02-try.md", "en": "en/_posts/2024-01-02-try.md"}
CONFIG = "default_lng: ko\nlanguage_switch_lang_list: [ko, en]\n"
FIGURE = (
    "import litpost\nimport matplotlib.pyplot as plt\nplt.plot(data)\n"
    "plt.title({'ko': '제목', 'en': 'Title'}[litpost.lang]);"
)
OUTLINE = "<!-- outline-start -->\n{}\n<!-- outline-end -->\n\n"
ORIGINAL = (
    "---\ntitle: 제목\nlng_pair: id_try\n---\n"
    + OUTLINE.format("요약.")
    + cell("data = [1, 2, 4]", "label: setup", "include: false")
    + "\n셋: `{python} len(data)`\n\n"
    + cell(FIGURE, "label: curve", "fig-alt: 곡선", "fig-cap: 그림", "echo: false")
    + "\n"
    + cell("print(sum(data))", "label: total")
)


def english(*cells: str, header: str = "", settings: str = "") -> str:
    head = f"---\ntitle: Title\n{header}litpost:\n  original: 2024-01-02-try.md\n{settings}---\n"
    return head + OUTLINE.format("Summary.") + "\n".join(cells)


def use(label: str, *options: str) -> str:
    return cell("", f"use: {label}", *options).replace("\n\n```", "\n```")


TRANSLATION = english(
    "Three: `{python} len(data)`\n",
    use("curve", "fig-alt: A curve", "fig-cap: Of `{python} data`"),
    use("total"),
)


@pytest.fixture
def both(blog: Blog) -> Blog:
    """Return a blog with a post and its translation."""
    blog.write("_config.yml", CONFIG)
    blog.write(SOURCE, ORIGINAL)
    blog.write(ENGLISH, TRANSLATION)
    return blog


def build(blog: Blog, path: str) -> PostReport:
    report = builder.build(path, find_project(blog.root))
    assert report.status in ("written", "unchanged"), report.message
    return report


def ran(report: PostReport) -> list[str | None]:
    return [cell.label for cell in report.cells if cell.status == "ran"]


def failure(blog: Blog, text: str) -> str:
    blog.write(ENGLISH, text)
    report = builder.build(ENGLISH, find_project(blog.root))
    assert report.status == "failed"
    return report.message


def written(blog: Blog) -> dict[str, bytes]:
    folder = blog.root / "en/_posts"
    return blog.files() | {f"en/{file.name}": file.read_bytes() for file in folder.glob("*")}


def test_only_a_cell_that_reads_the_language_runs_once_per_language(both: Blog) -> None:
    assert ran(build(both, SOURCE)) == ["setup", "curve", "total"]
    assert ran(build(both, ENGLISH)) == ["curve"]
    assert ran(build(both, SOURCE)) == []
    assert ran(build(both, ENGLISH)) == []


def test_the_order_in_which_they_are_built_doesnt_matter(both: Blog) -> None:
    assert ran(build(both, ENGLISH)) == ["setup", "curve", "total"]
    assert ran(build(both, SOURCE)) == ["curve"]


def test_a_translation_has_its_own_words_and_the_originals_outputs(both: Blog) -> None:
    build(both, ENGLISH)
    post = both.read(POSTS["en"])
    assert "Three: 3" in post
    assert 'alt="A curve"' in post
    assert "<figcaption>Of [1, 2, 4]</figcaption>" in post
    assert "print(sum(data))" in post
    assert "\n7\n" in post
    assert "plt.plot" not in post
    assert "제목" not in post


def test_a_translation_goes_beside_its_original_under_the_same_pair(both: Blog) -> None:
    for path in (SOURCE, ENGLISH):
        build(both, path)
    assert all("lng_pair: id_try" in both.read(post) for post in POSTS.values())
    both.write(SOURCE, ORIGINAL.replace("lng_pair: id_try\n", ""))
    for path in (SOURCE, ENGLISH):
        build(both, path)
    assert all("lng_pair: try\n" in both.read(post) for post in POSTS.values())


def test_words_that_litpost_puts_in_are_of_the_posts_language(both: Blog) -> None:
    for path, text in ((SOURCE, ORIGINAL), (ENGLISH, TRANSLATION)):
        both.write(path, text + "\n@fig-curve\n")
        build(both, path)
    assert '<a href="#fig-curve">그림 1</a>' in both.read(POSTS["ko"])
    assert '<a href="#fig-curve">Figure 1</a>' in both.read(POSTS["en"])
    assert 'data-copy="Copy"' in both.read(POSTS["en"])


def test_a_figure_without_words_is_one_file_for_both_and_stays_while_one_needs_it(
    both: Blog,
) -> None:
    plain = ORIGINAL.replace(
        "plt.title({'ko': '제목', 'en': 'Title'}[litpost.lang]);", "plt.title('x');"
    )
    both.write(SOURCE, plain)
    build(both, SOURCE)
    assert ran(build(both, ENGLISH)) == []
    old = both.image("curve")
    assert f"/{old}" in both.read(POSTS["en"])
    both.write(SOURCE, plain.replace("'x'", "'y'"))
    build(both, SOURCE)
    assert (both.root / old).is_file()
    build(both, ENGLISH)
    assert not (both.root / old).exists()


EDITS = {
    "the original's words": (SOURCE, "셋:", "세 개:", [], []),
    "the translation's words": (ENGLISH, "Three:", "3:", [], []),
    "a cell that reads the language": (SOURCE, "plt.plot", "plt.stem", ["curve"], ["curve"]),
    "a cell that doesn't": (SOURCE, "sum(data)", "max(data)", ["total"], []),
    "what both read": (
        SOURCE, "[1, 2, 4]", "[1, 2, 5]", ["setup", "curve", "total"], ["curve"],
    ),
    "which cells are taken": (ENGLISH, use("total"), "", [], []),
    "an option of looks": (ENGLISH, "use: total", "use: total\n#| echo: false", [], []),
    "the language list": ("_config.yml", "[ko, en]", "[ko, en, ja]", [], []),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_after_an_edit_both_posts_are_what_a_clean_build_writes(
    name: str, both: Blog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, old, new, in_original, in_translation = EDITS[name]
    for source in (SOURCE, ENGLISH):
        build(both, source)
    text = both.read(path)
    assert old in text
    both.write(path, text.replace(old, new))
    assert ran(build(both, SOURCE)) == in_original
    assert ran(build(both, ENGLISH)) == in_translation
    scratch = tmp_path_factory.mktemp("clean")
    build_clean(both, scratch)
    clean = Blog(scratch / "clean")
    (clean.root / POSTS["en"]).unlink()
    build(clean, ENGLISH)
    assert written(both) == written(clean)


@pytest.mark.parametrize("lang", ["import litpost\nprint(litpost.lang)",
                                  "from litpost import lang\nprint(lang)"])  # fmt: skip
def test_cells_know_the_language(lang: str, both: Blog) -> None:
    both.write(SOURCE, ORIGINAL + "\n" + cell(lang, "label: lang"))
    both.write(ENGLISH, TRANSLATION + "\n" + use("lang"))
    for path in (SOURCE, ENGLISH):
        build(both, path)
    assert "\nko\n" in both.read(POSTS["ko"])
    assert "\nen\n" in both.read(POSTS["en"])


def test_explain_says_that_it_is_the_language(both: Blog) -> None:
    build(both, SOURCE)
    cells = {c.label: c for c in builder.explain(ENGLISH, find_project(both.root))}
    assert cells["curve"].because == "it reads `litpost.lang`, which is another one here"
    assert cells["setup"].source == SOURCE
    assert cells["curve"].source == ""


def test_a_value_runs_where_it_stands_and_hidden_cells_right_after_the_one_before(
    both: Blog,
) -> None:
    rest = cell("n = 1", "label: one") + "\n" + cell("n += 1", "label: two", "include: false")
    both.write(SOURCE, ORIGINAL + "\n" + rest)
    both.write(ENGLISH, TRANSLATION + "\n" + use("one") + "\nNow `{python} n`.\n")
    build(both, ENGLISH)
    assert "Now 2." in both.read(POSTS["en"])
    both.write(ENGLISH, TRANSLATION + "\n" + use("one") + "\nNow `{python} n`.\n\n" + use("two"))
    build(both, ENGLISH)
    assert "Now 1." in both.read(POSTS["en"])


def test_a_translation_may_have_cells_of_its_own(both: Blog) -> None:
    both.write(ENGLISH, TRANSLATION + "\n" + cell("print(sum(data))") + "\n" + cell("data[:2]"))
    build(both, ENGLISH)
    assert both.read(POSTS["en"]).count("\n7\n") == 2
    assert "\n[1, 2]\n" in both.read(POSTS["en"])


def test_a_failing_cell_of_the_original_is_told_in_its_lines(both: Blog) -> None:
    both.write(SOURCE, ORIGINAL.replace("print(sum(data))", "1 / 0"))
    line = 1 + both.read(SOURCE)[: both.read(SOURCE).index("1 / 0")].count("\n")
    message = failure(both, TRANSLATION)
    assert message.startswith(f"{SOURCE}:{line}: cell `total` failed: ZeroDivisionError")
    assert f'File "{SOURCE}", line {line}' in message


def warnings(blog: Blog, text: str) -> tuple[str, ...]:
    blog.write(ENGLISH, text)
    return build(blog, ENGLISH).warnings


def current_revision(blog: Blog) -> str:
    theme = load_theme("mrgreen")
    return revision(builder.read(SOURCE, find_project(blog.root), theme))


def test_a_translation_says_what_it_translates_and_is_told_when_that_is_old(both: Blog) -> None:
    now = current_revision(both)
    [hint] = warnings(both, TRANSLATION)
    assert hint.startswith(f"{ENGLISH}:3: say which text this translates")
    assert f'`revision: "{now}"`' in hint
    marked = TRANSLATION.replace("try.md\n", f'try.md\n  revision: "{now}"\n', 1)
    assert warnings(both, marked) == ()
    both.write(SOURCE, ORIGINAL.replace("sum(data)", "max(data)"))
    assert warnings(both, marked) == ()
    both.write(SOURCE, ORIGINAL.replace("셋:", "세 개:"))
    [old] = warnings(both, marked)
    assert "isn't the one that this translates" in old
    assert f'`revision: "{current_revision(both)}"`' in old


def test_a_cell_that_is_lacking_is_reported(both: Blog) -> None:
    found = warnings(both, english(use("curve", "fig-alt: A curve")))
    assert f"{ENGLISH}:1: this translation lacks `total` of its original ({SOURCE}:" in found[0]
    assert len(found) == 2


def test_warnings_are_told_at_every_build_and_by_check(both: Blog) -> None:
    for _ in range(2):
        done = both.litpost("build", "--json")
        assert done.returncode == 0, done.stderr
        posts = json.loads(done.stdout)["posts"]
        assert [len(post["warnings"]) for post in posts] == [0, 1]
        assert "say which text this translates" in done.stderr
    assert posts[1]["status"] == "unchanged"
    done = both.litpost("build", "--check")
    assert done.returncode == 0
    assert "say which text this translates" in done.stderr


def test_check_finds_a_translation_stale_when_the_originals_code_changes(both: Blog) -> None:
    both.litpost("build")
    both.write(SOURCE, ORIGINAL.replace("sum(data)", "max(data)"))
    done = both.litpost("build", "--check")
    assert done.returncode == 3
    assert f"{ENGLISH}: stale: {SOURCE} was changed" in done.stderr


def test_verify_knows_translations(both: Blog) -> None:
    both.litpost("build")
    done = both.litpost("verify")
    assert done.returncode == 0, done.stdout


FAULTS = {
    "an unknown label": (
        english(use("curvy")), ":10: `use: curvy`: no cell of _literate/2024-01-02-try.md has that "
        "label; did you mean `curve`?",
    ),
    "code": (english(cell("1", "use: curve")), ":12: a cell with `use:` stands for one of the"),
    "another order": (
        english(use("total"), use("curve")), ":14: `use: curve` stands behind `use: total`",
    ),
    "taken twice": (
        english(use("total"), use("total")), ":14: `use: total`: that cell is taken already, in "
        "line 10",
    ),
    "the original's options": (
        english(use("total", "error: true")), ":10: `#| error:` beside `use:`; that is the",
    ),
    "the original's settings": (
        english(settings="  cover: curve\n"), ":3: `litpost: cover` in a translation",
    ),
    "the original's label": (
        english(cell("1", "label: total")), ":10: label `total` is taken by a cell of the original",
    ),
    "no such original": (
        english().replace("01-02-try", "01-02-trie"),
        ":3: `original: 2024-01-02-trie.md`: no such source; did you mean `2024-01-02-try.md`?",
    ),
    "itself": (
        english().replace("2024-01-02-try", "en/2024-01-02-try"),
        ":3: `original: en/2024-01-02-try.md` is of the same language",
    ),
    "no original": (
        english(use("total")).replace("  original: 2024-01-02-try.md", "  math: true"),
        ":10: `use: total` takes a cell of the original, and this source names none",
    ),
    "another pair": (
        english(header="lng_pair: other\n"),
        ":3: `lng_pair: other`: a translation has that of its original, `id_try`",
    ),
    "a revision without quotes": (
        english(settings="  revision: 12345678\n"), ":3: `litpost: revision` takes eight digits",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_at_its_line(name: str, both: Blog) -> None:
    text, message = FAULTS[name]
    assert f"{ENGLISH}{message}" in failure(both, text)


@pytest.mark.parametrize(("folder", "message"), [
    ("ko", "`ko` is the blog's own language; its sources lie in _literate/"),
    ("fr", "the site has no language `fr`; `language_switch_lang_list` in its settings has ko, en"),
])  # fmt: skip
def test_a_language_that_the_site_hasnt_is_an_error(folder: str, message: str, both: Blog) -> None:
    both.write(f"_literate/{folder}/2024-01-02-try.md", TRANSLATION)
    done = both.litpost("build")
    assert done.returncode == 1
    assert message in done.stderr
    assert (both.root / POSTS["en"]).is_file()


def test_a_post_in_another_language_needs_no_original(both: Blog) -> None:
    both.write("_literate/en/2024-01-03-only.md", ORIGINAL.replace("id_try", "id_only"))
    assert both.litpost("build", "en/2024-01-03-only.md").returncode == 0
    assert "lng_pair: id_only" in both.read("en/_posts/2024-01-03-only.md")


def test_a_translation_of_a_translation_names_the_original(both: Blog) -> None:
    both.write("_config.yml", CONFIG.replace("en]", "en, ja]"))
    both.write("_literate/ja/2024-01-02-try.md", TRANSLATION.replace("2024-01", "en/2024-01"))
    done = both.litpost("build", "ja/2024-01-02-try.md")
    assert f"{ENGLISH} is a translation, too; name its original" in done.stderr


def test_a_source_outside_of_language_folders_isnt_one(both: Blog, tmp_path: Path) -> None:
    both.write("_literate/drafts folder/2024-01-02-try.md", TRANSLATION)
    done = both.litpost("build", "drafts folder/2024-01-02-try.md")
    assert done.returncode == 2
    assert "_literate/<language>/YYYY-MM-DD-slug.md" in done.stderr
