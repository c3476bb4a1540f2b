"""Finding and calling Jekyll, with stand-ins for the programs of the machine."""

import os
import stat
import sys
from pathlib import Path

import pytest

from litpost import site
from litpost.errors import LitpostError, UsageError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")

WORKING = 'echo "$0 $*" >> "$LOG"; env >> "$LOG"; mkdir -p out; exit 0'


class Machine:
    """A folder that is the whole PATH, and a log of the programs that were called."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.root = folder / "blog"
        self.root.mkdir()
        (self.root / "_config.yml").touch()
        self.log = folder / "log"
        self.log.touch()

    def has(self, name: str, script: str = WORKING) -> None:
        program = self.programs / name
        program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def calls(self) -> list[str]:
        lines = self.log.read_text().splitlines()
        prefix = f"{self.programs}{os.sep}"
        return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    monkeypatch.setenv("LOG", str(made.log))
    monkeypatch.setattr(site, "_may_use_apt", lambda: False)
    return made


def test_jekyll_on_the_path_comes_first(machine: Machine) -> None:
    machine.has("jekyll")
    machine.has("bundle")
    (machine.root / "Gemfile").touch()
    assert site.find_jekyll(machine.root).command == ("jekyll",)


def test_a_jekyll_that_does_not_start_is_passed_over(machine: Machine) -> None:
    machine.has("jekyll", "exit 127")
    machine.has("bundle")
    (machine.root / "Gemfile").touch()
    assert site.find_jekyll(machine.root).command == ("bundle", "exec", "jekyll")


def test_bundle_without_a_gemfile_is_no_jekyll(machine: Machine) -> None:
    machine.has("bundle")
    with pytest.raises(UsageError, match="isn't installed"):
        site.find_jekyll(machine.root)


def test_without_jekyll_the_message_says_what_to_install(machine: Machine) -> None:
    with pytest.raises(UsageError) as caught:
        site.find_jekyll(machine.root)
    for hint in ("apt-get install jekyll", "brew install ruby", "bundle install"):
        assert hint in str(caught.value)


def test_root_on_debian_gets_it_by_apt_and_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(site, "_may_use_apt", lambda: True)
    jekyll = machine.programs / "jekyll"
    machine.has(
        "apt-get",
        f'echo "$0 $*" >> "$LOG"; [ "$1" = update ] && exit 0\n'
        f"printf '#!/bin/sh\\nexit 0\\n' > {jekyll}; chmod +x {jekyll}",
    )
    assert site.find_jekyll(machine.root).command == ("jekyll",)
    assert machine.calls() == ["apt-get update", "apt-get install --yes jekyll"]
    assert "running apt-get install --yes jekyll" in capsys.readouterr().err


def test_when_apt_fails_its_own_words_are_shown(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "_may_use_apt", lambda: True)
    machine.has("apt-get", "echo 'E: no network'; exit 100")
    with pytest.raises(UsageError, match="E: no network"):
        site.find_jekyll(machine.root)


@pytest.mark.parametrize(
    ("given", "asked"),
    [("", "--baseurl="), ("/", "--baseurl="), ("blog/", "--baseurl=/blog")],
)
def test_the_baseurl_is_written_as_jekyll_wants_it(
    machine: Machine, given: str, asked: str
) -> None:
    machine.has("jekyll")
    site.build_site(machine.root, destination=machine.root / "_site", baseurl=given)
    assert asked in machine.calls()[-1].split()


def test_debians_jekyll_is_told_to_leave_the_gemfile_alone(machine: Machine) -> None:
    machine.has("jekyll")
    site.build_site(machine.root, destination=machine.root / "_site")
    assert "JEKYLL_NO_BUNDLER_REQUIRE=true" in machine.log.read_text()


@pytest.mark.parametrize(
    ("given", "used"), [("C", "C.UTF-8"), ("", "C.UTF-8"), ("ko_KR.utf8", "ko_KR.utf8")]
)
def test_jekyll_always_runs_with_utf8(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    monkeypatch.delenv("LC_CTYPE", raising=False)
    monkeypatch.setenv("LC_ALL", given)
    monkeypatch.setenv("LANG", "C")
    assert site.Jekyll(("jekyll",)).environment()["LC_ALL"] == used


def test_when_jekyll_fails_its_own_words_are_shown(machine: Machine) -> None:
    machine.has("jekyll", '[ "$1" = --version ] || { echo "Liquid Exception: here"; exit 1; }')
    with pytest.raises(LitpostError, match="Liquid Exception: here") as caught:
        site.build_site(machine.root, destination=machine.root / "_site")
    assert not isinstance(caught.value, UsageError)
    assert site.LACKING not in str(caught.value)


LACKING = [
    "The minima theme could not be found. (Jekyll::Errors::MissingDependencyException)",
    "kernel_require.rb:85:in `require': cannot load such file -- jekyll-seo-tag (LoadError)",
    "Liquid Exception: Liquid syntax error (head.html line 5): Unknown tag 'seo'",
]


@pytest.mark.parametrize("told", LACKING)
def test_when_a_gem_is_missing_it_is_said_how_to_get_it(machine: Machine, told: str) -> None:
    machine.has("jekyll", f'[ "$1" = --version ] || {{ echo "{told}"; exit 1; }}'.replace("`", "'"))
    with pytest.raises(LitpostError, match="`bundle install` brings those of its Gemfile"):
        site.build_site(machine.root, destination=machine.root / "_site")


@pytest.mark.parametrize("destination", [".", "..", "../precious", "../file"])
def test_a_destination_that_jekyll_would_empty_is_refused(
    machine: Machine, destination: str
) -> None:
    machine.has("jekyll")
    precious = machine.root.parent / "precious"
    precious.mkdir()
    (precious / "thesis.tex").touch()
    (machine.root.parent / "file").touch()
    with pytest.raises(UsageError):
        site.build_site(machine.root, destination=machine.root / destination)
    assert machine.calls() == []


def test_an_earlier_site_is_built_over(machine: Machine) -> None:
    machine.has("jekyll")
    earlier = machine.root.parent / "earlier"
    earlier.mkdir()
    (earlier / "index.html").touch()
    site.build_site(machine.root, destination=earlier)
    assert machine.calls()


@pytest.mark.parametrize("task", [site.build_site, site.serve_site])
def test_a_folder_without_configuration_is_no_site(machine: Machine, task: object) -> None:
    assert callable(task)
    (machine.root / "_config.yml").unlink()
    with pytest.raises(UsageError, match=r"no _config\.yml"):
        task(machine.root, destination=machine.root / "_site")


def test_serving_watches_the_root_on_the_asked_port(machine: Machine) -> None:
    machine.has("jekyll")
    site.serve_site(machine.root, destination=machine.root / "_site", port=4321)
    call = machine.calls()[-1]
    assert call.startswith(f"jekyll serve --source {machine.root}")
    assert call.endswith("--host 127.0.0.1 --port 4321")


def test_a_server_that_fails_is_an_error(machine: Machine) -> None:
    machine.has("jekyll", '[ "$1" = --version ] || exit 1')
    with pytest.raises(LitpostError, match="status 1"):
        site.serve_site(machine.root, destination=machine.root / "_site")
