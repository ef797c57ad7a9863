"""One night's work: what is new, what must be scored again for it, and doing both.

A night lands new files, runs the models whose inputs changed, has the result judged, keeps the
scores in the history and publishes, but only what was judged and found sound. Each step is a
function here; the Dagster assets and the command line only call them. What changed is known by
fingerprints: of a model's SQL, its inputs, the rulebooks and the day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import duckdb

from scorecard.arrivals import late_sources, newest_files
from scorecard.assessment import (
    Window,
    begun,
    check_as_of,
    default_as_of,
    local_date,
    window,
)
from scorecard.clock import local_now
from scorecard.errors import ConfigurationError
from scorecard.freshness import newest_pulls
from scorecard.landing.inbox import InboxFile, Notice, scan
from scorecard.landing.known import KnownFiles
from scorecard.landing.load import (
    Landed,
    Landing,
    record_notices,
)
from scorecard.publication import current_version, publish
from scorecard.quality.release import (
    HeldBackError,
    announce_version,
    check_release,
    forget_judgement,
    settle_version,
)
from scorecard.rulebook import Rulebook
from scorecard.scoring import prepare_rules, run_models
from scorecard.shortage import naming_shortage
from scorecard.transaction import transaction
from scorecard.workspace import Workspace

MADE_AT_PUBLISHING = ("marts.fct_quality_check",)
"""Models of what the gate said: they are built after it, with what they speak of."""
HISTORY = ("marts.fct_indicator_score", "marts.fct_part_score", "marts.mart_scorecard_level")
"""What a past day is judged by before its scores go into the history."""


@dataclass(frozen=True)
class Plan:
    """What a night has to do.

    Attributes:
        as_of: The day asked for; each rulebook caps it by its own decisions_until.
        rulebooks: Those that are scored.
        files: New files by dataset, in delivery order.
        models: Models whose inputs change by that, in running order.
        pulls: Datasets that are pulled. What comes is not known yet, so their models are in; once
            it is, the datasets of which something came.
        notices: What lies in the inbox and is no delivery.
        unreadable: Files and folders that could not be opened, with the system's reason.
    """

    as_of: dt.date
    rulebooks: tuple[Rulebook, ...]
    files: Mapping[str, Sequence[InboxFile]]
    models: tuple[str, ...]
    pulls: tuple[str, ...] = ()
    notices: Sequence[Notice] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)


def choose_day(as_of: dt.date | None, now: dt.datetime) -> dt.date:
    """The day to score: the one asked for if it is not in the future, else yesterday.

    Raises:
        ConfigurationError: If it is in the future.
    """
    if as_of is None:
        return default_as_of(now)
    check_as_of(as_of, local_date(now))
    return as_of


def choose_rulebooks(
    workspace: Workspace, assessment: str | None, as_of: dt.date
) -> tuple[Rulebook, ...]:
    """The rulebooks to score on that day.

    Raises:
        ConfigurationError: If the named one is unknown, or no year has begun.
    """
    return begun(workspace.named_rulebooks(assessment), as_of)


def plan_night(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.date,
    rulebooks: tuple[Rulebook, ...],
    asks_platforms: bool = True,
) -> Plan:
    """Looks at the inbox and the fingerprints; keeps what it found of files, and nothing else."""
    files: dict[str, list[InboxFile]] = {}
    unreadable: dict[str, str] = {}

    def keep_out(place: str, error: OSError) -> None:
        unreadable[place] = error.strerror or type(error).__name__

    found, notices = scan(workspace.settings.inbox, workspace.contracts, keep_out)
    known = KnownFiles(connection, time.time())
    for file in found:
        try:
            if known.is_new(file):
                files.setdefault(file.dataset, []).append(file)
        except OSError as error:
            keep_out(f"{file.dataset}/{file.name}", error)
    known.keep()
    record_notices(connection, notices, local_now())
    pulls = tuple(sorted(workspace.sources.datasets)) if asks_platforms else ()
    pending = {*files, *pulls}
    return Plan(
        as_of,
        rulebooks,
        files,
        outdated_models(workspace, connection, as_of, rulebooks, pending),
        pulls,
        notices,
        unreadable,
    )


def outdated_models(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.date,
    rulebooks: Sequence[Rulebook],
    pending: Collection[str] = (),
) -> tuple[str, ...]:
    """The models whose result may have changed, in running order; `pending` datasets change yet."""
    current = fingerprints(workspace, connection, as_of, rulebooks, pending)
    return _with_tables_behind(workspace, _outdated(connection, current))


def _outdated(connection: duckdb.DuckDBPyConnection, current: Mapping[str, str]) -> tuple[str, ...]:
    """The models that were built for other fingerprints than these, in running order."""
    stored = dict(connection.execute("select model, fingerprint from ops.fingerprint").fetchall())
    return tuple(
        name
        for name, fingerprint in current.items()
        if name not in MADE_AT_PUBLISHING and stored.get(name) != fingerprint
    )


def _with_tables_behind(workspace: Workspace, outdated: Collection[str]) -> tuple[str, ...]:
    """These and the published tables that they read along, in running order.

    A table's checks come before what reads it. Were it not built along, Dagster would have to judge
    it before the others and then judge again.
    """
    tables = {f"marts.{name}" for name in workspace.published}
    wanted = {*outdated, *(upstream(workspace, tables.intersection(outdated)) & tables)}
    return tuple(name for name in workspace.models if name in wanted - {*MADE_AT_PUBLISHING})


def land(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    files: Sequence[InboxFile],
) -> list[Landed]:
    """Takes a dataset's new files, each in a transaction of its own."""
    settings = workspace.settings
    landing = Landing(connection, settings.read_hash_key(), settings.scratch, local_now())
    with naming_shortage(f"landing {dataset}"):
        return landing.land_files(workspace.contracts[dataset], files)


def score(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.date,
    rulebooks: tuple[Rulebook, ...],
    selected: Collection[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Runs the selected models (default all) as of a day; what they make is not judged yet."""
    forget_judgement(connection)
    settle_version(connection, current_version(workspace.settings.published))
    prepare_rules(connection, workspace.contracts, workspace.models, rulebooks, as_of)
    wanted = workspace.models if selected is None else selected
    ran = [name for name in workspace.models if name in wanted and name not in MADE_AT_PUBLISHING]
    run_models(connection, workspace.models, ran, progress)
    if ran:
        current = fingerprints(workspace, connection, as_of, rulebooks)
        connection.executemany(
            "insert or replace into ops.fingerprint values (?, ?)",
            [(name, current[name]) for name in ran],
        )
    connection.execute("insert or replace into ops.setting values ('as_of', ?)", [str(as_of)])


def keep_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Replaces the scored days' rows of `ops.score_history` by the scores that stand now."""
    with transaction(connection):
        connection.execute(
            "delete from ops.score_history as h using rules.assessment as a "
            "where h.assessment_id = a.assessment_id and h.as_of = a.as_of"
        )
        connection.execute(
            "insert into ops.score_history select s.assessment_id, a.as_of, s.department_id, "
            "s.indicator_code, s.score, s.points, s.status from scores.indicator_score as s "
            "inner join rules.assessment as a on a.assessment_id = s.assessment_id "
            "order by all"  # as it is published, which then has next to nothing to sort
        )


def publish_night(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, digest: str, now: dt.datetime
) -> str:
    """Publishes what stands in the marts; gives the version's name.

    Args:
        workspace: What is declared, and where the version goes.
        connection: The open warehouse.
        digest: Of the checks as they are now; what others judged is not published.
        now: The moment in UTC that names the version.

    Raises:
        HeldBackError: If it is of several days, or the checks of that digest did not pass it.
    """
    check_release(connection, digest)
    _check_one_day(workspace, connection)
    run_models(connection, workspace.models, MADE_AT_PUBLISHING)
    keep_history(connection)
    folder = workspace.settings.published
    settle_version(connection, current_version(folder))  # what a kill left announced
    announce = partial(announce_version, connection)
    with naming_shortage("publishing"):
        version = publish(connection, workspace.published, folder, now, announce)
    settle_version(connection, version)
    return version


def _check_one_day(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
    """Refuses tables of several days, as they stand after a run of some of the models."""
    day = last_night(connection)
    rows = connection.execute("select assessment_id from rules.assessment").fetchall()
    rulebooks = [r for r in workspace.rulebooks if (r.assessment_id,) in rows]
    current = fingerprints(workspace, connection, day, rulebooks) if day else {}
    others = _outdated(connection, current)
    if others or not day:
        raise HeldBackError(
            f"{len(others)} models were not built for {day}, such as {', '.join(others[:3])}",
            "publishing",
            "do the whole night: scorecard nightly",
        )


def score_history(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    days: Sequence[dt.date],
    assessment: str | None,
    judge: Callable[[duckdb.DuckDBPyConnection], None],
    progress: Callable[[str], None],
) -> None:
    """Scores past days into the history and nothing else, each once `judge` let it pass.

    The tables then speak of the last of them, so the fingerprints are forgotten and every model
    has to run again for the night's own day.
    """
    if not days:
        return
    forget_judgement(connection)
    connection.execute("delete from ops.fingerprint")
    models = upstream(workspace, HISTORY)
    for day in days:
        rulebooks = choose_rulebooks(workspace, assessment, day)
        prepare_rules(connection, workspace.contracts, workspace.models, rulebooks, day)
        run_models(connection, workspace.models, models)
        judge(connection)
        keep_history(connection)
        progress(f"scored {day}")


def backfill_days(first: dt.date, last: dt.date, every: str) -> list[dt.date]:
    """The ends of the days, weeks (Sundays) or months from `first` to `last`, both included.

    Raises:
        ConfigurationError: If there is none.
    """
    if first > last:
        raise ConfigurationError(
            f"--from {first} is after --to {last}", "backfill", "swap the two days"
        )
    days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    chosen = [
        day
        for day in days
        if every == "day"
        or (every == "week" and day.isoweekday() == 7)
        or (every == "month" and (day + dt.timedelta(1)).day == 1)
    ]
    if not chosen:
        raise ConfigurationError(
            f"no {every} ends between {first} and {last}",
            "backfill",
            "give a longer span, or a shorter --every",
        )
    return chosen


def last_night(connection: duckdb.DuckDBPyConnection) -> dt.date | None:
    """The day that the last night scored, if there was one."""
    rows = connection.execute("select value from ops.setting where name = 'as_of'").fetchall()
    return dt.date.fromisoformat(rows[0][0]) if rows else None


def upstream(workspace: Workspace, ends: Collection[str]) -> set[str]:
    """The models that these need, themselves included."""
    needed: set[str] = set()
    todo = list(ends)
    while todo:
        name = todo.pop()
        if name in workspace.models and name not in needed:
            needed.add(name)
            todo.extend(workspace.models[name].reads)
    return needed


def fingerprints(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.date,
    rulebooks: Sequence[Rulebook],
    pending: Collection[str] = (),
) -> dict[str, str]:
    """A hash for each model that changes when its result may: by SQL, inputs, rulebooks or day.

    `pending` are datasets whose new files have not landed yet.
    """
    macros = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((workspace.settings.sql / "macros").glob("*.sql"))
    )
    windows = [(r.assessment_id, r.digest, window(r, as_of)) for r in rulebooks]
    rules = repr((windows, macros, duckdb.__version__))
    newest = newest_files(connection)
    tokens = {
        f"staging.{name}": f"{newest.get(name, 0)}{'+' if name in pending else ''}"
        for name in workspace.contracts
    }
    books = repr((sorted(tokens.items()), rules, _history_token(connection, windows)))
    tokens["ops.arrival"] = books + newest_pulls(connection, workspace.contracts.values())
    late = books + newest_pulls(connection, late_sources(connection, workspace.contracts))
    result: dict[str, str] = {}
    for name, model in workspace.models.items():
        digest = hashlib.sha256(f"{rules}\0{model.sql}".encode())
        for read in model.reads:
            token = result.get(read) or tokens.get(read) or (books if read[:4] == "ops." else rules)
            if (name, read) == _ASKS_WHETHER:
                token = late + workspace.models[read].sql
            digest.update(f"\0{read}\0{token}".encode())
        result[name] = digest.hexdigest()
    return result


_ASKS_WHETHER = ("scores.stale_metric", "scores.source_freshness")
"""A model that asks another whether a source came in time, and not when it came."""


def _history_token(
    connection: duckdb.DuckDBPyConnection, windows: Sequence[tuple[str, str, Window]]
) -> str:
    """What the history holds beside the days that are scored now."""
    days = [(name, span.as_of) for name, _, span in windows]
    marks = ", ".join("(?, ?)" for _ in days)
    return str(
        connection.execute(
            "select count(*), bit_xor(hash(h)) from ops.score_history as h "
            f"where (assessment_id, as_of) not in ({marks})",
            [value for day in days for value in day],
        ).fetchall()
    )
