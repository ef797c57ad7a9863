"""The city's workbook: ranking and matrix as published, with totals that are their cells' sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scorecard.sheets.reading import read_cities
from scorecard.sheets.table import shade
from tests.sheets import xlsx
from tests.sheets.conftest import Made
from tests.sheets.expected import sheet_order

RANKINGS, MATRICES = ("考核结果汇总", "Ranking"), ("指标得分矩阵", "Indicator matrix")
BLOCKS = 5
RANKING_DATA, MATRIX_DATA = 4, 5


def sheets_of(made: Made, names: tuple[str, str]) -> list[xlsx.Sheet]:
    book = xlsx.read(made.sheets / "city.xlsx")
    assert list(book) == [RANKINGS[0], MATRICES[0], RANKINGS[1], MATRICES[1]]
    return [book[name] for name in names]


def test_the_ranking_is_the_published_one_with_the_scores_of_blocks(made: Made):
    ranking = made.rows(
        "select rank, department, total, points, score_rate, indicators_missing, "
        "indicators_stale, department_id from mart_scorecard "
        "order by rank nulls last, department_id"
    )
    for sheet in sheets_of(made, RANKINGS):
        for row, (rank, name, *numbers, department) in enumerate(ranking, RANKING_DATA):
            blocks = made.rows(
                "select l.score from mart_scorecard_level as l join dim_indicator as i "
                "using (assessment_id, level1) where department_id = ? "
                "group by level1, l.score order by min(indicator_code)",
                department,
            )
            expected = [rank, name, *(score for (score,) in blocks), *numbers]
            assert sheet.row(row, 2 + BLOCKS + 5) == expected
            assert sheet.evaluated((row, 2 + BLOCKS)) == numbers[0]
        assert len(sheet.formulas) == len(ranking)


def test_the_matrix_has_the_score_of_every_department_and_indicator(made: Made):
    order = sheet_order(made)
    for sheet in sheets_of(made, MATRICES):
        assert sheet.row(3, 2 + len(order))[2:] == order
        for row, (rank, name, department, total) in enumerate(
            made.rows(
                "select rank, department, department_id, total from mart_scorecard "
                "order by rank nulls last, department_id"
            ),
            MATRIX_DATA,
        ):
            scores = dict(
                made.rows(
                    "select indicator_code, score from fct_indicator_score where department_id = ?",
                    department,
                )
            )
            expected = [rank, name, *(scores[code] for code in order), total]
            assert sheet.row(row, len(order) + 3) == expected
            assert sheet.evaluated((row, len(order) + 2)) == total


@pytest.mark.parametrize(
    ("score", "points", "status", "step"),
    [
        ("2.00", "2.00", "scored", "5"),
        ("1.99", "2.00", "scored", "4"),
        ("1.60", "2.00", "scored", "4"),
        ("1.59", "2.00", "scored", "3"),
        ("0.80", "2.00", "scored", "2"),
        ("0.79", "2.00", "scored", "1"),
        ("0.00", "2.00", "scored", "0"),
        ("0.00", "2.00", "missing", "m"),
        ("0.00", "0.00", "not_applicable", "n"),
    ],
)
def test_a_cell_is_the_darker_the_more_is_lost(plain: Made, score, points, status, step):
    from dataclasses import replace

    [city] = read_cities(plain.file.resolve())
    one = city.departments[0].indicators[0]
    changed = replace(one, score=Decimal(score), points=Decimal(points), status=status)
    assert shade(changed).key == step
