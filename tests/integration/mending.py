"""What a department would do to win points back, as rows that it delivers: a way for each metric.

A way takes a row of `mart_gain` and gives rows by dataset. Existing items are put right by
delivering them again, whole, under their keys; new ones come under keys of their own. Wherever the
sentence leaves something open, new items are of the kind that asks most of other parts: entries of
the shortest cycle, self-built systems in use, documents that ask for feedback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import count, islice
from typing import Any

import duckdb

from tests.inboxes import contracts

Row = dict[str, Any]
Rows = dict[str, list[Row]]

MIDYEAR = "2019-06-15"
VALID_CODE = "91350100M000100Y43"
CYCLE_DAYS = {
    "realtime": 1, "daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "semiannual": 184,
    "annual": 366, "irregular": 99999,
}  # fmt: skip
LEAST_DAYS = {
    "realtime": 1, "daily": 1, "weekly": 7, "monthly": 28, "quarterly": 90, "semiannual": 181,
    "annual": 365,
}  # fmt: skip
"""Days of a year in force from which on a directory is due; no irregular one ever is."""
ELEMENTS = ("fields", "format", "scope", "method", "frequency")
FED_BACK = {"last_feedback_at": "2019-07-01"}
LIBRARIES = ("population", "legal_entity", "geospatial", "certificate")
STEPS = ("mlps_filed_at", "mlps_assessed_at", "mlps_rectified_at")


class Mending:
    """The ways, on one warehouse."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.numbers = count(1)

    def rows_for(self, gain: Row) -> Rows:
        """The rows that do what a gain says."""
        way: Callable[[Row, int], Rows] = getattr(self, gain["metric"])
        return way(gain, int(gain["amount"] or 0))

    def rows(self, sql: str, *values: Any) -> list[Row]:
        result = self.connection.execute(sql, values)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def existing(
        self, dataset: str, where: str, *values: Any, most: int | None = None
    ) -> list[Row]:
        """Newest rows of a dataset with the columns of its files; `most`: exactly so many."""
        names = [column.name for column in contracts()[dataset].stored_columns if not column.logic]
        found = self.rows(
            f'select {", ".join(names)} from staging."{dataset}" where {where} order by all '
            f"limit {'all' if most is None else most}",
            *values,
        )
        assert most is None or len(found) == most, f"{dataset} has no {most} rows to put right"
        return found

    def own(self, gain: Row, dataset: str, where: str, most: int | None = None) -> list[Row]:
        return self.existing(
            dataset, f"department_id = ? and {where}", gain["department_id"], most=most
        )

    def name(self) -> str:
        return f"mended-{next(self.numbers)}"

    # Papers and registers -------------------------------------------------------------------

    def accepted_evidence(self, gain: Row, n: int) -> Rows:
        parts = list(gain["options"]["parts"])
        if "parts" in gain["options"]["count"]:
            accepted = self.own(
                gain, "evidence", f"indicator_code = '{gain['indicator_code']}' and "
                "decision = 'accepted' and decided_on <= '2020-03-31'",
            )  # fmt: skip
            parts = [part for part in parts if part not in {row["part"] for row in accepted}]
        else:
            parts *= n
        return {"evidence": [{
            "evidence_id": self.name(), "department_id": gain["department_id"],
            "indicator_code": gain["indicator_code"], "part": part, "year": 2019, "title": "材料",
            "document_date": MIDYEAR, "submitted_at": "2019-07-01 08:00:00",
            "decision": "accepted", "decided_by": "考核办", "decided_on": "2019-07-02",
        } for part in parts[:n]]}  # fmt: skip

    def filed_projects(self, gain: Row, n: int) -> Rows:
        unfiled = "year = 2019 and government_funded and coalesce(filed_at > '2019-12-31', true)"
        found = self.own(gain, "it_projects", unfiled, n)
        return {"it_projects": [row | {"filed_at": MIDYEAR} for row in found]}

    def projects_analysing_sharing(self, gain: Row, n: int) -> Rows:
        found = self.own(
            gain, "it_projects", "year = 2019 and government_funded and kind = 'construction' "
            "and not (analyses_internal_sharing and analyses_external_sharing)", n,
        )  # fmt: skip
        both = {"analyses_internal_sharing": True, "analyses_external_sharing": True}
        return {"it_projects": [row | both for row in found]}

    def shared_elements_listed(self, gain: Row, n: int) -> Rows:
        mended = []
        built = "year = 2019 and government_funded and kind = 'construction'"
        for row in self.own(gain, "it_projects", built):
            open_elements = [f"lists_{name}" for name in ELEMENTS if not row[f"lists_{name}"]]
            more = min(n, len(open_elements) - 1)  # four of the five are enough
            if more > 0:
                mended.append(row | dict.fromkeys(open_elements[:more], True))
                n -= more
        assert n == 0
        return {"it_projects": mended}

    def systems_disposed(self, gain: Row, n: int) -> Rows:
        [disposition] = gain["options"]["disposition"]
        if gain["change"] == "added":
            new = [self._system(gain, disposition=disposition) for _ in range(n)]
            return {"information_systems": new}
        undone = f"disposition = '{disposition}' and coalesce(disposed_at > '2019-12-31', true)"
        found = self.own(gain, "information_systems", undone, n)
        return {"information_systems": [row | {"disposed_at": MIDYEAR} for row in found]}

    def systems_protected(self, gain: Row, n: int) -> Rows:
        done = dict.fromkeys(STEPS, MIDYEAR)
        if gain["change"] == "added":
            new = [self._system(gain, disposition="integrate") for _ in range(n // 2)]
            return {"information_systems": new}
        mended = []
        in_use = "self_built and coalesce(retired_at > '2019-12-31', true)"
        for row in self.own(gain, "information_systems", in_use):
            reached = sum(
                row[step] is not None and str(row[step]) <= "2019-12-31" for step in STEPS
            )
            more = min(n, 2 - (2 if reached == 3 else min(reached, 1)))
            if more > 0:
                full = more == 2 or reached > 0
                mended.append(row | (done if full else {STEPS[0]: MIDYEAR}))
                n -= more
        assert n == 0
        return {"information_systems": mended}

    def _system(self, gain: Row, disposition: str) -> Row:
        key = {"system_id": self.name(), "department_id": gain["department_id"], "name": "系统"}
        disposed = {"disposition": disposition, "disposed_at": MIDYEAR}
        return key | {"self_built": True} | disposed | dict.fromkeys(STEPS, MIDYEAR)

    # Network ----------------------------------------------------------------------------------

    def best_access_mode(self, gain: Row, n: int) -> Rows:
        return {"network_links": [self._link(gain, gain["level_to"])]}

    def _link(self, gain: Row, mode: str) -> Row:
        department = gain["department_id"]
        link = {"link_id": self.name(), "department_id": department, "access_mode": mode}
        return link | {"connected_at": "2019-02-01"}

    def major_outages_and_incidents(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return {"network_links": [self._link(gain, "other") for _ in range(n)]}
        confirmed = "confirmed and occurred_at >= '2019-01-01' and occurred_at < '2020-01-01'"
        incidents = self.own(gain, "security_incidents", confirmed)
        outages = self.rows(
            "select link_id, started_at, ends_at from rollups.link_outage "
            "where is_major and department_id = ?", gain["department_id"],
        )  # fmt: skip
        assert len(incidents) + len(outages) == n
        return {
            "security_incidents": [row | {"confirmed": False} for row in incidents],
            "network_outages": [{
                "outage_id": self.name(), "link_id": row["link_id"], "planned": True,
                "started_at": row["started_at"], "ended_at": row["ends_at"],
            } for row in outages],
        }  # fmt: skip

    def internet_egress_mode(self, gain: Row, n: int) -> Rows:
        department = gain["department_id"]
        seen = {"department_id": department, "observed_on": "2019-12-31", "mode": gain["level_to"]}
        return {"internet_egress": [seen]}

    # Platforms --------------------------------------------------------------------------------

    def service_platform_result(self, gain: Row, n: int) -> Rows:
        department = {"department_id": gain["department_id"], "year": 2019}
        found = self.own(gain, "service_platform_results", "year = 2019")
        [row] = found or [department | {"score": Decimal(0), "full_score": 100}]
        return {"service_platform_results": [row | {"score": row["score"] + gain["amount"]}]}

    def trading_platform_scores(self, gain: Row, n: int) -> Rows:
        found = {
            str(row["month"]): row for row in self.own(gain, "trading_platform_scores", "true")
        }
        left, mended = gain["amount"], []
        for month in (f"2019-{number:02}-01" for number in range(1, 13)):
            new = {"department_id": gain["department_id"], "month": month}
            row = found.get(month, new | {"score": Decimal(0), "full_score": 100})
            more = min(left, (row["full_score"] or 100) - row["score"])
            mended.append(row | {"score": row["score"] + more})
            left -= more
        assert left == 0
        return {"trading_platform_scores": mended}

    def legal_supervision_records(self, gain: Row, n: int) -> Rows:
        [module] = gain["options"]["module"]
        return {"legal_supervision_records": [{
            "record_id": self.name(), "department_id": gain["department_id"], "module": module,
            "recorded_at": f"{MIDYEAR} 08:00:00",
        } for _ in range(n)]}  # fmt: skip

    def sanction_cases_reported(self, gain: Row, n: int) -> Rows:
        return {"joint_sanction_cases": [{
            "case_id": self.name(), "department_id": gain["department_id"], "kind": "reward",
            "category": "守信", "occurred_at": "2019-05-01", "due_at": MIDYEAR,
            "reported_at": MIDYEAR,
        } for _ in range(n)]}  # fmt: skip

    def credit_checks_embedded(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return {"credit_check_matters": [self._matter(gain) for _ in range(n)]}
        found = self.own(
            gain, "credit_check_matters", "coalesce(embedded_at > '2019-12-31', true)", n
        )
        done = {"embedded_at": MIDYEAR} | FED_BACK
        return {"credit_check_matters": [row | done for row in found]}

    def credit_checks_fed_back(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return {"credit_check_matters": [self._matter(gain) for _ in range(n)]}
        silent = "embedded_at <= '2019-12-31' and coalesce(last_feedback_at < '2019-01-01', true)"
        found = self.own(gain, "credit_check_matters", silent, n)
        return {"credit_check_matters": [row | FED_BACK for row in found]}

    def _matter(self, gain: Row) -> Row:
        known = {"department_id": gain["department_id"], "name": "事项", "embedded_at": MIDYEAR}
        return {"matter_id": self.name()} | known | FED_BACK

    def investment_cases_accepted(self, gain: Row, n: int) -> Rows:
        return {"investment_cases": [{
            "case_id": self.name(), "department_id": gain["department_id"], "matter": "备案",
            "received_at": "2019-06-01 08:00:00", "due_at": f"{MIDYEAR} 18:00:00",
            "accepted_at": f"{MIDYEAR} 18:00:00",
        } for _ in range(n)]}  # fmt: skip

    def documents_completed_on_time(self, gain: Row, n: int) -> Rows:
        return self._documents(gain, n)

    def documents_not_returned(self, gain: Row, n: int) -> Rows:
        return self._documents(gain, n)

    def _documents(self, gain: Row, n: int) -> Rows:
        return {"official_documents": [{
            "document_id": self.name(), "department_id": gain["department_id"],
            "received_at": "2019-06-01 08:00:00", "due_at": f"{MIDYEAR} 18:00:00",
            "completed_at": f"{MIDYEAR} 09:00:00", "returned_count": 0,
            "feedback_required": True, "feedback_at": f"{MIDYEAR} 10:00:00",
        } for _ in range(n)]}  # fmt: skip

    def documents_fed_back(self, gain: Row, n: int) -> Rows:
        silent = (
            "feedback_required and due_at >= '2019-01-01' and due_at < '2020-01-01' "
            "and coalesce(feedback_at >= '2020-01-01', true)"
        )
        found = self.own(gain, "official_documents", silent, n)
        return {
            "official_documents": [row | {"feedback_at": "2019-12-31 09:00:00"} for row in found]
        }

    # Credit -----------------------------------------------------------------------------------

    def credit_directories_supplied(self, gain: Row, n: int) -> Rows:
        silent = (
            "date_diff('day', greatest(effective_from, date '2019-01-01'), "
            "least(coalesce(effective_to, date '2019-12-31'), date '2019-12-31')) + 1 "
            f">= map {LEAST_DAYS}[update_cycle] and not exists (select 1 from "
            "staging.credit_records as r where r.directory_id = credit_directories.directory_id "
            "and r.pushed_at >= '2019-01-01' and r.pushed_at < '2020-01-01')"
        )
        found = self.own(gain, "credit_directories", silent, n)
        return {"credit_records": [self._record(row["directory_id"]) for row in found]}

    def credit_volume(self, gain: Row, n: int) -> Rows:
        return self._records(gain, n)

    def credit_records_in_order(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return self._records(gain, n)
        faulty = self.rows(
            "select record_id, r.directory_id, due_at, pushed_at from staging.credit_records as r "
            "inner join staging.credit_directories as d on r.directory_id = d.directory_id "
            "where d.department_id = ? and not r.has_key_information and pushed_at >= '2019-01-01' "
            f"and pushed_at < '2020-01-01' order by all limit {n}", gain["department_id"],
        )  # fmt: skip
        assert len(faulty) == n
        return {"credit_records": [self._record(row["directory_id"]) | row for row in faulty]}

    def _records(self, gain: Row, n: int) -> Rows:
        [directory, *_] = self.own(gain, "credit_directories", "true") or [{
            "directory_id": self.name(), "department_id": gain["department_id"], "name": "目录",
            "update_cycle": "irregular", "effective_from": "2018-01-01",
        }]  # fmt: skip
        records = [self._record(directory["directory_id"]) for _ in range(n)]
        return {"credit_directories": [directory], "credit_records": records}

    def _record(self, directory: str) -> Row:
        return {
            "record_id": self.name(), "directory_id": directory, "subject_kind": "organization",
            "subject_name": "某公司", "subject_code_kind": "uscc", "subject_code": VALID_CODE,
            "core_information": "许可", "due_at": f"{MIDYEAR} 18:00:00",
            "pushed_at": f"{MIDYEAR} 08:00:00",
        }  # fmt: skip

    # Catalogue --------------------------------------------------------------------------------

    def entries_published_on_time(self, gain: Row, n: int) -> Rows:
        return self._published(gain, n)

    def _published(self, gain: Row, n: int) -> Rows:
        days = {"due_at": "2019-03-01", "published_at": "2019-02-01"}
        entries = [
            {"entry_id": self.name(), "department_id": gain["department_id"], "title": "目录",
             "share_type": "unconditional", "update_cycle": "daily"} | days
            for _ in range(n)
        ]  # fmt: skip
        return {
            "catalogue_entries": entries,
            "catalogue_mounts": self._mounts(entries),
            "catalogue_updates": self._updates(entry["entry_id"] for entry in entries),
        }

    def _mounts(self, entries: list[Row]) -> list[Row]:
        mount = {"method": "api", "mounted_at": "2019-12-30"}
        return [{"entry_id": entry["entry_id"]} | mount for entry in entries]

    def _updates(self, entries: Iterable[str]) -> list[Row]:
        return [{"entry_id": entry, "updated_at": "2019-12-31 10:00:00"} for entry in entries]

    def entries_up_to_date(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return self._published(gain, n)
        aged = self.rows(
            "select e.entry_id, e.update_cycle, date_diff('day', greatest(e.published_at, "
            "coalesce(max(cast(u.updated_at as date)), e.published_at)), date '2019-12-31') as age "
            "from staging.catalogue_entries as e left join staging.catalogue_updates as u "
            "on e.entry_id = u.entry_id and u.updated_at < '2020-01-01' where e.department_id = ? "
            "and e.published_at <= '2019-12-31' and coalesce(e.retired_at > '2019-12-31', true) "
            "group by e.entry_id, e.update_cycle, e.published_at order by e.entry_id",
            gain["department_id"],
        )  # fmt: skip
        late = [row["entry_id"] for row in aged if row["age"] > CYCLE_DAYS[row["update_cycle"]]]
        assert len(late) >= n
        return {"catalogue_updates": self._updates(late[:n])}

    def entries_mounted(self, gain: Row, n: int) -> Rows:
        if gain["change"] == "added":
            return self._published(gain, n)
        unmounted = (
            "coalesce(retired_at > '2019-12-31', true) "
            "and (due_at <= '2019-12-31' or published_at <= '2019-12-31') and not exists "
            "(select 1 from staging.catalogue_mounts as m "
            "where m.entry_id = catalogue_entries.entry_id "
            "and m.mounted_at <= '2019-12-31' and coalesce(m.unmounted_at > '2019-12-31', true))"
        )
        found = self.own(gain, "catalogue_entries", unmounted, n)
        return {"catalogue_mounts": self._mounts(found)}

    def inspections_passed(self, gain: Row, n: int) -> Rows:
        [dimension] = gain["options"]["dimension"]
        found = self.own(gain, "catalogue_entries", "true")
        new = {} if found else self._published(gain, 1)
        [entry, *_] = found or new["catalogue_entries"]
        inspection = {"inspection_id": self.name(), "entry_id": entry["entry_id"]}
        numbers = {"inspected_at": MIDYEAR, "dimension": dimension, "checked": n, "passed": n}
        return new | {"resource_inspections": [inspection | numbers]}

    def resources_used(self, gain: Row, n: int) -> Rows:
        return {"resource_requests": [{
            "request_id": self.name(), "department_id": gain["department_id"],
            "resource_id": self.name(), "provider_level": "city", "requested_at": "2019-05-01",
            "granted_at": "2019-05-02", "last_used_at": MIDYEAR,
        } for _ in range(n)]}  # fmt: skip

    def base_libraries_used(self, gain: Row, n: int) -> Rows:
        called = "calls > 0 and used_on >= '2019-01-01' and used_on <= '2019-12-31'"
        known = {row["library"] for row in self.own(gain, "base_library_uses", called)}
        new = [library for library in LIBRARIES if library not in known][:n]
        assert len(new) == n
        use = {"department_id": gain["department_id"], "used_on": MIDYEAR, "calls": 1}
        return {"base_library_uses": [{"library": library} | use for library in new]}

    # Certificates -------------------------------------------------------------------------------

    def certificate_types_made(self, gain: Row, n: int) -> Rows:
        unmade = (
            "claimed_at <= '2019-12-31' and not exists (select 1 from staging.certificates as c "
            "where c.type_code = certificate_types.type_code and c.issued_at < '2020-01-01' "
            "and c.department_id = certificate_types.department_id)"
        )
        claimed = self.own(gain, "certificate_types", unmade, n)
        return {"certificates": list(self._certificates(gain, [c["type_code"] for c in claimed]))}

    def certificate_volume_rank(self, gain: Row, n: int) -> Rows:
        claimed = self.own(gain, "certificate_types", "claimed_at <= '2019-12-31'")
        return {"certificates": list(self._certificates(gain, [claimed[0]["type_code"]] * n))}

    def _certificates(self, gain: Row, types: list[str]) -> Iterator[Row]:
        for type_code in types:
            yield {
                "certificate_id": self.name(), "type_code": type_code, "city_code": "340600",
                "department_id": gain["department_id"], "issued_at": f"{MIDYEAR} 08:00:00",
            }  # fmt: skip

    def certificate_types_used(self, gain: Row, n: int) -> Rows:
        used = {row["type_code"] for row in self.own(
            gain, "certificate_uses", "used_at >= '2019-01-01' and used_at < '2020-01-01'"
        )}  # fmt: skip
        known = (row["type_code"] for row in self.existing("certificate_types", "true"))
        new = list(islice((code for code in known if code not in used), n))
        assert len(new) == n
        use = {"department_id": gain["department_id"], "matter": "办事"}
        moment = {"used_at": f"{MIDYEAR} 08:00:00"}
        return {"certificate_uses": [
            {"use_id": self.name(), "type_code": code} | use | moment for code in new
        ]}  # fmt: skip
