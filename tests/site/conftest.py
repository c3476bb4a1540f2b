"""What the tests of the site share: Jekyll, Chromium, built sites and servers for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from litpost import site
from litpost.errors import UsageError
from tests.site.browser import chromium_path, launch
from tests.site.building import ROOT, build, copy_fixture, copy_repository
from tests.site.server import serve

BASEURLS = ("", "/blog")


def missing(what: str) -> None:
    """Skip a test for want of a program; in CI, where nothing may be skipped, fail it."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def jekyll() -> None:
    """Need Jekyll, without installing it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "_may_use_apt", lambda: False)
        try:
            site.find_jekyll(ROOT)
        except UsageError as error:
            missing(str(error))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    if chromium_path() is None:
        missing("Chromium isn't installed (Debian: apt-get install chromium)")
    with launch() as started:
        yield started


@pytest.fixture(scope="session", params=BASEURLS, ids=["no baseurl", "baseurl"])
def baseurl(request: pytest.FixtureRequest) -> str:
    """Where the site lies on its server."""
    return str(request.param)


@pytest.fixture(scope="session")
def fixture_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture site's sources; tests leave them as they are."""
    return copy_fixture(tmp_path_factory.mktemp("sites") / "fixture")


@pytest.fixture(scope="session")
def fixture_site(jekyll: None, fixture_sources: Path, baseurl: str) -> Path:
    """The pages of the fixture site."""
    return build(fixture_sources, baseurl=baseurl)


@pytest.fixture(scope="session")
def fixture_home(fixture_site: Path, baseurl: str) -> Iterator[str]:
    """The address of the fixture site's home page."""
    with serve(fixture_site, baseurl=baseurl) as home:
        yield home


@pytest.fixture(scope="session")
def repository_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository; it has to have posts, or there is nothing to look at."""
    sources = copy_repository(tmp_path_factory.mktemp("sites") / "repository")
    if not any((sources / "_posts").glob("*.md")):
        pytest.fail("the repository has no posts in _posts/; `make post` writes them")
    return sources


@pytest.fixture(scope="session")
def repository_site(jekyll: None, repository_sources: Path, baseurl: str) -> Path:
    """The pages of the repository's own site, with its generated posts."""
    return build(repository_sources, baseurl=baseurl)


@pytest.fixture(scope="session")
def repository_home(repository_site: Path, baseurl: str) -> Iterator[str]:
    """The address of the home page of the repository's own site."""
    with serve(repository_site, baseurl=baseurl) as home:
        yield home
