"""Rows from a REST platform that works: how pages follow each other, and what becomes of values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from scorecard.connectors.base import PullFailedError
from scorecard.errors import ConfigurationError
from tests.connectors.rest import Pull
from tests.servers.faulty import ROWS, Platform, platform

ALL = [{"id": row["id"], "amount": str(row["amount"])} for row in ROWS]


@pytest.fixture(scope="module")
def _server() -> Iterator[Platform]:
    with platform() as server:
        yield server


@pytest.fixture
def server(_server: Platform) -> Platform:
    _server.forget()
    return _server


@pytest.mark.parametrize(
    ("paging", "requests"),
    [
        ({"page_number": {"rows": "10", "total": "$.data.total"}}, 5),
        ({"page_number": {"rows": "10", "total_pages": "$.data.pages"}}, 5),
        ({"page_number": {"rows": "10"}}, 6),
        ({"offset": {"rows": "10", "total": "$.data.total"}}, 5),
        ({"offset": {"rows": "10"}}, 6),
        ({"cursor": {"path": "$.cursor", "total": "$.data.total"}}, 5),
        ({"next_link": {"path": "$.next", "total": "$.data.total"}}, 5),
        ({"header_link": {"total": "$.data.total"}}, 5),
    ],
    ids=str,
)
def test_all_pages_come_whichever_way_they_follow_each_other(
    server: Platform, paging: dict[str, Any], requests: int
) -> None:
    pull = Pull(server, binding={"paging": paging})
    assert pull.rows() == ALL
    assert (pull.tally.requests, len(server.asked)) == (requests, requests)
    assert pull.tally.total == (45 if "'total':" in str(paging) else None)


def test_without_paging_there_is_one_page(server: Platform) -> None:
    pull = Pull(server, binding={"paging": {}, "params": {"size": "1000"}})
    assert pull.rows() == ALL
    assert pull.tally.requests == 1


@pytest.mark.parametrize("way", ["page_number", "offset"])
def test_a_server_that_gives_smaller_pages_than_asked_loses_no_row(
    server: Platform, way: str
) -> None:
    """Behind a short page, an offset goes on where it ended."""
    sizes = {"page_number": {"size": None, "rows": "1000"}, "offset": {"limit": "n", "rows": "40"}}
    assert Pull(server, binding={"paging": {way: sizes[way]}}).rows() == ALL


def test_a_list_at_the_top_is_taken(server: Platform) -> None:
    server.rows = [{"id": "r1"}]
    pull = Pull(server, "bare", source={"expect": {}}, binding={"rows": "$", "paging": {}})
    assert pull.rows() == [{"id": "r1"}]


def test_no_rows_are_no_failure(server: Platform) -> None:
    server.rows = []
    pull = Pull(server)
    assert pull.batches() == []
    assert (pull.tally.total, pull.tally.columns) == (0, ())


def test_numbers_are_what_was_written_and_nested_values_have_dotted_names(server: Platform) -> None:
    server.rows = [
        {
            "id": 9007199254740993,
            "amount": 0.1000,
            "org": {"code": "0031", "unit": {"name": "教育局", "open": True}},
            "org.flat": "literal",
            "gone": None,
            "list": ["一", {"a": None}],
        }
    ]
    wanted = (
        "id", "amount", "org.code", "org.unit.name", "org.unit.open", "org.flat", "org.unit",
        "gone", "list", "list.a", "absent",
    )  # fmt: skip
    pull = Pull(server, wanted=wanted)
    assert pull.rows() == [
        {
            "id": "9007199254740993",
            "amount": "0.1",
            "org.code": "0031",
            "org.unit.name": "教育局",
            "org.unit.open": "true",
            "org.flat": "literal",
            "org.unit": '{"name": "教育局", "open": true}',
            "gone": None,
            "list": '["一", {"a": null}]',
        }
    ]
    assert set(pull.tally.columns) == {
        "id", "amount", "org", "org.code", "org.unit", "org.unit.name", "org.unit.open", "org.flat",
        "gone", "list",
    }  # fmt: skip


def test_a_decimal_keeps_its_digits(server: Platform) -> None:
    """Of 0.10 a float would leave 0.1, of 1e400 infinity."""
    pull = Pull(server, "decimals", wanted=("amount",), binding={"paging": {}})
    assert [row["amount"] for row in pull.rows()] == ["0.10", "1e400", "-12345678901234567890.5"]


def test_a_column_that_appears_on_a_later_page_comes_from_then_on(server: Platform) -> None:
    server.rows = [*ROWS[:10], {"id": "r9", "new": "n"}, {"id": "r10"}]
    pull = Pull(server, wanted=("id", "amount", "new"))
    first, second = pull.batches()
    assert first.schema.names == ["id", "amount"]
    assert second.to_pylist() == [
        {"id": "r9", "amount": None, "new": "n"},
        {"id": "r10", "amount": None, "new": None},
    ]
    assert pull.tally.columns == ("id", "amount", "new")


def test_a_column_that_is_in_no_row_is_in_no_batch(server: Platform) -> None:
    pull = Pull(server, wanted=("id", "vanished"))
    assert {tuple(batch.schema.names) for batch in pull.batches()} == {("id",)}
    assert pull.tally.columns == ("id", "amount")


def test_a_large_page_comes_in_batches(server: Platform) -> None:
    server.rows = [{"id": str(number)} for number in range(45_000)]
    pull = Pull(server, binding={"paging": {}, "params": {"size": "45000"}}, wanted=("id",))
    batches = pull.batches()
    assert [batch.num_rows for batch in batches] == [20_000, 20_000, 5_000]
    assert [row["id"] for batch in batches for row in batch.to_pylist()][-1] == "44999"


def test_answers_may_be_packed(server: Platform) -> None:
    """The faulty platform packs whatever is longer than 500 bytes."""
    Pull(server, binding={"paging": {}, "params": {"size": "45"}}).rows()
    assert "gzip" in server.asked[0].headers["Accept-Encoding"]
    assert server.packed == 1


@pytest.mark.parametrize(
    ("watermark", "since", "until", "asked"),
    [
        ({"format": None}, "2019-03-05 10:00:00", None, {"from": "2019-03-05T10:00:00"}),
        ({}, "2019-03-05 10:00:00.500000", None, {"from": "2019-03-05T10:00:00.500000"}),
        ({"format": "epoch_s"}, "2019-03-05 10:00:00.9", None, {"from": "1551751200"}),
        (
            {"format": "epoch_ms"},
            "2019-03-05 10:00:00.123456",
            "2019-03-06 10:00:00",
            {"from": "1551751200123", "to": "1551837600000"},
        ),
        ({"format": "%d.%m.%Y %H:%M"}, "2019-03-05 10:07:33", None, {"from": "05.03.2019 10:07"}),
        ({"kind": "integer"}, "9007199254740993", None, {"from": "9007199254740993"}),
        ({}, None, None, {}),
    ],
)
def test_the_mark_is_asked_for_as_the_platform_wants_it(
    server: Platform,
    watermark: dict[str, Any],
    since: str | None,
    until: str | None,
    asked: dict[str, str],
) -> None:
    watermark = {"parameter": "from", "until_parameter": "to", **watermark}
    Pull(
        server,
        source={"time_zone": "Asia/Shanghai"},
        binding={"watermark": watermark},
        task={"since": since, "until": until},
    ).rows()
    expected = {**asked, "size": "10"}
    assert [
        {name: value for name, value in question.query.items() if name != "page"}
        for question in server.asked
    ] == [expected] * 5


def test_a_parameter_for_a_mark_is_left_out_where_there_is_none(server: Platform) -> None:
    params = {"filter": "t ge {since} and t lt {until}", "after": "{since}", "sort": "id"}
    binding = {"params": params, "watermark": {"format": "%Y%m%d"}}
    for task in ({}, {"since": "2019-03-05"}, {"since": "2019-03-05", "until": "2019-04-01"}):
        server.forget()
        Pull(server, binding=binding, task=task).rows()
        query = server.asked[-1].query
        assert query["sort"] == "id"
        assert query.get("after") == ("20190305" if "since" in task else None)
        both = "t ge 20190305 and t lt 20190401"
        assert query.get("filter") == (both if "until" in task else None)


def test_it_asks_no_faster_than_it_may(server: Platform) -> None:
    Pull(server, source={"requests_per_second": "10"}).rows()
    times = [question.at for question in server.asked]
    assert times[-1] - times[0] >= 0.39


def test_headers_of_the_source_are_sent(server: Platform) -> None:
    Pull(server, source={"headers": {"X-Tenant": "huaibei"}}).rows()
    assert {question.headers["X-Tenant"] for question in server.asked} == {"huaibei"}


def test_nothing_of_the_surroundings_is_sent(
    server: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Neither a proxy nor ~/.netrc has a say."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password s3cret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert len(Pull(server).rows()) == 45
    assert not any("Authorization" in question.headers for question in server.asked)


def test_a_wrong_json_path_is_told(server: Platform) -> None:
    with pytest.raises(ConfigurationError, match=r"'\$\.a\[' is no JSONPath"):
        Pull(server, binding={"rows": "$.a["}).rows()


def test_rows_that_are_no_objects_are_refused(server: Platform) -> None:
    with pytest.raises(PullFailedError, match="that are no objects"):
        Pull(server, "numbers").rows()


def test_what_is_said_of_json_is_what_json_says(server: Platform) -> None:
    """The rows as they are served, read by another reader."""
    server.rows = [{"id": "张三", "amount": "\u2028\n\t\"'"}, {"id": "", "amount": None}]
    assert Pull(server).rows() == json.loads(json.dumps(server.rows))
