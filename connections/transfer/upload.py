"""A file between its preview and 'Take over': what it said goes to the browser and back, signed.

What comes back is compared with the tables as they are by then, so that only what was shown is
ever saved.
"""

from django.core import signing

from connections.mapping import Dimension
from connections.models import CostCenterRule
from connections.transfer.errors import FileRefused, PreviewExpired
from connections.transfer.plan import Plan
from connections.transfer.rows import Place, PlacedRow, Row
from finmaster.models import User
from finmaster.tenancy import administration_in_scope

# Django reads 2.5 MB of a form that is no file.
MAX_CHARS = 2_000_000
# As long as a session lasts.
VALID_SECONDS = 12 * 60 * 60


def seal(rows: list[PlacedRow], plan: Plan, user: User) -> str:
    """Rows of a file and the digest of their plan, as text for a form; FileRefused if too long."""
    said = [
        [row.part, row.loket_code, row.loket_description, row.our_code, row.rule, row.cost_center]
        for row in (placed.row for placed in rows)
    ]
    sealed = signing.dumps([said, plan.digest()], salt=salt_of(user), compress=True)
    if len(sealed) > MAX_CHARS:
        raise FileRefused("too_much_text")
    return sealed


def unseal(sealed: str, user: User) -> tuple[list[PlacedRow], str]:
    """The rows and the digest of their plan. PreviewExpired for what was not sealed here lately."""
    try:
        said, digest = signing.loads(sealed, salt=salt_of(user), max_age=VALID_SECONDS)
    except signing.BadSignature as error:
        raise PreviewExpired from error
    return [unsealed(*row) for row in said], str(digest)


def unsealed(
    part: str, code: str, description: str, our_code: str, rule: str, cost_center: str
) -> PlacedRow:
    """A row that was sealed. It was without fault, so where it stood no longer matters."""
    row = Row(
        part=Dimension(part),
        loket_code=code,
        loket_description=description,
        our_code=our_code,
        rule=CostCenterRule(rule),
        cost_center=cost_center,
    )
    return PlacedRow(Place("", 0), row)


def salt_of(user: User) -> str:
    """What ties a preview to who saw it, and to the administration in which."""
    return f"mapping-file:{administration_in_scope()}:{user.pk}"
