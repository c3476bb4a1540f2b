"""The live preview: a server of its own process, asked as a browser asks."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from litpost.runner import Session
from litpost.serve.answers import read_file
from litpost.serve.board import Board
from litpost.serve.kramdown import to_html
from litpost.serve.upkeep import Upkeep
from tests.litpost.blog import HEADER, POST, SOURCE, Blog, cell
from tests.litpost.running import wait_until
from tests.litpost.serving import PAGE, served


def version_of(page: str) -> str:
    found = re.search(r'data-version="([^"]+)"', page)
    assert found
    return found[1]


def messages(notice: dict[str, Any]) -> str:
    return "\n".join(problem["message"] for problem in notice["problems"])


def test_an_edit_of_prose_shows_and_starts_no_session(blog: Blog) -> None:
    blog.source("Some words.\n\n" + cell("print(6 * 7)"))
    with served(blog) as server:
        page = server.page_with("Some words.")
        assert ">42\n" in page
        assert "<h1>A title</h1>" in page
        blog.source("Other words.\n\n" + cell("print(6 * 7)"))
        server.page_with("Other words.")  # perhaps just before it is told
        server.wait(lambda notice: notice["version"] != version_of(page))
        assert version_of(server.get(PAGE)[1]) != version_of(page)
        assert f'href="{PAGE}"' in server.get("/")[1]


def test_only_an_edit_of_code_starts_a_session(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []

    class Counted(Session):
        def __init__(self, *arguments: Any) -> None:
            started.append(arguments)
            super().__init__(*arguments)

    blog.source("Some words.\n\n" + cell("print(6 * 7)"))
    upkeep = Upkeep(blog.project, Board("test"))
    upkeep.look()
    monkeypatch.setattr("litpost.sessions.Session", Counted)
    blog.source("Other words.\n\n" + cell("print(6 * 7)  # a remark"))
    upkeep.look()
    assert "Other words." in blog.body()
    assert started == []
    blog.source("Other words.\n\n" + cell("print(6 * 8)"))
    upkeep.look()
    assert "48" in blog.body()
    before = len(started)
    assert before
    blog.source("New words.\n\n" + cell("print(6 * 8)"))
    upkeep.look()
    assert "New words." in blog.body()
    assert len(started) == before
    upkeep.close()


def test_a_page_is_to_be_loaded_anew_once_an_edit(blog: Blog) -> None:
    board = Board("test")
    upkeep = Upkeep(blog.project, board)
    blog.source(cell("print(1)"))
    upkeep.look()
    versions = [board.notice.version]
    for body in (cell("print(2)"), cell("print(2)") + "\nWords.\n", cell("print(2)  # so")):
        blog.source(body)
        upkeep.look()
        versions.append(board.notice.version)
    blog.write("_config.yml", "lang: ko\n")
    upkeep.look()
    versions.append(board.notice.version)
    upkeep.close()
    assert versions == ["test.1", "test.2", "test.3", "test.4", "test.5"]


def test_with_jekyll_a_page_is_loaded_anew_when_jekyll_is_done(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board("test")
    upkeep = Upkeep(blog.project, board, jekyll=True)
    before: list[str] = []
    monkeypatch.setattr(Upkeep, "_site", lambda self: not before.append(board.notice.version))
    for number in (1, 2):
        blog.source(cell(f"print({number})"))
        upkeep.look()
    upkeep.close()
    assert before == ["test.0", "test.1"]
    assert board.notice.version == "test.2"


def test_what_is_mended_is_told_of_no_more_when_the_page_is_there(blog: Blog) -> None:
    told: list[tuple[str, bool]] = []

    class Heard(Board):
        def tell(self, problems: Mapping[str, str], *, is_new: bool) -> None:
            super().tell(problems, is_new=is_new)
            told.append((self.notice.version, bool(problems)))

    upkeep = Upkeep(blog.project, Heard("test"))
    for code in ("print(1)", "1 / 0", "print(2)"):
        blog.source(cell(code))
        upkeep.look()
    upkeep.close()
    assert list(dict.fromkeys(told)) == [("test.1", False), ("test.1", True), ("test.2", False)]


def test_it_looks_again_soon_however_long_a_build_takes(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, pauses = [0.0], []

    def build(self: Upkeep, sources: object, *, is_new: bool) -> None:
        now[0] += 60
        blog.source(f"Words {now[0]}.")

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", sleep)
    monkeypatch.setattr(Upkeep, "_build", build)
    blog.source("Some words.")
    with pytest.raises(KeyboardInterrupt):
        Upkeep(blog.project, Board("test")).go_on()
    assert now[0] > 100
    assert max(pauses) < 1


def test_a_failing_cell_is_told_above_the_last_good_page_until_it_is_mended(blog: Blog) -> None:
    good = cell("x = 1\nprint(x)")
    blog.source(good)
    with served(blog) as server:
        page = server.page_with('<span class="mi">1</span>')
        blog.source(cell("x = 1\nprint(x / 0)"))
        notice = server.wait(lambda notice: bool(notice["problems"]))
        [problem] = notice["problems"]
        assert problem["source"] == SOURCE
        assert f"{SOURCE}:11: cell failed: ZeroDivisionError" in problem["message"]
        assert f'File "{SOURCE}", line 11' in problem["message"]
        shown = server.get(PAGE)[1]
        assert shown == page.replace(version_of(page), version_of(shown))
        blog.source(good)
        mended = server.wait(lambda notice: not notice["problems"])
        assert mended["version"] == version_of(shown)


def test_what_cells_read_is_watched(blog: Blog) -> None:
    blog.write("helper.py", "def f():\n    return 'first'\n")
    blog.write("data.txt", "one")
    blog.source(cell("import helper\nprint(helper.f(), open('data.txt').read())"))
    with served(blog) as server:
        server.page_with("first one")
        blog.write("helper.py", "def f():\n    return 'second'\n")
        server.page_with("second one")
        blog.write("data.txt", "two")
        server.page_with("second two")
        blog.write("helper.py", "1 / 0\n")
        server.wait(lambda notice: "ZeroDivisionError" in messages(notice))
        blog.write("helper.py", "from other import f\n")
        server.wait(lambda notice: "No module named 'other'" in messages(notice))
        blog.write("other.py", "def f():\n    return 'third'\n")
        server.page_with("third two")


def test_what_cells_read_may_be_edited_while_they_run(blog: Blog) -> None:
    code = (
        "import time\nfrom pathlib import Path\ntext = Path('data.txt').read_text()\n"
        "Path('begun').write_text('x')\ntime.sleep(0.5)\nprint('It is', text)"
    )
    blog.write("data.txt", "one")
    blog.source(cell(code, "output: false"))
    with served(blog) as server:
        server.page_with("It is")
        (blog.root / "begun").unlink()
        blog.source(cell(code, "cache: true"))
        wait_until((blog.root / "begun").exists)
        blog.write("data.txt", "two")
        server.page_with("It is two")


def test_a_cell_that_writes_what_it_reads_is_not_built_over_and_over(blog: Blog) -> None:
    code = (
        "from pathlib import Path\nlog = Path('log.txt')\n"
        "log.write_text((log.read_text() if log.exists() else '') + 'x')"
    )
    blog.source(cell(code, "cache: false", "output: false"))
    with served(blog) as server:
        server.page_with("log")
        time.sleep(1.5)
        assert blog.read("log.txt") == "x"


def test_sources_and_settings_come_and_go(blog: Blog) -> None:
    other = "_literate/2024-01-03-other.md"
    blog.source("Text.\n")
    with served(blog) as server:
        server.page_with("A title", path="/")
        blog.write(other, HEADER.replace("A title", "Another one") + "Text.\n")
        server.page_with("Another one", path="/")
        (blog.root / other).unlink()
        server.wait(lambda _: "Another one" not in server.get("/")[1])
        blog.write("_config.yml", "a: [")
        server.wait(lambda notice: "_config.yml can't be read" in messages(notice))
        blog.write("_config.yml", "lang: ko\n")
        server.wait(lambda notice: not notice["problems"])
        server.page_with('<html lang="ko">')
        blog.write("_data/conf/main.yml", "default_lng: ja\n")
        server.page_with('<html lang="ja">')


def test_a_post_that_was_never_built_has_a_page_that_waits_for_it(blog: Blog) -> None:
    blog.source(cell("1 / 0"))
    with served(blog) as server:
        server.wait(lambda notice: bool(notice["problems"]))
        assert "wasn't built yet" in server.get(PAGE)[1].replace("&#39;", "'")
        blog.source("Text.\n")
        server.page_with("Text.")


def test_figures_and_the_style_sheet_are_served(blog: Blog) -> None:
    blog.source("Text.\n")
    blog.write("assets/img/posts/a.svg", "<svg/>")
    with served(blog) as server:
        server.page_with("Text.")
        assert server.get("/assets/img/posts/a.svg") == (200, "<svg/>")
        sheet = server.get("/assets/css/litpost.css")[1]
        assert "(prefers-color-scheme: dark)" in sheet
        assert "data-color-scheme" not in sheet
        assert server.get("/assets/js/litpost.js")[0] == 200


def test_only_this_machine_is_answered_and_only_what_is_the_blogs(blog: Blog) -> None:
    blog.source("Text.\n")
    blog.write(".secret", "hidden")
    (blog.root.parent / "outside.txt").write_text("outside", encoding="utf-8")
    (blog.root / "link.txt").symlink_to(blog.root.parent / "outside.txt")
    with served(blog) as server:
        server.page_with("Text.")
        for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "127.0.0.1:1"):
            assert server.get("/", host=host)[0] == 403
            assert server.get("/.litpost/events", host=host)[0] == 403
        assert server.get("/", host=f"localhost:{server.port}")[0] == 200
        for path in (
            "/../outside.txt", "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt",
            "//etc/passwd", "/link.txt", "/.secret", f"/{SOURCE}", f"/{POST}", "/%00",
            "/.litpost/store.sqlite", "/.litpost/../.secret", "/no/such",
        ):  # fmt: skip
            status, text = server.get(path)
            assert status == 404, path
            assert "outside" not in text
        listening = socket.socket()
        others = [address for address in own_addresses() if not address.startswith("127.")]
        for address in others:
            listening.settimeout(2)
            with pytest.raises(OSError):  # noqa: PT011
                listening.connect((address, server.port))
        listening.close()


def own_addresses() -> set[str]:
    try:
        return {
            str(info[4][0])
            for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        }
    except OSError:
        return set()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_also_while_a_cell_runs_and_somebody_listens(
    blog: Blog, kind: signal.Signals
) -> None:
    blog.source(cell("import os, time\nprint(os.getpid(), file=open('pid', 'w'))\ntime.sleep(300)"))
    with served(blog) as server:
        told = server.notices()
        next(told)
        wait_until(lambda: (blog.root / "pid").is_file() and bool(blog.read("pid")))
        start = time.monotonic()
        assert server.stop(kind) == 0
        assert time.monotonic() - start < 10
        with pytest.raises(ProcessLookupError):
            os.kill(int(blog.read("pid")), 0)
        with socket.create_server(("127.0.0.1", server.port)):
            pass  # the port is free
        assert "Traceback" not in blog.read("told")


def test_a_port_in_use_is_one_clear_sentence(blog: Blog) -> None:
    blog.source("Text.\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = blog.litpost("serve", "--port", port)
    assert done.returncode == 2
    assert done.stderr == (
        f"litpost: port {port} can't be used: Address already in use; "
        "name another by `--port N`, or none and a free one is found\n"
    )
    assert blog.litpost("serve", "--port", "70000").returncode == 2


def test_without_a_port_a_free_one_is_found(blog: Blog) -> None:
    blog.source("Text.\n")
    command = [sys.executable, "-m", "litpost", "serve"]
    for _ in range(2):
        with (
            subprocess.Popen(command, cwd=blog.root, stdout=subprocess.PIPE, text=True) as one,
            subprocess.Popen(command, cwd=blog.root, stdout=subprocess.PIPE, text=True) as other,
        ):
            try:
                assert one.stdout
                assert other.stdout
                assert one.stdout.readline() != other.stdout.readline() != ""
            finally:
                one.terminate()
                other.terminate()


def test_without_sources_it_says_how_to_begin(blog: Blog) -> None:
    done = blog.litpost("serve")
    assert done.returncode == 2
    assert 'no sources in _literate/; `litpost new "Title"` begins one' in done.stderr


MARKDOWN = [
    ('{{ "{{" }} x {{ "{%" }}', "<p>{{ x {%</p>"),
    ("![a]({{ '/b.png' | relative_url }})", '<p><img src="/b.png" alt="a" /></p>'),
    ("[a]({% post_url 2024-01-02-try %})", '<p><a href="/posts/2024-01-02-try">a</a></p>'),
    ("{% raw %}{{ x }}{% endraw %}", "<p>{{ x }}</p>"),
    ("text\n{: .a #b}", '<p class="a" id="b">text</p>'),
    ("- x\n{: .a}", '<ul class="a">\n<li>x</li>\n</ul>'),
    ("## A *b*, c", '<h2 id="a-b-c">A <em>b</em>, c</h2>'),
    ("$$x$$", '<p><math display="block"><mi>x</mi></math></p>'),
    ("a $$x$$", "<p>a <math><mi>x</mi></math></p>"),
    (r"$$\nothing$$", r"<p><code>\nothing</code></p>"),
    ('<div markdown="1">\n\n- x\n\n</div>', '<div markdown="1">\n<ul>\n<li>x</li>\n</ul>\n</div>'),
    (
        "```text\n<x>\n```\n{: .litpost-output}",
        '<div class="litpost-output language-text highlighter-rouge"><div class="highlight">'
        '<pre class="highlight"><code>&lt;x&gt;\n</code></pre></div></div>',
    ),
    ("```unheard-of\n<x>\n```", "<code>&lt;x&gt;\n</code>"),
    ("```python\n1\n```", '<span class="mi">1</span>'),
    ("|a|\n|-|\n|1|", "<td>1</td>"),
    ("A[^1].\n\n[^1]: A note.", '<a href="#fn1" id="fnref1">[1]</a>'),
    ("A[^1].\n\n[^1]: A note.", '<li id="fn1" class="footnote-item"><p>A note. <a href="#fnref1"'),
    ("x^[y]", "<p>x^[y]</p>"),
    ("Term\n: Meaning", "<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"),
    (
        "*[A&B]: two\n\nThe A&B, not A&BC.",
        '<p>The <abbr title="two">A&amp;B</abbr>, not A&amp;BC.</p>',
    ),
    ("```text\n*[A]: x\n```\n\nA", "<code>*[A]: x\n</code>"),
    (r"a \\(x\\) b", "<p>a <math><mi>x</mi></math> b</p>"),
    (r"<figcaption>\[x &lt; y\]</figcaption>", '<figcaption><math display="block">'),
    (r"`\(x\)`", r"<code>\(x\)</code>"),
    ("[a]({{ site.baseurl }}/b)", '<a href="/b">'),
    ("[a]({% post_url ko/2024-01-02-try %})", '<a href="/ko/posts/2024-01-02-try">'),
    ("[a]({% link _posts/2024-01-02-try.md %})", '<a href="/posts/2024-01-02-try">'),
    ("[a]({% link assets/a.pdf %})", '<a href="/assets/a.pdf">'),
    ("a {% comment %} b {% endcomment %}c", "<p>a c</p>"),
    ("{% highlight python %}\n1\n{% endhighlight %}", '<span class="mi">1</span>'),
    (
        '{% include a_b.html x="*y*" %} *z*',
        "include a_b.html x=&quot;*y*&quot; %}</code> <em>z</em>",
    ),
    ("{{ page.title | upcase }}", '<code class="liquid">{{ page.title | upcase }}</code>'),
    ('<img src="{{ page.x }}/a.png">', '<img src="/a.png">'),
    ("![a]({{ page.x }})", '<img src="" alt="a" />'),
    ('`{{ "{{" }} x }}` {{ x }}', '<code>{{ x }}</code> <code class="liquid">{{ x }}</code>'),
    ("{% raw %}`{{ x }}`{% endraw %}", "<code>{{ x }}</code>"),
    ("## {{ page.a }} b", '<h2 id="b">'),
]


@pytest.mark.parametrize(("text", "html"), MARKDOWN)
def test_a_posts_markdown_becomes_what_jekyll_makes_of_it(text: str, html: str) -> None:
    assert html in to_html(text)


@pytest.mark.parametrize(
    "path", ["/a/../../b", "/..", "", "/", "/.x", "/_x", "/a//b", "/a\0", "/folder"]
)
def test_a_file_is_read_only_where_one_may_be(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    assert read_file(tmp_path, path) is None
