"""What `sources.yaml` must keep beyond the shape of its keys: the contracts' columns, the marks.

Each check gives findings: the place from the source or binding on, what is wrong, the mend. None
quotes a text that may hold a secret. Nothing is connected to, and no database's library imported.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import TypeAlias

from scorecard.contract import Contract
from scorecard.pulling.bindings import (
    Binding,
    FilesBinding,
    HttpBinding,
    SqlBinding,
    Watermark,
)
from scorecard.pulling.platforms import (
    DIALECTS,
    FilesSource,
    HttpSource,
    Source,
    SqlSource,
)
from scorecard.pulling.values import span
from scorecard.yaml_source import Location

Finding: TypeAlias = tuple[Location, str, str]

SCHEMES = ("s3", "sftp", "smb", "file")
SAMPLE = ("link_id", "probed_at", "is_up")
"""The columns that a network probe brings."""
SORTED = ("%Y", "%m", "%d", "%H", "%M", "%S", "%f")
"""Times that are texts sort by time if these are in this order, which may end early."""
_SECRET_NAME = re.compile(
    r"(x|proxy)*(authorization|cookie|((auth|access|api|private)*(token|key)))"
    r"|(app|client)?secret|password|passwd|pwd"
)


_DIALECTS_MEND = (
    f"known: {', '.join(DIALECTS)}; for others install the package with its SQLAlchemy dialect"
)


def source_findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a platform."""
    if isinstance(source, SqlSource):
        yield from _dialect(source)
    elif isinstance(source, FilesSource):
        yield from _folder(source)
    else:
        yield from _plain_secrets(("headers",), source.headers)
    if isinstance(source, HttpSource):
        yield from _json_paths((("expect", path), path) for path in source.expect)


def binding_findings(source: Source, binding: Binding, contract: Contract) -> Iterator[Finding]:
    """What is wrong with a dataset's binding, besides what its source breaks itself."""
    if isinstance(binding, FilesBinding):
        return
    if not isinstance(binding, (HttpBinding, SqlBinding)):
        yield from _samples(binding.watermark, contract)
        return
    yield from _fields(binding, contract)
    if binding.watermark is not None:
        yield from _mark(binding.watermark)
        if binding.watermark.column is None:
            yield ("watermark",), "`column` is missing", "name the source's column that grows"
        if isinstance(binding, SqlBinding):
            yield from _order(binding.watermark.format)
    if isinstance(binding, HttpBinding):
        yield from _request(binding)
    elif isinstance(source, SqlSource) and binding.query is not None:
        yield from _query(binding.query, source)


def _dialect(source: SqlSource) -> Iterator[Finding]:
    dialect = DIALECTS.get(source.dialect)
    if dialect is None:
        yield ("url",), "`url` begins with no known database", _DIALECTS_MEND
    elif find_spec(dialect.library) is None:
        yield ("url",), f"the library {dialect.library} is not installed", dialect.mend


def _folder(source: FilesSource) -> Iterator[Finding]:
    scheme = source.scheme
    if scheme not in SCHEMES:
        yield ("url",), "`url` begins with no known scheme", f"known: {', '.join(SCHEMES)}"
    if scheme == "s3":
        for name in ("key", "secret"):
            if getattr(source, name) is None:
                yield (), f"`{name}` is missing", "s3 needs key and secret, as references"
    if scheme == "sftp":
        if source.known_hosts is None:
            mend = "name a file of known hosts; ssh-keyscan writes one, compare its fingerprint"
            yield (), "`known_hosts` is missing: anybody could pose as the server", mend
        if source.password is None and source.key_file is None:
            yield (), "nothing says who we are", "give password or key_file"
    if scheme == "smb" and find_spec("smbprotocol") is None:
        yield ("url",), "the library smbprotocol is not installed", "uv sync --extra smb"


def _plain_secrets(at: Location, given: Mapping[str, str]) -> Iterator[Finding]:
    for name in given:
        if _SECRET_NAME.fullmatch(re.sub(r"[^a-z]", "", name.lower())):
            mend = "name it under `auth`, as env:NAME or file:PATH"
            yield (*at, name), f"`{name}` looks like a secret written out", mend


def _json_paths(given: Iterable[tuple[Location, str | None]]) -> Iterator[Finding]:
    from jsonpath_ng.ext.parser import parse

    for at, path in given:
        try:
            parse(path or "$")
        except Exception as error:  # its parsers raise bare ones as well, about the text alone
            yield at, f"{path!r} is no JSONPath: {error}", "write it like $.data.list"


def _request(binding: HttpBinding) -> Iterator[Finding]:
    yield from _plain_secrets(("params",), binding.params)
    paging = binding.paging
    paths: list[tuple[Location, str | None]] = [(("rows",), binding.rows)]
    for kind in paging.model_fields_set - {"pages"}:
        way = getattr(paging, kind)
        for key in ("path", "total", "total_pages"):
            paths.append((("paging", kind, key), getattr(way, key, None)))
    yield from _json_paths(paths)
    mark = binding.watermark
    for given, name in (("since", "parameter"), ("until", "until_parameter")):
        placed = [key for key, value in binding.params.items() if f"{{{given}}}" in value]
        asked = mark is not None and (given == "since" or mark.window is not None)
        if asked and not placed and getattr(mark, name) is None:
            mend = f"give `{name}`, or a param with {{{given}}} in it"
            yield ("watermark",), f"no parameter carries {given}", mend
        if placed and mark is None:
            at = ("params", placed[0])
            yield at, f"{{{given}}} stands for a mark, and there is no watermark", "add one"


def _query(query: str, source: SqlSource) -> Iterator[Finding]:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    at = ("query",)
    if source.dialect not in DIALECTS:
        return
    try:
        trees = sqlglot.parse(query, read=DIALECTS[source.dialect].reads)
    except SqlglotError:
        yield at, f"`query` is not readable as SQL of {source.dialect}", "correct the statement"
        return
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        yield at, "`query` is not exactly one SELECT", "write one"
    elif trees[0].find(exp.DML, exp.Into):
        yield at, "`query` writes", "write a SELECT that only reads"


def _fields(binding: HttpBinding | SqlBinding, contract: Contract) -> Iterator[Finding]:
    readable = ", ".join(column.name for column in contract.read_columns)
    columns = {column.name: column for column in contract.columns}
    for name, mapped in binding.fields.items():
        at: Location = ("fields", name)
        column = columns.get(name)
        if column is None:
            yield at, f"{contract.name} has no column '{name}'", f"known: {readable}"
        elif column.logic is not None:
            yield at, f"'{name}' is computed while landing", f"to be mapped are: {readable}"
        elif column.values:
            known = f"known: {', '.join(column.values)}"
            given: dict[Location, str] = {
                ("values", code): value for code, value in (mapped.values or {}).items()
            }
            if mapped.constant is not None:
                given = {("constant",): mapped.constant}
            for place, value in given.items():
                if value not in column.values:
                    yield (*at, *place), f"'{value}' is no value of '{name}'", known


def _samples(mark: Watermark, contract: Contract) -> Iterator[Finding]:
    lacking = [name for name in SAMPLE if name not in {each.name for each in contract.columns}]
    if lacking:
        what = f"{contract.name} has no {', '.join(lacking)}, and monitoring gives probes of links"
        yield (), what, "bind network_probes to it"
    for key in mark.model_fields_set - {"overlap", "window", "first"}:
        what = f"`{key}` has no place here: the time of a sample is its mark"
        yield ("watermark", key), what, "known: overlap, window, first"
    yield from _mark(mark)


def _mark(mark: Watermark) -> Iterator[Finding]:
    at, kind = ("watermark",), mark.kind
    if mark.overlap is not None and kind == "text":
        yield (*at, "overlap"), "a text has no overlap", "remove it"
    elif mark.overlap is not None and not _is_overlap(mark.overlap, kind):
        expected = "a time span such as 3d" if kind == "time" else "a whole number"
        yield (*at, "overlap"), f"`overlap` is {mark.overlap!r}", f"expected {expected}"
    if mark.window is not None and kind != "time":
        yield (*at, "window"), f"a window cuts times, and the kind is {kind}", "remove it"
    elif mark.window is not None and mark.first is None:
        mend = "say where the first one begins, such as 2019-01-01"
        yield (*at, "window"), "a window, and `first` is missing", mend
    if mark.first is not None and not _is_mark(mark.first, kind):
        expected = "a time such as 2019-01-01 08:00:00" if kind == "time" else "a whole number"
        yield (*at, "first"), f"`first` is {mark.first!r}", f"expected {expected}"
    is_format = mark.format in (None, "epoch_s", "epoch_ms") or "%" in str(mark.format)
    if not is_format or (mark.format and kind != "time"):
        mend = "for times: epoch_s, epoch_ms, or such as %Y-%m-%d %H:%M:%S"
        yield (*at, "format"), f"`format` is {mark.format!r} for kind {kind}", mend


def _order(written: str | None) -> Iterator[Finding]:
    """A database compares the column with the mark as texts, where the mark is written as one."""
    parts = tuple(re.findall("%-?.", written or ""))
    if parts != SORTED[: len(parts)]:
        mend = (
            f"only {' '.join(SORTED)} in this order do; cast the column to a time in a `query`, or "
            "give `kind: text` if its texts sort all the same"
        )
        yield ("watermark", "format"), f"texts written as {written!r} do not sort by time", mend


def _is_overlap(text: str, kind: str) -> bool:
    return text.isascii() and text.isdigit() if kind == "integer" else span(text) is not None


def _is_mark(text: str, kind: str) -> bool:
    try:
        if kind == "integer":
            int(text)
        elif kind == "time":
            return dt.datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False
    return True
