"""One headless Chromium for many pages, driven over a pair of pipes (the DevTools protocol).

Nothing is loaded over a network: the browser's proxy is a closed port. Pages are handed in as text,
or served by a test on ``http://127.0.0.1`` with their pictures.
"""

import json
import os
import select
import subprocess
import time
from base64 import b64decode
from contextlib import suppress
from fcntl import F_DUPFD, fcntl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.parts import chromium

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
    *("--proxy-server=127.0.0.1:9", "--remote-debugging-pipe", "about:blank"),
)

#: longer than a page takes on a machine with much else to do, shorter than a test may last
SECONDS = 60.0


class Browser:
    """A browser with one tab. ``with Browser(folder) as browser: …``; ``folder`` is its profile."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder
        self._number = 0
        self._buffer = b""
        self._session = ""
        self._runs = True

    def __enter__(self) -> Self:
        low_in, self._out = os.pipe()
        self._in, low_out = os.pipe()
        # the browser reads commands from descriptor 3 and answers on 4: ours must be neither
        theirs_in, theirs_out = (fcntl(one, F_DUPFD, 10) for one in (low_in, low_out))
        os.close(low_in)
        os.close(low_out)
        shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        command = ["bash", "-c", shell, "bash", str(chromium()), f"--user-data-dir={self._profile}"]
        self._process = subprocess.Popen(
            [*command, *FLAGS],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        (tab,) = (
            one for one in self._ask("Target.getTargets")["targetInfos"] if one["type"] == "page"
        )
        asked = {"targetId": tab["targetId"], "flatten": True}
        self._session = self._ask("Target.attachToTarget", **asked)["sessionId"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._in)
        os.close(self._out)

    def show(self, html: str, *, width: int = 800, dark: bool = False) -> None:
        """Show a page, laid out at ``width``, under one of the two colour schemes."""
        self.visit("about:blank", width=width, dark=dark)
        frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._ask("Page.setDocumentContent", frameId=frame, html=html)
        self._loaded()

    def visit(self, url: str, *, width: int = 800, dark: bool = False) -> None:
        """Go to a page that a test serves: it may load pictures, unlike one handed in."""
        self._lay_out(width, 900)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        told = self._ask("Page.navigate", url=url)
        assert "errorText" not in told, told["errorText"]
        self._loaded()

    def open(self, url: str, *, seconds: float) -> None:
        """Go to a page and let its scripts run for so long, whether or not all of it loads."""
        told = self._ask("Page.navigate", url=url)
        assert "errorText" not in told, told["errorText"]
        time.sleep(seconds)

    def scripts(self, *, run: bool) -> None:
        """Whether pages may run scripts of their own, from the next one on."""
        self._ask("Emulation.setScriptExecutionDisabled", value=not run)
        self._runs = run

    def zone(self, name: str) -> None:
        """Have the machine stand in this IANA time zone."""
        self._ask("Emulation.setTimezoneOverride", timezoneId=name)

    def press(self, key: str) -> None:
        """Press ``Tab``, ``Enter`` or `` `` on the keyboard."""
        code = {"Tab": 9, "Enter": 13, " ": 32}[key]
        text = {"Enter": "\r", " ": " "}.get(key, "")
        told: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code}
        kind = "keyDown" if text else "rawKeyDown"
        self._ask("Input.dispatchKeyEvent", type=kind, text=text, **told)
        self._ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def _loaded(self) -> None:
        # Asked again and again, not awaited: what is asked of a document that is going may never
        # be answered.
        state = "silent"
        until = time.monotonic() + SECONDS
        while state != "complete":
            assert time.monotonic() < until, f"the page is {state} after {SECONDS} seconds"
            with suppress(TimeoutError):
                state = self.evaluate("document.readyState", seconds=5)
            time.sleep(0.01)

    def evaluate(self, script: str, *, seconds: float = SECONDS) -> Any:
        """What a script in the page, or its promise, comes to. Raises TimeoutError."""
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        told = self._ask("Runtime.evaluate", seconds, **asked)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def picture(self, file: Path) -> None:
        """Take a picture of the whole page, as PNG."""
        size = self.evaluate("[innerWidth, document.documentElement.scrollHeight]")
        # grown to the page, not clipped out of it: a clip is misplaced in pages right to left
        self._lay_out(*size)
        told = self._ask("Page.captureScreenshot")
        file.write_bytes(b64decode(told["data"]))

    def _lay_out(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **size)

    def _ask(self, method: str, seconds: float = SECONDS, **values: Any) -> Any:
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": values}
        if self._session:
            asked["sessionId"] = self._session
        left = json.dumps(asked).encode() + b"\0"
        while left:
            left = left[os.write(self._out, left) :]
        until = time.monotonic() + seconds
        while True:
            told = json.loads(self._message(method, until))
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return told["result"]

    def _message(self, method: str, until: float) -> bytes:
        while b"\0" not in self._buffer:
            ready = select.select([self._in], [], [], max(0.0, until - time.monotonic()))[0]
            if not ready:
                raise TimeoutError(f"the browser has not answered {method} in time")
            read = os.read(self._in, 1 << 16)
            assert read, "the browser went away"
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        return message

    def person(self) -> str:
        """Open a tab for somebody else, who shares no cookie with the others; for ``turn_to``."""
        before, self._session = self._session, ""
        context = self._ask("Target.createBrowserContext")["browserContextId"]
        made = self._ask("Target.createTarget", url="about:blank", browserContextId=context)
        asked = {"targetId": made["targetId"], "flatten": True}
        tab: str = self._ask("Target.attachToTarget", **asked)["sessionId"]
        self._session = before
        return tab

    def turn_to(self, tab: str) -> None:
        """Work in this person's tab from here on."""
        self._session = tab
        # One tab at a time has the focus, and only there keys and looks arrive.
        self._ask("Page.bringToFront")

    def hit(self, key: str, *, shift: bool = False) -> None:
        """Hit a letter, or a key by its name such as ``ArrowUp``, where the focus is."""
        code = {"ArrowUp": 38, "ArrowDown": 40, "Enter": 13}.get(key, ord(key[0].upper()))
        told: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 * shift}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        kind = "keyDown" if text else "rawKeyDown"
        self._ask("Input.dispatchKeyEvent", type=kind, text=text, **told)
        self._ask("Input.dispatchKeyEvent", type="keyUp", **told)

    def type(self, text: str) -> None:
        """Type in place of what the field in focus holds."""
        self.evaluate("document.activeElement.select()")
        self._ask("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Move the mouse onto the middle of what a selector finds first, and click."""
        at = self._middle(selector)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self._mouse(kind, at)

    def drag(self, selector: str, onto: str) -> None:
        """Press on one thing, move the mouse onto another, and let go: the browser makes a drag."""
        self._middle(onto)
        start, end = (self._middle(one, scroll=False) for one in (selector, onto))
        self._mouse("mouseMoved", start)
        self._mouse("mousePressed", start)
        for step in range(1, 6):
            there = [start[n] + (end[n] - start[n]) * step / 5 for n in (0, 1)]
            self._mouse("mouseMoved", there, held=True)
        self._mouse("mouseMoved", end, held=True)
        self._mouse("mouseReleased", end)

    def heard(self) -> list[str]:
        """What live regions tell a screen reader, by the accessibility tree of the browser."""
        nodes = {one["nodeId"]: one for one in self._ask("Accessibility.getFullAXTree")["nodes"]}
        told = []
        for one in nodes.values():
            marks = {mark["name"]: mark["value"].get("value") for mark in one.get("properties", ())}
            if marks.get("live") in {"polite", "assertive"} and not one["ignored"]:
                texts = [nodes[key] for key in one.get("childIds", ()) if key in nodes]
                told.append("".join(text.get("name", {}).get("value", "") for text in texts))
        return [one for one in told if one]

    def _middle(self, selector: str, *, scroll: bool = True) -> list[float]:
        """Where on the screen it is, scrolled to where it can be seen. Nothing may lie over it."""
        found = self.evaluate(
            f"""(() => {{
              const one = document.querySelector({json.dumps(selector)});
              if (!one) return "is not there";
              const there = {{ block: "center", behavior: "instant" }};
              if ({json.dumps(scroll)}) one.scrollIntoView(there);
              const box = one.getBoundingClientRect();
              const at = [box.x + box.width / 2, box.y + box.height / 2];
              const top = document.elementFromPoint(...at);
              return one.contains(top) ? at : `is under ${{top && top.outerHTML.slice(0, 80)}}`;
            }})()"""
        )
        assert isinstance(found, list), f"{selector} {found}"
        return found

    def _mouse(self, kind: str, at: list[float], *, held: bool = False) -> None:
        down = held or kind == "mousePressed"
        told: dict[str, Any] = {"x": at[0], "y": at[1], "buttons": 1 if down else 0}
        if down or kind == "mouseReleased":
            told |= {"button": "left", "clickCount": 1}
        self._ask("Input.dispatchMouseEvent", type=kind, **told)
