"""Reading a list to its end: everything, or an error that says that it is not everything."""

import pytest

from loket_import import paging
from loket_import.decoding import Page
from loket_import.errors import LoketIncomplete, LoketTooLarge
from loket_import.paging import read_whole


class Server:
    """Pages by reading and number; after the last reading it repeats that one."""

    def __init__(self, *readings):
        self.readings = readings
        self.reading = -1
        self.asked = []

    def fetch(self, number):
        self.reading += number == 1
        self.asked.append(number)
        return repr((self.reading, number)).encode()

    def decode(self, body, first_line):
        _, number = eval(body)  # noqa: S307 - our own bytes
        pages = self.readings[min(self.reading, len(self.readings) - 1)]
        rows, total = pages[number - 1] if number <= len(pages) else ([], pages[0][1])
        return Page(tuple(rows), total, number, None, ())


def key(row):
    return row[0]


def read(*readings, **options):
    server = Server(*readings)
    whole = read_whole(server.fetch, server.decode, **options)
    return whole.rows, server.asked


def test_pages_are_read_until_the_announced_number_is_there():
    assert read([("ab", 5), ("cd", 5), ("e", 5)]) == (("a", "b", "c", "d", "e"), [1, 2, 3])


def test_an_empty_list_takes_one_page():
    assert read([("", 0)]) == ((), [1])


def test_page_size_may_differ_per_page():
    assert read([("abc", 5), ("d", 5), ("e", 5)])[0] == ("a", "b", "c", "d", "e")


def test_equal_rows_without_identity_are_different_rows():
    assert read([("aa", 4), ("aa", 4)])[0] == ("a", "a", "a", "a")


@pytest.mark.parametrize(
    "pages",
    [
        [("ab", 1)],
        [("ab", 3), ("cd", 3)],
        [("ab", 3)],
        [("", 3)],
        [("a", 0)],
        [("ab", 10), ("c", 10), ("", 10)],
    ],
)
def test_a_count_that_does_not_add_up_is_incomplete(pages):
    with pytest.raises(LoketIncomplete):
        read(pages)


def test_a_changing_total_restarts_the_reading():
    rows, asked = read([("ab", 4), ("c", 3)], [("ab", 3), ("c", 3)])

    assert rows == ("a", "b", "c")
    assert asked == [1, 2, 1, 2]


def test_a_list_that_keeps_changing_is_given_up():
    server = Server([("ab", 4), ("c", 3)])

    with pytest.raises(LoketIncomplete):
        read_whole(server.fetch, server.decode)

    assert server.asked == [1, 2] * (1 + paging.RESTARTS_MAX)


def test_a_row_on_two_pages_counts_once():
    assert read([(["a1", "b1"], 3), (["b1", "c1"], 3)], identity=key)[0] == ("a1", "b1", "c1")


def test_a_row_that_changed_between_pages_restarts_the_reading():
    rows, asked = read(
        [(["a1", "b1"], 3), (["b2", "c1"], 3)],
        [(["a1", "b2"], 3), (["b2", "c1"], 3)],
        identity=key,
    )

    assert rows == ("a1", "b2", "c1")
    assert asked == [1, 2, 1, 2]


def test_a_row_missed_between_pages_is_incomplete():
    with pytest.raises(LoketIncomplete):
        read([(["a1", "b1"], 4), (["b1", "d1"], 4)], identity=key)


@pytest.mark.parametrize("number", [None, 1])
def test_a_server_that_ignores_the_page_number_is_refused_even_where_the_count_fits(number):
    page = Page(("a", "b"), 4, number, None, ())

    with pytest.raises(LoketIncomplete):
        read_whole(lambda _: b"same", lambda body, first_line: page)


def test_a_page_number_that_comes_twice_is_refused_although_the_bytes_differ():
    page = Page(("a", "b"), 4, 1, None, ())

    with pytest.raises(LoketIncomplete):
        read_whole(lambda number: b"%d" % number, lambda body, first_line: page)


def test_page_numbers_may_count_from_zero():
    pages = {1: Page(("a",), 2, 0, None, ()), 2: Page(("b",), 2, 1, None, ())}

    whole = read_whole(lambda number: b"%d" % number, lambda body, _: pages[int(body)])

    assert whole.rows == ("a", "b")


def test_lines_are_numbered_over_all_pages():
    server = Server([("ab", 3), ("c", 3)])
    firsts = []

    def decode(body, first_line):
        firsts.append(first_line)
        return server.decode(body, first_line)

    read_whole(server.fetch, decode)

    assert firsts == [1, 3]


def test_progress_is_told():
    told = []

    read([("ab", 3), ("c", 3)], on_page=lambda *progress: told.append(progress))

    assert told == [(2, 3), (3, 3)]


def test_endless_pages_are_too_large(monkeypatch):
    monkeypatch.setattr(paging, "PAGES_MAX", 5)

    with pytest.raises(LoketTooLarge):
        read([("a", 100)] * 10)


def test_endless_bytes_are_too_large(monkeypatch):
    monkeypatch.setattr(paging, "LIST_MAX_BYTES", 10)

    with pytest.raises(LoketTooLarge):
        read([("a", 100)] * 10)
