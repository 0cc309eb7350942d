"""Systems of Debian as bare as they come, in which the tests do what the README tells a reader to do.

Where packages come from is taken from this machine's own settings (apt, pip, npm, its authorities), never from here.
"""

import ast
import os
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

NAMED = "python3,python3-venv,make,git,ca-certificates"  # what the README asks for
KEPT = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # of authorities, where Debian has it
SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class System:
    """root: its folder. shown: folders of this machine that it sees at the same path, for reading."""

    release: str
    root: Path
    shown: tuple[Path, ...]

    def command(
        self, *words: str, user: str, folder: str, home: str = "", read_only: bool = False, **environ: str
    ) -> list[str]:
        """The command line that runs words inside. user: a name or a number. home: "" for somebody without one.

        Everything is mounted for this one command, in a view of its own, so that nothing stays mounted after it.
        read_only: nothing can be written but below /srv.
        """
        root, mounts = str(self.root), ["set -e", 'root="$1"; shift', 'mount --rbind "$root" "$root"']
        mounts += [f'mount --rbind /{name} "$root/{name}"' for name in ("proc", "dev")]
        mounts += [f"mount --bind '{shown}' \"$root{shown}\"" for shown in self.shown]
        mounts += [f'mount -o remount,bind,ro "$root{shown}"' for shown in self.shown]
        if read_only:
            mounts += ['mount --bind "$root/srv" "$root/srv"', 'mount -o remount,bind,ro "$root"']
        names = {name: os.environ[name] for name in KEPT if name in os.environ}
        names |= {"PATH": SEARCHED, "TERM": "dumb", "LANG": "C.UTF-8", "SSL_CERT_FILE": BUNDLE, **environ}
        names |= {"HOME": home} if home else {}
        inside = ["env", "-i", *(f"{name}={value}" for name, value in names.items())]
        inside += ["sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", folder, *words]
        mounts.append(f'exec chroot --userspec="{user}" "$root" "$@"')
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", "\n".join(mounts), "sh", root, *inside]


def lacking() -> str:
    """Why no such system can be made here, "" where one can."""
    if os.geteuid() != 0:
        return "only root can make a system of Debian"
    absent = [tool for tool in ("debootstrap", "unshare", "chroot", "apt-get") if shutil.which(tool) is None]
    if absent:
        return f"a system of Debian can't be made without {', '.join(absent)}"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        return "nothing can be mounted here"
    return "" if _archive() else "apt names no archive of Debian"


def make(release: str, root: Path, registry: str) -> System:
    """A system with what the README asks for and the two users root and member. registry: npm's, "" for the usual."""
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={NAMED}", release, str(root), _archive()],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copyfile(name, f"{root}{name}")
    trusted = Path(os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or BUNDLE)
    shutil.copyfile(trusted, f"{root}{BUNDLE}")
    (root / "etc/apt/apt.conf.d/99fetching").write_text(_apt_settings())
    if registry:
        (root / "etc/npmrc").write_text(f"registry={registry}\n")
    system = System(release, root, _pip_settings(root))
    subprocess.run(["chroot", str(root), "useradd", "-m", "member"], check=True)
    return system


def _archive() -> str:
    """Where this machine gets Debian itself from, "" where it doesn't."""
    form = ["--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"]
    listed = subprocess.run(["apt-get", "indextargets", *form], capture_output=True, text=True).stdout
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    found = [line.split() for line in listed.splitlines()]
    return next((place for place, suite in found if f"VERSION_CODENAME={suite}\n" in release), "")


def _apt_settings() -> str:
    """How things are fetched here: proxies, patience."""
    dumped = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
    return "".join(line for line in dumped.splitlines(keepends=True) if "IndexTargets" not in line)


def _pip_settings(root: Path) -> tuple[Path, ...]:
    """Written for the system as pip reads them here; files they name are copied, folders shown."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    settings: dict[str, str] = {}
    for line in sorted(listed.stdout.splitlines(), key=lambda one: one.startswith(":env:")):  # the environment wins
        key, _, value = line.partition("=")
        settings[key.rpartition(".")[2]] = str(ast.literal_eval(value))
    (root / "etc/pip.conf").write_text(
        "\n".join(["[global]", *(f"{key} = {' '.join(value.split())}" for key, value in settings.items()), ""])
    )
    shown: dict[Path, None] = {}
    for word in " ".join(settings.values()).split():
        place = Path(unquote(urlsplit(word).path) if word.startswith("file:") else word)
        if not place.is_absolute() or not place.exists():
            continue
        (root / place.parent.relative_to("/")).mkdir(parents=True, exist_ok=True)
        if place.is_file():
            shutil.copyfile(place, f"{root}{place}")
            continue
        folder = place.parent if place.name == "simple" else place  # the files of an index lie beside it
        (root / folder.relative_to("/")).mkdir(exist_ok=True)
        shown[folder] = None
    return tuple(shown)
