"""The words that a list is searched by."""

from django.http import HttpRequest


def search_words(request: HttpRequest) -> str:
    """What `zoek` in the address says, without the NUL that PostgreSQL has no place for."""
    return request.GET.get("zoek", "").replace("\0", "").strip()
