"""A law of pulling: however a history is cut into pulls, the same newest rows stand in the end."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inboxes import Inbox, csv_bytes, entry
from tests.pulling.landings import Pulls, bound, emptied

FIRST = dt.datetime(2019, 3, 1)
NEWEST = "entry_id, title, share_type, due_at"
CHANGES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(["一", "二"]),
        st.sampled_from(["none", "none", "unheard-of"]),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    return Inbox(tmp_path_factory.mktemp("home"))


def version(place, change):
    """The version of a row that a platform has from its hour on."""
    entry_id, title, share_type = change
    row = entry(entry_id, title=title, share_type=share_type, due_at=f"2019-03-{place + 1:02}")
    return {**row, "updated": str(FIRST + dt.timedelta(hours=place))}


def standing(inbox):
    faults = inbox.rows("select column_name, value_masked from ops.quarantine order by all")
    return inbox.newest("catalogue_entries", NEWEST), faults


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=CHANGES,
    cuts=st.lists(st.integers(0, 12), max_size=2),
    overlap=st.integers(0, 5),
)
def test_any_cut_of_a_history_into_pulls_ends_as_one_file(inbox, changes, cuts, overlap):
    versions = [version(place, change) for place, change in enumerate(changes)]
    emptied(inbox)
    if versions:
        inbox.take("catalogue_entries", "all.csv", csv_bytes(*versions))
        (inbox.inbox / "catalogue_entries" / "all.csv").unlink()
    in_one, faults_in_one = standing(inbox)

    emptied(inbox)
    watermark = {"column": "updated", "overlap": f"{overlap}h"}
    pulls = Pulls(inbox, "catalogue_entries", bound(watermark=watermark))
    last = len(versions)
    for there in [*sorted(cuts), last, last, last]:
        since = pulls.task().since or ""
        pulled = pulls.pull(*(row for row in versions[:there] if row["updated"] >= since))
    in_pulls, faults = standing(inbox)

    assert in_pulls == in_one
    assert len(faults) <= len(faults_in_one)
    assert pulled.outcome == "unchanged"  # the last one read nothing that was new
