"""What the platforms promised, as Dagster freshness policies on assets `source/<dataset>`.

A source counts as materialised only when a night brought rows of it: the loaded asset is run every
night, so a policy there would always pass. The policy's deadline is the contract's.
"""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from scorecard.clock import TIME_ZONE
from scorecard.contract import Contract

_TIMES = {"daily": ("* * *", 1), "monthly": ("{day} * *", 28), "yearly": ("{day} 1 *", 365)}
"""For each frequency the days of its deadline in cron's terms, and for how many days before it a
delivery counts: no more than the shortest time between two deadlines, as Dagster asks."""


def source_key(dataset: str) -> dg.AssetKey:
    """The external asset of a dataset, outside of this pipeline."""
    return dg.AssetKey(["source", dataset])


def external_sources(contracts: Mapping[str, Contract]) -> list[dg.AssetSpec]:
    """An external asset a dataset."""
    return [_source(contract) for contract in contracts.values()]


def _source(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        source_key(contract.name),
        description=(
            f"{contract.provider_zh}报送的{contract.label_zh}；有新数据送达时才记为更新。\n\n"
            f"{contract.label_en} as {contract.provider_en} has them; counts as updated only when "
            "rows came."
        ),
        group_name=contract.platform,
        owners=[f"team:{contract.platform}"],
        freshness_policy=freshness_policy(contract),
    )


def freshness_policy(contract: Contract) -> dg.FreshnessPolicy | None:
    """The contract's schedule as a policy: rows by each deadline; None where nothing is due."""
    if contract.frequency == "none" or contract.lateness_hours is None:
        return None
    days, hour = divmod(contract.lateness_hours, 24)
    pattern, lower_bound_days = _TIMES[contract.frequency]
    return dg.FreshnessPolicy.cron(
        deadline_cron=f"0 {hour} {pattern.format(day=days + 1)}",
        lower_bound_delta=dt.timedelta(days=lower_bound_days),
        timezone=str(TIME_ZONE),
    )
