"""The demo city itself and what its assessing bureau hands over: the six reference datasets.

Decides who there is, how well each works (`quality`, the share of points it tends to win) and who
delivers at all. Everything later asks the `Town` for departments and for chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scorecard.demo.chance import Chance
from scorecard.demo.codes import uscc
from scorecard.demo.names import BUREAUS, BYSTANDERS, DISTRICTS, POPULATIONS
from scorecard.demo.tables import Row, Table
from scorecard.errors import ConfigurationError

YEAR = 2019
CITY = "340600"
YEAR_START, YEAR_END = date(2019, 1, 1), date(2019, 12, 31)
MOST_DEPARTMENTS = len(BUREAUS) * (len(DISTRICTS) + 1)

SECTIONS = {
    "office": "办公室",
    "policy": "政策法规科",
    "info": "信息中心",
    "plan": "计财科",
    "equipment": "装备科",
    "credit": "诚信办",
    "basic": "基教科",
    "personnel": "人事科",
    "teachers": "师资科",
}
# The education bureau's decomposition: indicator, leading section, supporting ones.
EDU_DUTIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("001", "policy", ("office", "info")),
    ("002", "info", ("policy",)),
    ("003", "office", ("policy", "info")),
    ("004", "plan", ()),
    *((code, "info", ()) for code in ("005", "006", "007")),
    *((code, "policy", ()) for code in ("008", "009", "010")),
    ("011", "equipment", ("plan",)),
    *((code, "credit", ("info",)) for code in ("012", "013", "014", "015", "016")),
    ("017", "plan", ()),
    ("018", "plan", ()),
    ("019", "office", ()),
    *((code, "info", ("policy", "office")) for code in ("020", "021", "022")),
    ("023", "info", ("policy", "basic", "personnel", "plan", "teachers")),
    ("024", "info", ("policy",)),
    ("025", "info", ()),
    ("026", "info", ()),
    *((code, "policy", ("teachers", "basic")) for code in ("027", "028", "029")),
    *((f"{number:03d}", "info", ()) for number in range(30, 36)),
)
# In the other departments five sections share the same work.
OTHER_SECTIONS = {
    "office": "办公室",
    "policy": "政策法规科",
    "info": "信息中心",
    "plan": "计划财务科",
    "business": "业务科",
}
OTHER_SHARES = {
    "equipment": "business",
    "credit": "policy",
    "basic": "business",
    "personnel": "office",
    "teachers": "business",
}


@dataclass(frozen=True, slots=True)
class Department:
    """One department; `quality` from 0 to 1, `place` counts them from 0."""

    department_id: str
    name: str
    short_name: str
    city_code: str
    place: int
    quality: float
    active_to: date | None = None


class Town:
    """The city of one demo run.

    Args:
        seed: What everything is drawn from.
        scale: Size of the event datasets, 1 being a real city's year.
        departments: How many are assessed, 1 to 300.

    Raises:
        ConfigurationError: When a number is out of its range.
    """

    def __init__(self, seed: int, scale: float, departments: int) -> None:
        if not 1 <= departments <= MOST_DEPARTMENTS:
            raise ConfigurationError(
                f"the demo city cannot have {departments} departments",
                "--departments",
                f"give 1 to {MOST_DEPARTMENTS}",
            )
        if not 0 < scale <= 16:
            raise ConfigurationError(
                f"the demo city cannot have scale {scale}",
                "--scale",
                "give more than 0 and at most 16; 1 is a real city's year",
            )
        self.seed, self.scale = seed, scale
        self.chance = Chance(seed)
        self.assessed = _assessed(self.chance, departments)
        self.bystanders = tuple(
            Department(*row, len(self.assessed) + i, 0.7, _dissolved_on(row[0]))
            for i, row in enumerate(BYSTANDERS)
        )
        self.silent = self.assessed[-1] if departments > 2 else None
        self.senders = tuple(one for one in self.assessed if one is not self.silent)
        self.edu = self.assessed[0]

    @property
    def everyone(self) -> tuple[Department, ...]:
        """The assessed departments and the bystanders."""
        return self.assessed + self.bystanders

    def other(self, number: int) -> Department:
        """One of those that deliver, not the education bureau unless there is nobody else."""
        others = self.senders[1:] or self.senders
        return others[number % len(others)]

    def does(self, department: Department, *key: object) -> bool:
        """Whether the department does this thing well; as often as its quality says."""
        return self.chance.hit(department.quality, department.department_id, *key)


def _dissolved_on(department_id: str) -> date | None:
    return date(2018, 12, 31) if department_id == "tourism" else None


def _assessed(chance: Chance, count: int) -> tuple[Department, ...]:
    names = [*BUREAUS[:-1]]
    for slug, district in DISTRICTS:
        names += [
            (
                f"{slug}-{key}",
                name.replace("淮北市", f"淮北市{district}"),
                f"{district}{short}",
            )
            for key, name, short in BUREAUS
        ]
    # The last of the city's own bureaus stays last, since it is the one that delivers nothing.
    chosen = [*names[: count - 1], BUREAUS[-1]] if count > 1 else [BUREAUS[0]]
    order = sorted(range(1, count), key=lambda place: chance.unit("quality", place))
    quality = {place: 0.56 + 0.36 * rank / max(1, count - 2) for rank, place in enumerate(order)}
    quality[0] = 0.9
    return tuple(
        Department(key, name, short, CITY, place, quality[place])
        for place, (key, name, short) in enumerate(chosen)
    )


def reference_tables(town: Town) -> list[Table]:
    """departments, sections, responsibilities, populations, applicability and adjustments."""
    return [
        _departments(town),
        _sections(town),
        _responsibilities(town),
        Table(
            "populations",
            ("city_code", "city_name", "year", "population"),
            [(code, name, YEAR, persons) for code, name, persons in POPULATIONS],
        ),
        _applicability(town),
        _adjustments(town),
    ]


def _departments(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.everyone:
        code = None
        if not town.chance.hit(0.05, "no code", one.department_id):
            code = uscc("11", one.city_code, 100 + one.place)
        since = date(2019, 3, 1) if one.department_id == "veterans" else date(2010, 1, 1)
        rows.append(
            (
                one.department_id,
                one.name,
                one.short_name,
                code,
                one.city_code,
                since,
                one.active_to,
            )
        )
    columns = (
        "department_id",
        "name",
        "short_name",
        "unified_social_credit_code",
        "city_code",
        "active_from",
        "active_to",
    )
    return Table("departments", columns, rows)


def _sections(town: Town) -> Table:
    rows: list[Row] = [
        (one.department_id, section_id, name)
        for one in town.everyone
        for section_id, name in (SECTIONS if one is town.edu else OTHER_SECTIONS).items()
    ]
    return Table("sections", ("department_id", "section_id", "name"), rows)


def _responsibilities(town: Town) -> Table:
    rows: list[Row] = []
    for one in town.everyone:
        for code, edu_lead, edu_support in EDU_DUTIES:
            lead, support = edu_lead, edu_support
            if one is not town.edu:
                lead = OTHER_SHARES.get(lead, lead)
                support = tuple(OTHER_SHARES.get(name, name) for name in support[:1])
            rows.append((one.department_id, code, lead, "lead"))
            rows += [(one.department_id, code, name, "support") for name in support if name != lead]
    columns = ("department_id", "indicator_code", "section_id", "role")
    return Table("responsibilities", columns, rows)


def _applicability(town: Town) -> Table:
    asked = [
        (town.other(5), "027", False, "无法定证照，不参与制证考核", date(2019, 12, 18)),
        (town.other(5), "028", False, "无法定证照，不参与制证考核", date(2019, 12, 18)),
        (town.other(12), "011", False, "无公共资源交易监管职责", date(2019, 12, 18)),
        (town.other(20), "010", False, "无行政执法人员", date(2020, 2, 12)),
        (town.other(27), "018", True, "申请免考未获同意", date(2020, 2, 12)),
    ]
    rows = {
        (one.department_id, code): (
            one.department_id, code, YEAR, applies, reason, "市电子政务工作领导小组办公室", on,
        )
        for one, code, applies, reason, on in asked
    }  # fmt: skip
    columns = (
        "department_id",
        "indicator_code",
        "year",
        "applicable",
        "reason",
        "decided_by",
        "decided_on",
    )
    return Table("applicability", columns, list(rows.values()))


def _adjustments(town: Town) -> Table:
    office = "市电子政务工作领导小组办公室"
    one, two, three = town.other(2), town.other(9), town.other(16)
    columns = (
        "adjustment_id",
        "department_id",
        "indicator_code",
        "year",
        "score",
        "reason",
        "decided_by",
        "decided_on",
    )
    first, last = date(2020, 2, 20), date(2020, 3, 11)
    decided = [
        (one, "008", "9.5", "平台评分口径调整", first),
        (two, "019", "1.2", "公文系统割接期间数据补正", first),
        (two, "019", "1.6", "复核后更正", last),
        (three, "003", "2.5", "承办全市培训，加分（不超过满分）", last),
    ]
    rows: list[Row] = [
        (f"adj-2019-{n:02d}", who.department_id, code, YEAR, Decimal(score), reason, office, on)
        for n, (who, code, score, reason, on) in enumerate(decided, 1)
    ]
    return Table("adjustments", columns, rows)
