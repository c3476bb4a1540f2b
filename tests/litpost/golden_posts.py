"""One source as a post of each theme; ``python -m tests.litpost.golden_posts`` writes them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from litpost.theme import themes
from tests.litpost.blog import Blog

FOLDER = Path(__file__).parent / "golden"


def post(theme: str, root: Path) -> Blog:
    """Build the golden source for a theme in an empty folder."""
    blog = Blog(root)
    blog.write("_config.yml", f"litpost: {{theme: {theme}}}\n")
    text = (FOLDER / "source.md").read_text(encoding="utf-8")
    header, _, body = text.partition("---\n\n")
    blog.build(body, header=header + "---\n\n")
    return blog


def main() -> None:
    """Write the posts of all themes."""
    for theme in themes():
        with tempfile.TemporaryDirectory() as folder:
            text = post(theme, Path(folder)).read()
        (FOLDER / f"{theme}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
