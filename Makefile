# make run    sets up, writes the demo city, does one night, says where the results are
# make test   sets up, runs the suite
.PHONY: run test setup lint format ui bench bench-nights bench-quick clean

PYTHON ?= $(shell command -v python3.11 || command -v python3)
SCORECARD = .venv/bin/scorecard

run: setup
	$(SCORECARD) demo
	$(SCORECARD) nightly --as-of 2020-03-31

test: setup
	.venv/bin/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv/bin/uv sync --quiet --locked
	touch $@

lint: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/sqlfluff lint --processes 2 --disable-progress-bar sql

format: setup
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	.venv/bin/sqlfluff fix --processes 2 --disable-progress-bar sql

ui: setup
	$(SCORECARD) ui

bench: setup .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks --scale 0.1 --keep
	.venv-bench/bin/python -m benchmarks --scale 1 --only product floor polars_peer pandas_peer --no-night --keep

bench-nights: setup .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks.nights

bench-quick: setup .venv-bench/.ready
	.venv-bench/bin/python -m benchmarks --scale 0.01 --no-night

.venv-bench/.ready: benchmarks/peers/pyproject.toml benchmarks/peers/uv.lock
	UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-bench .venv/bin/uv sync --quiet --locked --project benchmarks/peers
	touch $@

clean:
	rm -rf .venv .venv-bench .venv-superset var
