"""Docs that fail: every command, setting, room and scene is named where a reader looks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yiben.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh", "en")


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(language: str, command: str) -> None:
    assert f"`yiben {command}" in text(f"docs/{language}/commands.md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_documented(language: str) -> None:
    names: set[str] = set()
    for folder in ("src", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            names |= set(re.findall(r'environ[^\n]*?"(YIBEN_[A-Z_]+)"', path.read_text(encoding="utf-8")))
    documented = text(f"docs/{language}/commands.md")
    assert not {name for name in names if f"`{name}`" not in documented}


def test_users_documents_come_in_both_languages() -> None:
    chinese, english = ({path.name for path in (ROOT / "docs" / one).glob("*.md")} for one in LANGUAGES)
    assert chinese == english


@pytest.mark.parametrize("document", sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*.md")))
def test_links_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text(document)):
        assert (ROOT / document).parent.joinpath(target).exists(), target


def test_every_room_is_in_the_architecture() -> None:
    architecture = text("ARCHITECTURE.md")
    for path in (ROOT / "src" / "yiben").iterdir():
        if path.is_dir() and (path / "__init__.py").exists():
            assert f"`{path.name}/`" in architecture, path.name


@pytest.mark.parametrize("document", ["README.md", "README.en.md"])
def test_the_readme_gives_the_two_commands(document: str) -> None:
    assert "make demo" in text(document) and "make test" in text(document)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documented_scene_is_a_valid_pack(language: str) -> None:
    from yiben.scenes.loader import read_pack

    block = re.search(r"```yaml\n(.*?)```", text(f"docs/{language}/scenes.md"), re.DOTALL)
    assert block is not None
    pack, problems = read_pack(block[1], file="wells.yaml")
    assert pack is not None and problems == []


def test_decisions_are_numbered_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("folder", ["", ".ci", "docs", "requirements", "scripts", "src", "tests"])
def test_no_machine_path_and_no_address_of_a_registry(folder: str) -> None:
    """A lock file or document that names a place works only there."""
    private = re.compile("/ro" + "ot/|/wo" + r"rk/(?!flow)|pypi\." + r"org|npmjs\." + "org|python" + "hosted")
    files = (ROOT / folder).rglob("*") if folder else ROOT.glob("*")
    for path in files:
        if path.is_file() and path.suffix in (
            ".py",
            ".md",
            ".txt",
            ".in",
            ".json",
            ".yaml",
            ".toml",
            ".js",
            "",
        ):
            if "built" in path.parts or "node_modules" in path.parts or "__pycache__" in path.parts:
                continue
            found = private.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert found is None, f"{path.relative_to(ROOT)}: {found and found[0]}"
