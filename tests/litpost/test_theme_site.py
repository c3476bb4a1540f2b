"""Laying a blog over a theme's own repository: a small one, made here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from litpost import theme_site
from litpost.errors import LitpostError, UsageError
from litpost.theme_site import Patch, Upstream
from tests.litpost.blog import Blog

FILES = {
    "_data/conf/main.yml": "default_lng: en\nlanguage_switch_lang_list: [en, ja, ko]\n",
    "_posts/2020-01-01-sample.md": "sample",
    "ko/_posts/2020-01-01-sample.md": "sample",
    "index.md": "English home",
    "ko/index.md": "한국어 홈",
    "ja/index.md": "日本語",
    "assets/css/main.scss": "---\n---\na { width: min(1px); }\n",
}


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Upstream:
    folder = tmp_path / "theme"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "-q", "theme")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "theme")
    source = Upstream(
        repository=str(folder), commit=git(folder, "rev-parse", "HEAD"), plugins=(),
        settings="_data/conf/main.yml", pages=("index.md",),
        patches=(Patch("assets/css/main.scss", "min(1px)", "1px"),),
    )  # fmt: skip
    (folder / "later").touch()
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "later")
    monkeypatch.setattr(theme_site, "upstream", lambda name: source)
    return source


def laid(blog: Blog, repository: str = "") -> Path:
    return theme_site.lay(
        blog.root, "small", language="ko", languages=("ko", "en"), repository=repository
    )


def test_the_pinned_commit_carries_our_posts_and_languages(blog: Blog, theme: Upstream) -> None:
    blog.build("Text.\n")
    blog.write("en/_posts/2024-01-02-try.md", "translated")
    site = laid(blog)
    assert not (site / "later").exists()
    assert not (site / ".git").exists()
    assert [file.name for file in (site / "_posts").iterdir()] == ["2024-01-02-try.md"]
    assert [file.name for file in (site / "en/_posts").iterdir()] == ["2024-01-02-try.md"]
    assert (site / "index.md").read_text("utf-8") == "한국어 홈"
    assert (site / "en/index.md").read_text("utf-8") == "English home"
    assert not (site / "ja").exists()
    assert not (site / "ko").exists()
    assert (site / theme.settings).read_text("utf-8") == (
        "default_lng: ko\nlanguage_switch_lang_list: [ko, en]\n"
    )
    assert "1px; }" in (site / "assets/css/main.scss").read_text("utf-8")
    assert (site / "assets/css/litpost.css").is_file()


def test_a_second_time_nothing_is_cloned(blog: Blog, theme: Upstream) -> None:
    blog.build("Text.\n")
    laid(blog)
    (Path(theme.repository)).rename(blog.root / "moved")
    assert (laid(blog) / "index.md").is_file()


def test_what_cannot_be_cloned_leaves_nothing_behind(blog: Blog, theme: Upstream) -> None:
    blog.build("Text.\n")
    with pytest.raises(LitpostError, match="git clone"):
        laid(blog, str(blog.root / "nowhere"))
    assert not (blog.root / ".litpost/themes/small").exists()


def test_a_theme_without_a_repository_is_an_error() -> None:
    with pytest.raises(UsageError, match="no theme `minima` to build the site in"):
        theme_site.upstream("minima")
    assert len(theme_site.upstream("mrgreen").commit) == 40


def test_the_environment_may_name_the_repository() -> None:
    assert theme_site.repository_of("mrgreen", {"MRGREEN_REPO": "/x"}) == "/x"
    assert theme_site.repository_of("mrgreen", {}) == ""
