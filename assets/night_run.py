"""The one resource: an open night. It holds the warehouse for a run, and what the run is about.

Assets take everything from it; they never open the warehouse or read a setting themselves. Its run
configuration is the day and the assessment.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import dagster as dg
import duckdb

from scorecard.arrivals import newest_files
from scorecard.night import Plan, choose_day, choose_rulebooks, outdated_models, plan_night
from scorecard.pulling.books import Pulled
from scorecard.rulebook import Rulebook
from scorecard.workspace import Workspace


@dataclass(frozen=True)
class PullRequest:
    """Which datasets a run pulls, default all that are bound, and from which period.

    `since` and `until` are marks of the source; `accept` takes an answer that looks wrong.
    """

    datasets: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    accept: bool = False


@dataclass
class NightRun:
    """One run's view of the workspace; `progress` gets a line for each thing done.

    `pulled` is what the platforms answered in this run, None where it has not asked them; `came`
    has the datasets that files were taken of by that.
    """

    workspace: Workspace
    connection: duckdb.DuckDBPyConnection
    as_of: dt.date
    rulebooks: tuple[Rulebook, ...]
    progress: Callable[[str], None] = print
    assessment: str | None = None
    history_days: tuple[dt.date, ...] = ()
    troubles: list[str] = field(default_factory=list)
    request: PullRequest = PullRequest()
    asks_platforms: bool = True
    pulled: list[Pulled] | None = None
    came: set[str] = field(default_factory=set)

    @cached_property
    def plan(self) -> Plan:
        """What is new since the last run, looked at once."""
        plan = plan_night(
            self.workspace, self.connection, self.as_of, self.rulebooks, self.asks_platforms
        )
        if self.history_days:  # they leave the tables of another day behind
            return replace(plan, models=tuple(self.workspace.models))
        return plan

    def pull(self, *, dry_run: bool = False) -> list[Pulled]:
        """Asks the platforms and lands what they answer; what failed is a trouble of this run."""
        from scorecard.pulling.pull import pull

        before = newest_files(self.connection)
        self.pulled = pull(
            self.workspace,
            self.connection,
            self.request.datasets,
            since=self.request.since,
            until=self.request.until,
            dry_run=dry_run,
            accept=self.request.accept,
            progress=self.progress,
        )
        self.troubles += [each.trouble for each in self.pulled if each.is_trouble]
        newest = newest_files(self.connection)
        self.came = {dataset for dataset in newest if newest[dataset] != before.get(dataset)}
        return self.pulled

    def plan_what_came(self) -> None:
        """After a pull, has the plan ask for what came instead of all that might have come."""
        models = outdated_models(
            self.workspace, self.connection, self.as_of, self.rulebooks, self.plan.files
        )
        self.plan = replace(
            self.plan,
            pulls=tuple(sorted(self.came)),
            models=self.plan.models if self.history_days else models,
        )

    def still_outdated(self, selected: Collection[str]) -> set[str]:
        """Of the models that this run selected, those to build.

        The schedule selects all that a pull might change, before it is known what comes. Where
        nothing was pulled, the selection is what somebody wants to have built.
        """
        if self.pulled is None or self.history_days:
            return set(selected)
        found = outdated_models(self.workspace, self.connection, self.as_of, self.rulebooks)
        return set(selected).intersection(found)


def night_resource(workspace: Workspace, held: NightRun | None = None) -> dg.ResourceDefinition:
    """The resource `night`, which opens the warehouse for a run, or uses the one held open."""

    @dg.resource(
        description="The open warehouse, the day that is scored and the rulebooks.",
        config_schema={
            "as_of": dg.Field(
                dg.Noneable(str),
                default_value=None,
                description="Score the year as it stood at the end of this day; default yesterday.",
            ),
            "assessment": dg.Field(
                dg.Noneable(str),
                default_value=None,
                description="Score this assessment only; default all rulebooks.",
            ),
        },
    )
    def night(context: dg.InitResourceContext) -> Iterator[NightRun]:
        if held is not None:
            yield held
            return
        given = context.resource_config["as_of"]
        as_of = choose_day(dt.date.fromisoformat(given) if given else None, dt.datetime.now(dt.UTC))
        rulebooks = choose_rulebooks(workspace, context.resource_config["assessment"], as_of)
        with workspace.warehouse(told=print) as connection:
            yield NightRun(workspace, connection, as_of, rulebooks)

    return night
