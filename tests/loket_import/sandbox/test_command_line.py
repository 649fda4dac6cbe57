"""Starting the sandbox as a process."""

import os
import re
import subprocess
import sys

import pytest
import requests

from loket_import.sandbox.__main__ import main

COMPLETE = ["--client-id", "x", "--client-secret", "y", "--redirect-uri", "https://f.invalid/"]


@pytest.mark.parametrize("environment", ["production", "acceptance"])
def test_it_does_not_start_beside_the_real_loket(monkeypatch, capsys, environment):
    monkeypatch.setenv("LOKET_ENVIRONMENT", environment)

    assert main(COMPLETE) == 2

    assert f"LOKET_ENVIRONMENT is '{environment}'" in capsys.readouterr().err


def test_it_says_what_is_missing(monkeypatch, capsys):
    for name in ("LOKET_CLIENT_ID", "LOKET_CLIENT_SECRET", "LOKET_REDIRECT_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("LOKET_ENVIRONMENT", raising=False)

    assert main(["--client-id", "x"]) == 2

    error = capsys.readouterr().err
    assert "LOKET_CLIENT_SECRET" in error
    assert "--redirect-uri" in error
    assert "CLIENT_ID" not in error


def test_it_says_that_a_state_file_is_odd(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("LOKET_ENVIRONMENT", raising=False)
    (tmp_path / "state.json").write_text("[]")

    assert main([*COMPLETE, "--port", "0", "--state", str(tmp_path / "state.json")]) == 2

    assert "not a state file" in capsys.readouterr().err


def test_it_serves_with_what_the_environment_gives_and_imports_nothing_of_ours(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "LOKET_CLIENT_ID": "uit-omgeving",
        "LOKET_CLIENT_SECRET": "geheim",
        "LOKET_REDIRECT_URI": "https://f.invalid/terug",
    }
    command = [sys.executable, "-X", "importtime", "-m", "loket_import.sandbox", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        try:
            lines = []
            for line in process.stderr:
                lines.append(line)
                if "Loket sandbox at" in line:
                    break
            url = re.search(r"at (http://\S+)", lines[-1])[1]
            query = {
                "client_id": "uit-omgeving",
                "redirect_uri": "https://f.invalid/terug",
                "response_type": "code",
                "scope": "all",
            }
            page = requests.get(f"{url}/authorize", params=query, timeout=10)
        finally:
            process.terminate()

    imported = {line.split("|")[-1].strip() for line in lines if line.startswith("import time:")}
    assert page.status_code == 200
    assert not [name for name in imported if name.split(".")[0] in ("django", "finmaster")]
    ours = {name for name in imported if name.startswith("loket_import.")}
    assert all(name.startswith("loket_import.sandbox") for name in ours)
