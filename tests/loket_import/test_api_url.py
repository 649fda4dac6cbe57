"""Which addresses a token may be sent to."""

import pytest

from loket_import.api_url import checked_api_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.loket.nl/v2", "https://api.loket.nl/v2"),
        ("https://api.loket-acc.nl/v2/", "https://api.loket-acc.nl/v2"),
        ("http://localhost:8765/v2", "http://localhost:8765/v2"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://[::1]:8765/v2", "http://[::1]:8765/v2"),
    ],
)
def test_an_address_of_loket_or_the_sandbox_is_accepted(url, expected):
    assert checked_api_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.loket.nl/v2",
        "http://api.loket.nl/v2",
        "ftp://api.loket.nl/v2",
        "file:///etc/passwd",
        "https://user:secret@api.loket.nl/v2",
        "https://@api.loket.nl/v2",
        "https://api.loket.nl@evil.example/v2",
        "https://api.loket.nl./v2",
        "https://api.loket.nl/v2?x=1",
        "https://api.loket.nl/v2#x",
        "https://api.loket.nl/v2/../v3",
        "https://api.loket.nl/v 2",
        "https://api.loket.nl\\@evil.example/",
        "https://api.loket.nl:0/v2",
        "https://api.loket.nl:99999/v2",
        "https://api.loket.nl\n/v2",
        "https://api loket.nl/v2",
        "https:///v2",
        "https://intranet/v2",
        "http://169.254.169.254/v2",
        "https://169.254.169.254/v2",
        "https://10.0.0.1/v2",
        "https://2130706433/v2",
        "http://[::ffff:127.0.0.1]/v2",
        "http://localhost.evil.example/v2",
        "http://127.0.0.1.evil.example/v2",
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(ValueError, match=r"address|[Pp]ort|URL"):
        checked_api_url(url)
