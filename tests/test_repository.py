"""What must hold of the repository as a whole."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
# Written in pieces, so that this file names none itself.
REGISTRY = re.compile(
    "|".join(
        ("py" r"pi\.org", "python" r"hosted\.org", r"registry\." "npmjs", r"deb\." r"debian\.org")
    )
    + "|"
    + "index"
    "-url"
)
SECRETS = ("SECRET_KEY", "TOKEN_KEYS", "LOKET_CLIENT_SECRET", "DATABASE_URL", "BROKER_URL")


def tracked_files() -> list[Path]:
    """The files that git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_address_of_a_package_registry_stands_in_the_repository() -> None:
    found = [
        path.name for path in tracked_files() if REGISTRY.search(path.read_text(errors="ignore"))
    ]

    assert found == []


def test_no_secret_gets_into_the_image() -> None:
    left_out = (ROOT / ".dockerignore").read_text().splitlines()

    assert {"secrets", ".env*", "var", "loket_import/sandbox", "tests"} <= set(left_out)
    assert "COPY . ." not in (ROOT / "Dockerfile").read_text()


def test_production_has_every_part_with_a_health_check_and_no_secret() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]

    assert set(services) == {"database", "redis", "migrate", "web", "worker", "beat"}
    assert all("healthcheck" in one for name, one in services.items() if name != "migrate")
    for service in services.values():
        assert not set(SECRETS) & set(service.get("environment", {}))
        for name in service.get("secrets", []):
            assert compose["secrets"][name]["file"].startswith("./secrets/")
