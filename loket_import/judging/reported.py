"""What we told Loket of runs, and whether their exports are thereby our own doing."""

from collections.abc import Iterable

from loket_import.judging.exports import SentReports, is_our_own, read_trail
from loket_import.models import JournalRun, LoketReport, ReportAction, ReportState
from loket_import.statuses import EXPORT_FAILED, EXPORTED

REPORTABLE = frozenset({EXPORT_FAILED, EXPORTED})


def exported_by_us(runs: Iterable[JournalRun]) -> set[int]:
    """Ids of the runs that are exported, or failed to be, by our own word alone; in one query."""
    asked = [run for run in runs if run.status_key in REPORTABLE]
    if not asked:
        return set()
    actions: dict[int, list[str]] = {run.pk: [] for run in asked}
    sent = LoketReport.objects.filter(run__in=asked, state=ReportState.SENT)
    for run_id, action in sent.order_by("settled_at", "pk").values_list("run_id", "action"):
        actions[run_id].append(action)
    return {
        run.pk
        for run in asked
        if is_our_own(run.status_key, read_trail(run.exports), sent_reports(actions[run.pk]))
    }


def sent_reports(actions: list[str]) -> SentReports:
    """What was told, from the actions in the order in which they were asked for."""
    return SentReports(
        processed=actions.count(ReportAction.PROCESSED),
        failed=actions.count(ReportAction.FAILED),
        failed_last=actions[-1:] == [ReportAction.FAILED],
    )
