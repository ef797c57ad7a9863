"""A running Superset, spoken to over HTTP the way its own pages do."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests
import yaml

SECONDS = 300


def read_yaml(path: Path) -> dict[str, Any]:
    """One file of the bundle."""
    return yaml.safe_load(path.read_text("utf-8"))


def charts_of(bundle: Path) -> dict[str, dict[str, Any]]:
    """The bundle's charts by the stem of their file."""
    return {path.stem: read_yaml(path) for path in sorted((bundle / "charts").glob("*.yaml"))}


class Superset:
    """A session of one account; every answer's numbers are read as Decimal, never as float."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self.session = requests.Session()
        token = self.post(
            "/api/v1/security/login",
            {"username": user, "password": password, "provider": "db"},
        )["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.headers["Referer"] = address
        self.session.headers["X-CSRFToken"] = self.get("/api/v1/security/csrf_token/")["result"]

    def get(self, path: str) -> Any:
        """The answer to a GET, which has to be a good one."""
        answer = self.session.get(self.address + path, timeout=SECONDS)
        answer.raise_for_status()
        return json.loads(answer.text, parse_float=Decimal)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer to a POST, which has to be a good one."""
        answer = self.session.post(self.address + path, json=body, timeout=SECONDS)
        if not answer.ok:
            raise requests.HTTPError(f"{path}: {answer.status_code} {answer.text[:500]}")
        return json.loads(answer.text, parse_float=Decimal)

    def chart_ids(self) -> dict[str, int]:
        """The numbers of the charts by their uuid."""
        found = self.get("/api/v1/chart/?q=(columns:!(id,uuid),page_size:100)")["result"]
        return {chart["uuid"]: chart["id"] for chart in found}

    def saved_query(self, chart_id: int) -> dict[str, Any]:
        """What a chart asks, as it was saved with it."""
        return json.loads(self.get(f"/api/v1/chart/{chart_id}")["result"]["query_context"])

    def rows(self, query: dict[str, Any], filters: dict[str, str]) -> list[dict[str, Any]]:
        """The rows that a chart gets under the dashboard's filters, before they are pivoted."""
        asked = copy.deepcopy(query)
        asked["force"] = True
        for part in asked["queries"]:
            part.pop("post_processing", None)
            part.setdefault("filters", []).extend(
                {"col": column, "op": "IN", "val": [value]} for column, value in filters.items()
            )
        return self.post("/api/v1/chart/data", asked)["result"][0]["data"]

    def sql(self, sql: str) -> requests.Response:
        """What SQL Lab answers to a statement, good or bad."""
        database = self.get("/api/v1/database/")["result"][0]["id"]
        return self.session.post(
            self.address + "/api/v1/sqllab/execute/",
            json={"database_id": database, "sql": sql, "runAsync": False, "schema": "main"},
            timeout=SECONDS,
        )
