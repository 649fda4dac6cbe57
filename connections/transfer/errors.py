"""Why a mapping table was not taken over from a file or another administration, in sentences."""

from django.utils.translation import gettext_lazy as _

from finmaster.errors import UserError


class TransferTrouble(UserError):
    """Nothing was taken over; the mapping table stands as it stood."""


class FileRefused(TransferTrouble):
    """The file as a whole can't be read; `reason` is a key of `REFUSALS`."""

    code = "file_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.message = REFUSALS[reason]


class Overtaken(TransferTrouble):
    """What would be taken over is no longer what the preview showed."""

    code = "transfer_overtaken"
    message = _(
        "Nothing was saved: since you opened this preview, the mapping table, the accounts or the "
        "other administration changed. Look at the new preview and take over again."
    )


class PreviewExpired(TransferTrouble):
    """The preview came back too late, or changed, or from another administration."""

    code = "preview_expired"
    message = _(
        "Nothing was saved: this preview is not valid any more. Choose the file again and look at "
        "a new preview."
    )


REFUSALS = {
    "too_large": _("The file is larger than 5 MB. Divide it over several files."),
    "too_large_unpacked": _(
        "The file holds far more than a mapping table. Copy the mapping table to an empty workbook "
        "and save that as an Excel workbook (.xlsx)."
    ),
    "too_many_rows": _("The file has more than 10,000 rows. Divide it over several files."),
    "too_much_text": _("The file has too much text to preview. Divide it over several files."),
    "old_or_locked": _(
        "This is an old Excel file (.xls), or one with a password. In Excel, save it as an Excel "
        "workbook (.xlsx) without a password."
    ),
    "damaged": _(
        "This Excel file can't be read. Open it in Excel, save it again as an Excel workbook "
        "(.xlsx), and choose that file."
    ),
    "not_a_table": _(
        "This is not an Excel workbook (.xlsx) or a CSV file. Choose a file that was saved as one "
        "of those two."
    ),
    "broken_csv": _(
        "This CSV file can't be read: a quotation mark is missing somewhere, or a field is far too "
        "long. Save the table as an Excel workbook (.xlsx) or as CSV once more."
    ),
    "no_sheet": _(
        "The workbook has no sheet that is called Rekeningen, Kostenplaatsen or Kostendragers. "
        "Download the mapping table and use it as an example."
    ),
    "part_twice": _(
        "The workbook has two sheets for one part of the mapping table: their names differ by a "
        "space or a capital only. Leave one of them."
    ),
    "no_headings": _(
        "This is no mapping table: the first row has none of its headings. Choose another file, or "
        "download the mapping table and use it as an example."
    ),
    "empty": _("The file is empty. Download the mapping table and use it as an example."),
}
