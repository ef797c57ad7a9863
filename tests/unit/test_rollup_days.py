"""What a rollup's head declares of its days is held against its SELECT and its contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from scorecard.contract import load_contracts
from scorecard.errors import ConfigurationError
from scorecard.models import Model, load_models
from scorecard.rollups import check_days
from scorecard.settings import PROJECT

MODELS = load_models(PROJECT / "sql")
CONTRACTS = load_contracts(PROJECT / "contracts")
CREDIT = MODELS["rollups.credit_days"]


def test_the_heavy_datasets_are_rolled_up_by_day():
    heavy = {name for name, contract in CONTRACTS.items() if contract.is_heavy}
    assert {model.days.dataset for model in MODELS.values() if model.days} == heavy
    check_days(MODELS, CONTRACTS)


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        (CREDIT.sql.replace("pushed_on of credit_records", "pushed_on"), "is not understood"),
        (CREDIT.sql.replace("days: pushed_on", "days: due_on"), "due_on is no column"),
        (CREDIT.sql.replace("of credit_records", "of certificates"), "by days of certificates"),
        (CREDIT.sql.replace("cast(pushed_at as date)", "date '2019-01-01'"), "is not the day"),
        (CREDIT.sql.replace("cast(pushed_at as date)", "cast(pushed_at as time)"), "is not the"),
        (CREDIT.sql + "having count(*) > (select count(*) from staging.departments)",
         "reads staging.credit_records, staging.departments"),
    ],
)  # fmt: skip
def test_a_declaration_that_the_select_does_not_keep_is_refused(
    tmp_path: Path, sql: str, complaint: str
):
    (tmp_path / "rollups").mkdir()
    (tmp_path / "rollups" / "credit_days.sql").write_text(sql, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        load_models(tmp_path)


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        (CREDIT.sql.replace("cast(pushed_at as date)", "cast(due_at as date)"),
         "the day of due_at, but the period of credit_records is pushed_at"),
        ("-- days: due_on of catalogue_entries\n"
         "select cast(due_at as date) as due_on from staging.catalogue_entries",
         "catalogue_entries is no heavy dataset"),
    ],
)  # fmt: skip
def test_a_declaration_against_the_contract_is_refused(sql: str, complaint: str):
    model = Model("rollups", "wrong", Path("wrong.sql"), sql)
    with pytest.raises(ConfigurationError, match=complaint):
        check_days({model.table: model}, CONTRACTS)
