"""What platforms call and write otherwise than the contracts: names, codes, times in UTC.

Most datasets of the demo city are served under the contracts' names; the few in here show what a
binding has to map. Both the served rows and the `fields` of `sources.yaml` come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scorecard.contract import Column
from scorecard.quoting import literal


@dataclass(frozen=True, slots=True)
class Spelling:
    """A platform's own words for one dataset.

    Attributes:
        names: The platform's name of each column of the contract.
        codes: By column, the platform's code of each value of the contract.
        in_utc: Times that the platform keeps in UTC, not in local time.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    in_utc: frozenset[str] = frozenset()

    def name(self, column: str) -> str:
        """What the platform calls a column."""
        return self.names.get(column, column)

    def sql(self, column: Column, text: str) -> str:
        """SQL of what the platform has for a delivered text; what nobody could read stays as is."""
        if codes := self.codes.get(column.name):
            cases = " ".join(f"when {literal(ours)} then {literal(c)}" for ours, c in codes.items())
            return f"case landed_text({text}) {cases} else {text} end"
        if column.name in self.in_utc:
            moment = f"timezone('UTC', timezone('Asia/Shanghai', landed_timestamp({text})))"
            return f"coalesce(cast({moment} as varchar), {text})"
        return text


AS_DECLARED = Spelling()
SPELLINGS: Mapping[str, Spelling] = {
    "credit_records": Spelling(
        names={
            "record_id": "RID", "directory_id": "MLBH", "subject_kind": "ZTLX",
            "subject_name": "ZTMC", "subject_code_kind": "DMLX", "subject_code": "ZTDM",
            "core_information": "HXXX", "due_at": "YTS_SJ", "pushed_at": "TS_SJ",
        },
        codes={
            "subject_kind": {"organization": "1", "person": "2"},
            "subject_code_kind": {"uscc": "1", "registration": "2", "identity": "3", "other": "9"},
        },
    ),
    "official_documents": Spelling(
        names={
            "document_id": "docId", "department_id": "orgId", "received_at": "receivedAt",
            "due_at": "dueAt", "completed_at": "completedAt", "returned_count": "returns",
            "feedback_required": "needsFeedback", "feedback_at": "feedbackAt",
        },
        in_utc=frozenset({"received_at", "due_at", "completed_at", "feedback_at"}),
    ),
    "catalogue_entries": Spelling(
        names={"entry_id": "resourceId", "title": "resourceName", "share_type": "shareType"},
        codes={"share_type": {"unconditional": "1", "conditional": "2", "none": "3"}},
    ),
}  # fmt: skip


def spelling(dataset: str) -> Spelling:
    """How the platform of a dataset spells it."""
    return SPELLINGS.get(dataset, AS_DECLARED)
