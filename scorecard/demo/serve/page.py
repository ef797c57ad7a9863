"""The server's page for people: what this is, what it has, what goes wrong and how to switch it.

Its looks and its few lines of script are in `page.html`. The token is not in it: who has it types
it in.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from pathlib import Path
from string import Template

from scorecard.contract import Contract
from scorecard.demo.serve.city import City
from scorecard.demo.serve.faults import FAULTS, Faults
from scorecard.demo.serve.spelling import SPELLINGS

TEMPLATE = Path(__file__).with_name("page.html")


def html_page(city: City, faults: Faults, address: str) -> str:
    """The page as it is now."""
    active = faults.active
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        address=escape(address),
        datasets=len(city.rows),
        rows=f"{sum(city.rows.values()):,}",
        faults="".join(_fault(name, both, active) for name, both in FAULTS.items()),
        listing="".join(_row(one, city.rows[one.name]) for one in _by_provider(city)),
    )


def _by_provider(city: City) -> list[Contract]:
    return sorted(city.contracts.values(), key=lambda one: (one.platform, one.name))


def _fault(name: str, both: tuple[str, str], active: Collection[str]) -> str:
    checked = " checked" if name in active else ""
    zh, en = map(escape, both)
    return (
        f'<li><label><input type="checkbox" name="fault" value="{name}"{checked}>'
        f"<code>{name}</code><span>{zh}{_english(en)}</span></label></li>\n"
    )


def _row(contract: Contract, rows: int) -> str:
    name = escape(contract.name)
    mapped = (
        f"<em>字段另有名称{_english('own field names')}</em>" if contract.name in SPELLINGS else ""
    )
    return (
        f'<tr><td><a href="/v1/{name}?size=3"><code>{name}</code></a></td>'
        f"<td>{escape(contract.label_zh)}{_english(escape(contract.label_en))}{mapped}</td>"
        f"<td>{escape(contract.provider_zh)}{_english(escape(contract.provider_en))}</td>"
        f'<td class="number">{rows:,}</td></tr>\n'
    )


def _english(text: str) -> str:
    return f' <span lang="en">{text}</span>'
