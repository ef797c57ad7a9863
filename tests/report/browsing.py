"""One tab of a real browser, in which tests open the site's pages as if each were the first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import ConsoleMessage, Error, Page, Request, sync_playwright

from tests.report.pages import Site
from tests.servers import program

KINDS = {
    "city": "index.html",
    "department": "departments/edu.html",
    "section": "sections/edu-info.html",
    "indicator": "indicators/022.html",
    "data": "data.html",
}
WIDTHS = {"desktop": 1440, "phone": 375}
PATIENCE = 120_000  # milliseconds: a busy machine is slow, not broken


@contextmanager
def new_tab() -> Iterator[Page]:
    """A tab of its own browser."""
    path = program("chromium", "chromium", "usr/bin/chromium", "usr/bin/chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        browser.close()


@contextmanager
def opened(tab: Page, site: Site, path: str, width: int = 1440) -> Iterator[Page]:
    """A page once its charts are drawn; ends with no error and no request but for files.

    The tab stays while pages change: a new one would start a process and compile every script
    again, which costs thrice the page. What a page keeps or a test sets is cleared before.
    """
    wrong: list[str] = []

    def spoken(said: ConsoleMessage) -> None:
        if said.type != "log":
            wrong.append(said.text)

    def broken(error: Error) -> None:
        wrong.append(str(error))

    def asked(request: Request) -> None:
        if not request.url.startswith("file://"):
            wrong.append(request.url)

    as_new(tab, width)
    listeners = (("console", spoken), ("pageerror", broken), ("request", asked))
    for event, listener in listeners:
        tab.on(event, listener)  # type: ignore[call-overload]
    try:
        tab.goto(f"file://{site.folder}/{path}")
        drawn(tab)
        yield tab
    finally:
        for event, listener in listeners:
            tab.remove_listener(event, listener)
    assert not wrong


def as_new(tab: Page, width: int) -> None:
    """The tab as a browser opens one: nothing kept, chosen, focused or pointed at."""
    if tab.url.startswith("file://"):
        tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    tab.goto("about:blank")
    tab.emulate_media(media="null", color_scheme="light")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.mouse.move(0, 0)


def until(page: Page, expression: str) -> None:
    """Waits for it to be true; Playwright's own waiting evaluates text, which the pages forbid."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def drawn(page: Page) -> None:
    until(page, "!document.querySelector('.chart') || document.documentElement.dataset.drawn")
