"""All that is known of the plug-in's condition, gathered once for the admin and for `visualsearch_status`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from visualsearch.behaviour.usage import Usage, get_usage
from visualsearch.broker import BrokerStatus, ask_broker
from visualsearch.models import current_space
from visualsearch.search.calibration import InUse, in_use
from visualsearch.sources import all_sources
from visualsearch.sync import Status, get_status


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The condition of the plug-in at one moment."""

    status: Status
    calibration: dict[str, InUse]
    """By source."""
    broker: BrokerStatus
    usage: Usage

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; what the status holds stands at the top."""
        return {
            **self.status.as_dict(),
            "calibration": {source: asdict(one) for source, one in self.calibration.items()},
            "broker": asdict(self.broker),
            "usage": asdict(self.usage),
        }


def get_overview() -> Overview:
    """Look at everything; raises EmbedderUnavailable and IndexUnavailable."""
    return Overview(
        status=get_status(),
        calibration={source.name: in_use(current_space(source.name)) for source in all_sources()},
        broker=ask_broker(),
        usage=get_usage(),
    )
