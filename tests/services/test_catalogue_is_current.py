"""The Dutch catalogue has the texts that the code and the templates have now. Needs gettext."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

pytestmark = pytest.mark.service

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = Path("locale/nl/LC_MESSAGES/django.po")
LEFT_OUT = shutil.ignore_patterns(".*", "var", "tests", "test-results", "__pycache__")


def identities(root: Path) -> set[tuple[str, str]]:
    """Context and English text of each message."""
    with (root / CATALOGUE).open("rb") as file:
        return {
            (one.context or "", one.id if isinstance(one.id, str) else one.id[0])
            for one in read_po(file, locale="nl")
            if one.id
        }


def test_collecting_the_texts_anew_finds_the_same(tmp_path: Path) -> None:
    copy = tmp_path / "finmaster"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    collected = subprocess.run(  # noqa: S603
        ["make", "--assume-old=setup", "messages", f"VENV={sys.prefix}"],  # noqa: S607
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert collected.returncode == 0, collected.stderr
    assert identities(copy) == identities(ROOT)
