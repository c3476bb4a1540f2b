"""The Jekyll site around the posts: finding Jekyll, building, serving.

Jekyll reads the folder `root` and nothing else, so a theme of another repository can be built in
the same way: lay the posts and their images over a copy of it and name that copy as `root`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from litpost.errors import LitpostError, UsageError
from litpost.languages import read_languages
from litpost.project import source_languages

APT_PACKAGES = ("jekyll",)

HOW_TO_INSTALL = """\
Jekyll, which builds the site, isn't installed. Any of these brings it:
  Debian, Ubuntu   sudo apt-get install jekyll
  macOS            brew install ruby, then: bundle install
  elsewhere        install Ruby (https://www.ruby-lang.org/en/documentation/installation/),
                   then: gem install bundler && bundle install
`bundle install` reads the Gemfile of this folder."""

LACKING = (
    "A theme or plugin of this site isn't installed for this Jekyll: `bundle install` brings those "
    "of its Gemfile. `litpost serve` shows the posts without Jekyll"
)
_LACKS = re.compile(
    r"MissingDependencyException|Gem::\w*MissingSpec|cannot load such file|Unknown tag '\w+'"
)


@dataclass(frozen=True)
class Jekyll:
    """A Jekyll that works: how it is called."""

    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    def environment(self) -> dict[str, str]:
        """Return this process' environment with what Jekyll needs, UTF-8 before all."""
        variables = dict(os.environ)
        locale = next(filter(None, map(variables.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
        if not re.search("utf-?8", locale, re.I):
            variables["LANG"] = variables["LC_ALL"] = "C.UTF-8"
        return {**variables, **dict(self.variables)}


@dataclass(frozen=True)
class Config:
    """The site's addresses and languages: what `_config.yml` says, else what sources there are."""

    baseurl: str
    language: str
    languages: tuple[str, ...]


def read_config(root: Path) -> Config:
    """Read `_config.yml`.

    Raises
    ------
    UsageError
        It isn't there, or isn't YAML.
    """
    _check_is_site(root)
    try:
        config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8")) or {}
        languages = read_languages(root, config)
        listed = languages.listed or source_languages(root)
        return Config(str(config.get("baseurl") or ""), languages.default, listed)
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise UsageError(f"_config.yml can't be read: {error}") from None


def find_jekyll(root: Path) -> Jekyll:
    """Find a Jekyll: on the PATH, else in the Gemfile's bundle, else, as root on Debian, by apt.

    Raises
    ------
    UsageError
        There is none; the message says how to install it.
    """
    found = installed_jekyll(root)
    if found is None and _may_use_apt():
        _install_by_apt()
        found = installed_jekyll(root)
    if found is None:
        raise UsageError(HOW_TO_INSTALL)
    return found


def installed_jekyll(root: Path) -> Jekyll | None:
    """Find a Jekyll that is there: on the PATH, else in the Gemfile's bundle."""
    # Debian's Jekyll would otherwise insist on the gems of the Gemfile, which isn't meant for it.
    on_path = Jekyll(("jekyll",), (("JEKYLL_NO_BUNDLER_REQUIRE", "true"),))
    bundled = Jekyll(("bundle", "exec", "jekyll"), (("BUNDLE_GEMFILE", str(root / "Gemfile")),))
    if _works(on_path, root):
        return on_path
    return bundled if (root / "Gemfile").is_file() and _works(bundled, root) else None


def build_site(
    root: Path,
    *,
    destination: Path,
    baseurl: str | None = None,
    url: str | None = None,
    incremental: bool = False,
) -> None:
    """Build the site of `root` into `destination`, as it is published.

    Parameters
    ----------
    root
        The folder with `_config.yml`.
    destination
        Where the pages go. Jekyll deletes everything else in it.
    baseurl
        The path that the site lies under, as `/blog`, instead of that of `_config.yml`.
    url
        The address of the server, as `https://example.com`, instead of that of `_config.yml`.
    incremental
        Build only the pages whose files have changed; pages that list others may be older.

    Raises
    ------
    UsageError
        There is no Jekyll, no site in `root`, or the destination holds something else.
    LitpostError
        Jekyll failed; the message is its own.
    """
    root, destination = root.resolve(), destination.resolve()
    _check(root, destination)
    jekyll = find_jekyll(root)
    with _arguments("build", root, destination, baseurl=baseurl, url=url) as arguments:
        done = subprocess.run(
            [*jekyll.command, *arguments, "--quiet", *["--incremental"] * incremental],
            cwd=root,
            env={"JEKYLL_ENV": "production", **jekyll.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    if done.returncode:
        told = done.stdout.strip()
        advice = f"\n{LACKING}" if _LACKS.search(told) else ""
        raise LitpostError(f"Jekyll couldn't build the site:\n{told}{advice}")
    if done.stdout.strip():
        print(done.stdout.strip(), file=sys.stderr)


def serve_site(
    root: Path,
    *,
    destination: Path,
    baseurl: str | None = None,
    host: str = "127.0.0.1",
    port: int = 4000,
) -> None:
    """Serve the site and rebuild it when a file changes, until Ctrl-C.

    Raises
    ------
    UsageError
        There is no Jekyll, no site in `root`, or the destination holds something else.
    LitpostError
        Jekyll failed; it has said why.
    """
    root, destination = root.resolve(), destination.resolve()
    _check(root, destination)
    jekyll = find_jekyll(root)
    with _arguments("serve", root, destination, baseurl=baseurl) as arguments:
        command = [*jekyll.command, *arguments, "--host", host, "--port", str(port)]
        with subprocess.Popen(command, cwd=root, env=jekyll.environment()) as server:
            try:
                status = server.wait()
            except KeyboardInterrupt:
                _stop(server)
                return
    if status:
        raise LitpostError(f"Jekyll's server stopped with status {status}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Wait for the end: Ctrl-C reached Jekyll too, but a signal sent to us alone did not."""
    for kind in (None, signal.SIGINT, signal.SIGTERM):
        if kind is not None:
            server.send_signal(kind)
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=2)
            return
    server.kill()


def normal_baseurl(baseurl: str) -> str:
    """Write a base URL as Jekyll wants it: with a slash before, none behind, or empty.

    >>> normal_baseurl("blog/"), normal_baseurl("/"), normal_baseurl("/a/b")
    ('/blog', '', '/a/b')
    """
    path = baseurl.strip("/")
    return f"/{path}" if path else ""


def _works(jekyll: Jekyll, root: Path) -> bool:
    """Say whether it starts: a Ruby manager's stand-in on the PATH, or a Gemfile, needn't."""
    if shutil.which(jekyll.command[0]) is None:
        return False
    done = subprocess.run(
        [*jekyll.command, "--version"],
        cwd=root,
        env=jekyll.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return done.returncode == 0


def _check_is_site(root: Path) -> None:
    if not (root / "_config.yml").is_file():
        raise UsageError(
            f"{root} has no _config.yml: it isn't a Jekyll site; `jekyll new DIR` makes one, and "
            "`litpost serve` shows posts without"
        )


def _check(root: Path, destination: Path) -> None:
    """Stop before Jekyll deletes what isn't a site."""
    _check_is_site(root)
    if root.is_relative_to(destination):
        raise UsageError(f"{destination} contains the site's sources: name another folder")
    if not destination.exists() or destination == root / "_site":
        return
    if not destination.is_dir():
        raise UsageError(f"{destination} is a file: name a folder")
    if any(destination.iterdir()) and not (destination / "index.html").is_file():
        raise UsageError(
            f"{destination} holds other files, which Jekyll would delete; name an empty folder"
        )


@contextmanager
def _arguments(
    task: str,
    root: Path,
    destination: Path,
    *,
    baseurl: str | None,
    url: str | None = None,
) -> Iterator[list[str]]:
    """Yield Jekyll's arguments; what has no option of its own goes to a second configuration."""
    arguments = [task, "--source", str(root), "--destination", str(destination)]
    if baseurl is not None:
        arguments.append(f"--baseurl={normal_baseurl(baseurl)}")
    if url is None:
        yield arguments
        return
    with tempfile.TemporaryDirectory(prefix="litpost-") as folder:
        more = Path(folder, "url.yml")
        more.write_text(f"url: {url.rstrip('/')}\n", encoding="utf-8")
        yield [*arguments, "--config", f"_config.yml,{more}"]


def _may_use_apt() -> bool:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return is_root and Path("/etc/debian_version").exists() and bool(shutil.which("apt-get"))


def _install_by_apt(packages: Sequence[str] = APT_PACKAGES) -> None:
    """Install Jekyll, and say so: it changes the machine."""
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", *packages]):
        print(f"litpost: Jekyll isn't installed; running {' '.join(command)}", file=sys.stderr)
        _run_apt(command, variables)


def _run_apt(command: Sequence[str], variables: Mapping[str, str]) -> None:
    done = subprocess.run(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-10:])
        raise UsageError(f"`{' '.join(command)}` failed:\n{last}\n\n{HOW_TO_INSTALL}")
