"""Sites to look at: the layouts with posts made for the tests, and the repository as it is."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path

from litpost.site import build_site

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixture"
STYLE_SHEET = ROOT / "_build_tools/litpost/themes/_common/litpost.css"
URL = "https://example.com"

# The site's own files; everything else that Jekyll finds in a test's folder is the test's.
SITE_FILES = (
    "_config.yml",
    "_layouts",
    "_includes",
    "_data",
    "assets/css/site.css",
    "assets/js",
    "assets/favicon.svg",
    "index.html",
    "tags.html",
    "404.html",
    "feed.xml",
    "sitemap.xml",
    "Gemfile",
)


def copy_site(target: Path) -> Path:
    """Copy the site without posts, and the style sheet that generated posts link."""
    for name in SITE_FILES:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy2(source, copy)
    (target / "assets/css").mkdir(parents=True, exist_ok=True)
    shutil.copy2(STYLE_SHEET, target / "assets/css")
    shutil.copy2(STYLE_SHEET.with_suffix(".js"), target / "assets/js")
    return target


def copy_fixture(target: Path) -> Path:
    """Copy the site with posts that have everything a generated post can have."""
    copy_site(target)
    shutil.copytree(FIXTURE, target, dirs_exist_ok=True)
    for name in ("thumb", "share"):
        image = target / f"assets/img/posts/everything/{name}.png"
        image.write_bytes(png(1200, 630, (246, 240, 228)))
    return target


def copy_repository(target: Path) -> Path:
    """Copy the repository as it is, but for what is only on this machine."""
    local = shutil.ignore_patterns(
        ".git", ".venv", ".litpost", "_site", ".jekyll-cache", ".*_cache", "__pycache__", "tests"
    )
    return Path(shutil.copytree(ROOT, target, ignore=local))


def write_post(site: Path, name: str, body: str, *, front_matter: str = "title: 글") -> None:
    """Write a post into a site's `_posts`, or another folder that `name` says."""
    path = site / name if "/" in name else site / "_posts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front_matter}\n---\n\n{body}\n", encoding="utf-8")


def build(site: Path, *, baseurl: str = "") -> Path:
    """Build a site beside itself; return the folder with its pages."""
    destination = site.with_name(f"{site.name}-built{baseurl.replace('/', '-')}")
    build_site(site, destination=destination, baseurl=baseurl, url=URL)
    return destination


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Make an image of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )
