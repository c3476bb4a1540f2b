"""`litpost init` puts names into the list of excludes that a site has, and touches nothing else."""

from __future__ import annotations

import difflib

import pytest
import yaml

from litpost.exclusions import with_names
from tests.litpost.blog import Blog

MRGREEN = """\
defaults:
  - scope:
      path: "_posts"
    values: {layout: "post", permalink: /posts/:path}
#######################################
# What the published site doesn't have
#######################################
exclude: ["Gemfile*", "vendor", ".vscode",   "README*"] # mine
"""
BEAUTIFUL = """\
title: "한글 제목"   # shown everywhere

# Exclude these files from production site
exclude:
  - CHANGELOG.md
  - Gemfile
  - vendor   # of Bundler
  # - docs

plugins:
  - jekyll-paginate
"""
CHIRPY = """\
theme: jekyll-theme-chirpy
exclude:
  - docs
  - package*.json
  - '*.gem'

jekyll-archives:
  enabled: [categories, tags]
"""
MINIMA = """\
theme: minima
exclude:
- Gemfile
-   Gemfile.lock
url: https://example.org
"""
MISTAKES = """\
locale                   : "en-US"
include:
  - .htaccess
exclude:    # not for readers
    - "*.sublime-project"
    - /docs # ours

    - "Rakefile"
keep_files:
  - .git
"""
FLOW = """\
theme: minima
exclude: [
    vendor,   # of Bundler
    "*.log"   # of servers
  ]
url: x
"""
COMMA = """\
exclude:
  [
    vendor,
    Gemfile,  # of Bundler
  ]
"""
LAST = "theme: minima\nexclude:\n  - docs"
EMPTY = "theme: minima\nexclude: [] # nothing\n"
CONFIGS = {
    "mrgreen": (MRGREEN, MRGREEN.splitlines()[-1].replace("]", ', "Makefile"]')),
    "beautiful-jekyll": (BEAUTIFUL, "  - Makefile"),
    "chirpy": (CHIRPY, "  - 'Makefile'"),
    "minima": (MINIMA, "-   Makefile"),
    "minimal-mistakes": (MISTAKES, '    - "Makefile"'),
    "flow over lines": (FLOW, '    "Makefile"'),
    "flow with a comma at its end": (COMMA, "    Makefile,"),
    "no line end": (LAST, "  - Makefile"),
    "empty": (EMPTY, "exclude: [Makefile] # nothing"),
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "line"), CONFIGS.values(), ids=CONFIGS.keys())
def test_the_name_stands_in_the_sites_own_list(blog: Blog, text: str, line: str, end: str) -> None:
    before = text.replace("\n", end)
    blog.write("_config.yml", before)
    done = blog.litpost("init", "--yes", "--theme", "chirpy")
    assert done.returncode == 0, done.stderr
    assert "exclude" not in done.stderr
    written = (blog.root / "_config.yml").read_bytes().decode()
    assert written.count("\n") == written.count(end)
    changes = list(difflib.ndiff(before.split(end), written.split(end)))
    gone = {change[2:] for change in changes if change.startswith("- ")}
    assert {change[2:] for change in changes if change.startswith("+ ")} >= {line}
    assert all("exclude:" in each or each == '    "*.log"   # of servers' for each in gone), gone
    own, now = yaml.safe_load(before), yaml.safe_load(written)
    assert now == {**own, "exclude": [*own["exclude"], "Makefile"], "litpost": now["litpost"]}
    again = blog.litpost("init", "--yes", "--theme", "chirpy")
    assert "nothing to do" in again.stdout, again.stdout
    assert (blog.root / "_config.yml").read_bytes().decode() == written


@pytest.mark.parametrize("listed", ["[/Makefile]", "['Make*']", "\n  - Makefile\n  - a"])
def test_a_list_that_has_it_stays(blog: Blog, listed: str) -> None:
    text = f"litpost: {{theme: minima}}\nexclude: {listed}\n"
    blog.write("_config.yml", text)
    assert blog.litpost("init", "--yes", "--theme", "minima").returncode == 0
    assert blog.read("_config.yml") == text


@pytest.mark.parametrize(
    "value", ["", " docs", " *names", " {a: b}", "\n  - a: 1", "\n  - >-\n    a\n    b"]
)
def test_what_is_no_list_of_its_own_is_left_and_told(blog: Blog, value: str) -> None:
    text = f"litpost: {{theme: minima}}\nnames: &names [a]\nexclude:{value}\n"
    blog.write("_config.yml", text)
    done = blog.litpost("init", "--yes", "--theme", "minima")
    assert done.returncode == 0, done.stderr
    assert "has an `exclude:` of its own; add `Makefile` to it" in done.stderr
    assert blog.read("_config.yml") == text


def test_several_names_and_mixed_line_ends() -> None:
    assert with_names("a: 1\nexclude:\r\n- b\r\n", ["c", "d"]) == (
        "a: 1\nexclude:\r\n- b\r\n- c\r\n- d\r\n"
    )
    assert with_names("exclude: [\n  a\n]\n", ["c", "d"]) == "exclude: [\n  a,\n  c,\n  d\n]\n"
