"""What Celery runs for connections: the closing of the months that are over."""

import logging
from typing import Any

from celery import shared_task

from connections.billing.closing import close_due_months
from connections.billing.months import written

logger = logging.getLogger(__name__)


@shared_task(soft_time_limit=3600, time_limit=3660)
def close_billing_months(**_later: Any) -> None:
    """Close the months that are over; harmless to deliver twice or late, or on any day."""
    for closed in close_due_months():
        logger.info(
            "billing month %s closed: %s statements",
            written(closed.closing.month),
            closed.closing.statement_count,
        )
