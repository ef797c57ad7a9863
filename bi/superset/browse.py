"""What the dashboard's pages ask for in a real browser, and how they look."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

WIDTH, HEIGHT = 1600, 1000
TABS = 3
TIMEOUT = 300_000
LOADING = "[data-test=loading-indicator]"


def asked_by_pages(
    address: str, password: str, browser: str, shots: Path | None
) -> tuple[dict[int, dict[str, Any]], list[str]]:
    """The queries by chart number, and the addresses of answers from any other machine."""
    from playwright.sync_api import Request, Response, sync_playwright

    queries: dict[int, dict[str, Any]] = {}
    outside: list[str] = []

    def note(request: Request) -> None:
        url = urlparse(request.url)
        if url.path == "/api/v1/chart/data" and request.method == "POST":
            named = parse_qs(url.query).get("form_data", ["{}"])[0]
            number = json.loads(named).get("slice_id")
            if number:
                queries[int(number)] = request.post_data_json

    def note_answer(response: Response) -> None:
        if not response.url.startswith((address, "data:", "blob:")):
            outside.append(response.url)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        page.set_default_timeout(TIMEOUT)
        page.on("request", note)
        page.on("response", note_answer)
        page.goto(f"{address}/login/")
        page.fill("#username", "admin")
        page.fill("#password", password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{address}/superset/dashboard/scorecard/")
        for tab in range(TABS):
            page.get_by_role("tab").nth(tab).click()
            _settle(page)
            if shots:
                shots.mkdir(parents=True, exist_ok=True)
                height = page.evaluate("() => document.documentElement.scrollHeight")
                page.set_viewport_size({"width": WIDTH, "height": max(height, HEIGHT)})
                _settle(page)
                page.screenshot(path=shots / f"tab-{tab + 1}.png")
                page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        chromium.close()
    return queries, outside


def _settle(page: Any) -> None:
    """Waits until nothing on the page is loading, and a moment for what is drawn to stand still."""
    for _ in range(2):
        page.wait_for_timeout(2000)
        page.wait_for_function(f"() => !document.querySelector('{LOADING}')", timeout=TIMEOUT)
