"""JupyterLab in a real browser: a server with a home of its own, and Debian's Chromium, which reaches nothing else."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

from autograder.cli import quiet_lab

CHROMIUM = shutil.which("chromium")
# Without these, Chromium tries all the time to reach services that no test needs.
QUIET = "--disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", *QUIET.split()]
SIZE = {"width": 1280, "height": 900}
SECONDS = 60  # until a thing must be on the page, on a busy machine
PICTURES = "AUTOGRADER_SCREENSHOTS"  # a folder for what the tests have seen, for a person to look at

# The one thing that nbgrader's pages for grading and feedback ask of the network, for formulas; they work without.
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"
# What is said in a browser's console whoever's course it is.
KNOWN = (
    "router:tree",  # JupyterLab may look at its own address before all of its commands are there
    "allow-scripts and allow-same-origin",  # of the frame around nbgrader's formgrader
    "net::ERR_FAILED",  # MathJax, which is kept from the page here
    "MathJax is not defined",
)

expect.set_options(timeout=1000 * SECONDS)
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: `apt install chromium`")


@contextlib.contextmanager
def jupyter_lab(folder: Path, home: Path, **variables: str) -> Iterator[str]:
    """The address of a JupyterLab in `folder`, with `{}` for the page; its user has nothing but `home`."""
    token, port = secrets.token_hex(16), free_port()
    options = {"ip": "127.0.0.1", "port": port, "port_retries": 0, "open_browser": False, "allow_root": True}
    command = [sys.executable, "-m", "jupyterlab", *(f"--ServerApp.{name}={value}" for name, value in options.items())]
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {**quiet_lab(), **dict.fromkeys(names, str(home)), "JUPYTER_TOKEN": token, **variables}
    log = home / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, log)
        yield f"http://127.0.0.1:{port}/{{}}?token={token}"
    finally:
        end(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    begun = time.monotonic()
    while server.poll() is None and time.monotonic() - begun < 2 * SECONDS:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()}")


def end(server: "subprocess.Popen[bytes]") -> None:
    """The server in its own way, and then what it may have left of its group."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Seen:
    """What a page asked for elsewhere, which it does not get, and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.elsewhere: set[str] = set()
        self.errors: list[str] = []
        page.context.route(lambda address: urlsplit(address).hostname not in (None, "", "127.0.0.1"), self.refuse)
        page.on("pageerror", lambda error: self.note(str(error)))
        page.on("console", self.console)

    def refuse(self, route: Route) -> None:
        self.elsewhere.add(route.request.url)
        route.abort()

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.note(message.text)

    def note(self, said: str) -> None:
        if not any(known in said for known in KNOWN):
            self.errors.append(said)


@contextlib.contextmanager
def new_page(browser: Browser) -> Iterator[tuple[Page, Seen]]:
    """A page, and a picture of it where a test goes wrong."""
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(1000 * SECONDS)
    try:
        yield page, Seen(page)
    except BaseException:
        picture(page, "failed")
        raise


def picture(page: Page, name: str, whole: bool = False) -> None:
    """Kept where somebody has asked for pictures; `whole` also has what only scrolling shows."""
    if folder := os.environ.get(PICTURES):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
