"""Tables and plots of the runs: Markdown and SVG, one of each a scale, from the kept JSON.

Runs of several sessions may stand beside each other: each says of which it is.

Nothing here names a host or a path: what a machine is like is its cores, memory and processor.
"""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.contenders import (
    CONTENDERS,
    FULL_SCALE,
    GOALS,
    NIGHT,
    OTHER_SESSION,
    growth,
)

Result = Mapping[str, Any]


def machine() -> dict[str, str]:
    """Cores, memory, processor and system."""
    cpus = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    names = re.findall(r"^model name\s*:\s*(.+)$", cpus, re.MULTILINE)
    kilobytes = re.findall(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "cores": str(cpus.count("processor\t")),
        "memory": f"{int(kilobytes[0]) / 1e6:.0f} GB",
        "processor": names[0] if names else platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def runs_table(result: Result) -> str:
    """A line a contender, the ratio to the product's seconds beside its own."""
    product = result["runs"].get("product")
    rows = []
    for name, contender in CONTENDERS.items():
        run = result["runs"].get(name)
        if run is None:
            rows.append([contender.title, "not measured", "", "", "", "", ""])
            continue
        session = run["session"]
        if run["outcome"] != "done":
            rows.append(
                [contender.title, f"**{run['outcome']}**", "", "", _gigabytes(run), "", session]
            )
            continue
        ratio = (
            f"{run['seconds'] / product['seconds']:.2f}"
            if product and product["outcome"] == "done"
            else ""
        )
        if ratio and product and session != product["session"]:
            ratio += OTHER_SESSION
        kept = "yes" if contender.keeps_rows else "no"
        rows.append(
            [
                contender.title, f"{run['seconds']:.1f}", ratio, f"{run['cpu_seconds']:.1f}",
                _gigabytes(run), kept, session,
            ]
        )  # fmt: skip
    head = (
        "contender", "seconds", "of the product's", "CPU seconds", "peak GB", "keeps rows",
        "session",
    )  # fmt: skip
    return table(head, rows)


def _gigabytes(run: Mapping[str, Any]) -> str:
    return f"{run['peak_bytes'] / 1e9:.2f}"


def goals_table(result: Result) -> str:
    """The goals, what was reached, and whether that is enough."""
    lines = [goal.line(result["runs"]) for goal in GOALS]
    if result["scale"] == FULL_SCALE:
        lines.append(growth(result))
    return table(("goal for the product", "figure", "reached"), lines)


def page(result: Result) -> str:
    """One scale's page."""
    scale = result["scale"]
    several = len({run["session"] for run in result["runs"].values()}) > 1
    parts = [
        f"# First load of a year at scale {scale:g}",
        f"{result['rows']:,} rows in {result['megabytes']:,.0f} MB of Parquet; the job and the "
        "contenders are told in [the peers' README](../../benchmarks/peers/README.md). Of each "
        "session, all who finished gave the same numbers. Written by `python -m benchmarks`.",
        runs_table(result),
        *([f"\\{OTHER_SESSION.strip()} Measured in another session than the product."] * several),
        f"![Seconds and memory at scale {scale:g}](scale-{scale:g}.svg)",
        goals_table(result),
        *_night(result),
        _steps(result),
        *(_session(name, told) for name, told in sorted(result["sessions"].items())),
        "Files in the page cache.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _session(name: str, told: Mapping[str, Any]) -> str:
    where = told["machine"]
    versions = ", ".join(
        f"{library} {found}" for library, found in sorted(told["versions"].items())
    )
    return (
        f"Session {name}: {where['cores']} cores, {where['memory']}, {where['processor']}, "
        f"{where['system']}, Python {where['python']}; {versions}. {told['rounds']}."
    )


def _night(result: Result) -> list[str]:
    run = result["runs"].get(NIGHT)
    if run is None:
        return []
    told = f"{run['seconds']:.1f} s, {run['cpu_seconds']:.1f} CPU seconds, {_gigabytes(run)} GB"
    return [
        "`scorecard nightly` over all 34 datasets, with the quality gate, scores and publishing, "
        f"start to end: {told if run['outcome'] == 'done' else run['outcome']}."
    ]


def _steps(result: Result) -> str:
    steps = result["runs"].get("product", {}).get("steps", {})
    shown = ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps.items() if seconds >= 0.05)
    return f"The product's steps in seconds: {shown}." if shown else ""


def plot(result: Result, path: Path) -> None:
    """Bars of seconds and of memory, the product's in another colour."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "peers", "font.size": 9})
    from matplotlib import pyplot

    names = [n for n in reversed(CONTENDERS) if n in result["runs"]]
    runs = [result["runs"][name] for name in names]
    titles = [CONTENDERS[name].title for name in names]
    figure, (left, right) = pyplot.subplots(
        1, 2, figsize=(9, 0.4 * len(names) + 1), sharey=True, layout="constrained"
    )
    colours = ["#c2410c" if name == "product" else "#94a3b8" for name in names]
    for axes, key, unit, divisor in (
        (left, "seconds", "seconds", 1),
        (right, "peak_bytes", "peak memory, GB", 1e9),
    ):
        done = [run["outcome"] == "done" for run in runs]
        values = [run[key] / divisor if ok else 0 for run, ok in zip(runs, done, strict=True)]
        bars = axes.barh(titles, values, color=colours)
        labels = [
            f"{value:.1f}" if ok else run["outcome"]
            for value, ok, run in zip(values, done, runs, strict=True)
        ]
        axes.bar_label(bars, labels, padding=3)
        axes.set_xlabel(unit)
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def merged(kept: Result, new: Result) -> Result:
    """The new runs, and the kept ones of who did not run now; none of other inputs."""
    if any(kept[name] != new[name] for name in ("scale", "rows", "megabytes")):
        return new
    runs = {**kept["runs"], **new["runs"]}
    sessions = {**kept["sessions"], **new["sessions"]}
    small = new if "product" in new["runs"] else kept  # of the product's own session
    return {
        **new,
        "sessions": {
            name: sessions[name] for name in sorted({r["session"] for r in runs.values()})
        },
        "small": small["small"],
        "runs": {name: runs[name] for name in (*CONTENDERS, NIGHT) if name in runs},
    }


def with_kept(result: Result, folder: Path) -> Result:
    """The runs among those that a folder keeps of earlier sessions."""
    file = folder / f"scale-{result['scale']:g}.json"
    return merged(json.loads(file.read_text(encoding="utf-8")), result) if file.exists() else result


def write(result: Result, folder: Path) -> None:
    """Keeps the runs as JSON and writes their page and plot beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{folder}/scale-{result['scale']:g}"
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    Path(f"{stem}.json").write_text(text, encoding="utf-8")
    Path(f"{stem}.md").write_text(page(result), encoding="utf-8")
    plot(result, Path(f"{stem}.svg"))
