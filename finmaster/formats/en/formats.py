"""The same reading as in Dutch: the language of the interface never changes a date or amount."""

from finmaster.formats.nl.formats import *  # noqa: F403
