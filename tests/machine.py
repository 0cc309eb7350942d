"""What the tests need of the machine besides Python's packages, by what it is for.

`python -m tests.machine install` installs what is missing where it may (as root, on Debian); `marks` prints which tests
can't run without the rest; `told` says in one line what to install, and ends with 1 where tests were left out.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import click
from playwright._impl._driver import compute_driver_executable  # it has no public name

from evalflow.documents import look_for_fonts
from evalflow.errors import NotReady


@dataclass(frozen=True)
class Need:
    """purpose: what can't be done without it. package: Debian's. is_there: whether it works, not only whether it lies
    somewhere. needed_by: markers of tests that are left out without it, none where these skip themselves."""

    purpose: str
    package: str
    is_there: Callable[[], bool]
    needed_by: tuple[str, ...] = ("browser",)


def fonts_are_there() -> bool:
    try:
        look_for_fonts()
    except NotReady:
        return False
    return True


def driver_starts() -> bool:
    """Playwright's driver is a Node of its own; Debian's minimal systems lack its libatomic."""
    try:
        return subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


NEEDS = (
    Need("certificates, minutes and Chinese pages", "fonts-noto-cjk", fonts_are_there, ("fonts", "browser")),
    Need("a browser", "chromium", lambda: shutil.which("chromium") is not None),
    Need("the driver of the browser", "libatomic1", driver_starts),
    Need("workbooks calculated anew", "libreoffice-calc-nogui", lambda: shutil.which("soffice") is not None, ()),
)


def missing(needs: tuple[Need, ...] = NEEDS) -> list[Need]:
    return [need for need in needs if not need.is_there()]


def install(needs: list[Need]) -> None:
    """Quietly, as root where apt-get is; what could not be installed is told later."""
    if not needs or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    packages = [need.package for need in needs]
    click.echo(f"Installing {' '.join(packages)}, for {', '.join(need.purpose for need in needs)}: a few minutes.")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        ended = subprocess.run(["apt-get", "-qq", *arguments], env=environ, capture_output=True, text=True)
        if ended.returncode:
            click.echo(f"apt-get {arguments[0]} failed: {ended.stderr.strip()}", err=True)


def told(needs: list[Need]) -> str:
    packages, purposes = " ".join(need.package for need in needs), ", ".join(need.purpose for need in needs)
    return f"Not everything was tested, for want of {purposes}. Install, as root: apt-get install {packages}"


def main(act: str) -> int:
    lacking = missing()
    if act == "install":
        install(lacking)
    elif act == "marks":
        markers = sorted({marker for need in lacking for marker in need.needed_by})
        click.echo("".join(f" and not {marker}" for marker in markers))
    elif lacking:
        click.echo(told(lacking), err=True)
        return 1 if any(need.needed_by for need in lacking) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
