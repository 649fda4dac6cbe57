"""FinMaster's settings with the values of development, for tests and for mypy."""

import os
from pathlib import Path

os.environ.setdefault(
    "FINMASTER_ENV_FILE", str(Path(__file__).resolve().parent.parent / "development.env")
)

from finmaster.settings import *  # noqa: F403

# Cheap hashes; the strength of the real ones is not what the tests are about.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Whitenoise warns when the folder of collected files is not there.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# No manifest, so that no test depends on collected files.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
