"""What the machine lacks is told as its cause: no temporary folder, no fonts, cookies that need HTTPS."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import request

from evalflow.app import create_app
from evalflow.config import Config

LARGE = b"x" * 2 * 1024 * 1024


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which no folder for temporary files can be written."""
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/proc/none"])
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield


def test_a_large_upload_needs_no_temporary_folder_of_the_machine(config: Config, database, nowhere: None) -> None:  # type: ignore[no-untyped-def]
    app = create_app(config, database=database)
    with app.test_request_context("/", method="POST", data={"file": (BytesIO(LARGE), "large.txt")}):
        assert request.files["file"].read() == LARGE
    assert Path(tempfile.gettempdir()) == config.instance


def test_a_form_over_plain_http_says_that_cookies_need_https(config: Config, database) -> None:  # type: ignore[no-untyped-def]
    app = create_app(replace(config, secure_cookies=True), database=database)
    client = app.test_client()
    plain = client.post("/sign-in", data={"login": "a"}, headers={"Accept-Language": "en"})
    assert (plain.status_code, "只经 HTTPS 传输" in plain.get_data(as_text=True)) == (400, True)
    safe = client.post("/sign-in", data={"login": "a"}, base_url="https://localhost")
    assert (safe.status_code, "HTTPS" in safe.get_data(as_text=True)) == (400, False)


SHOWN = """
import sys
from evalflow import documents
from evalflow.access import Permission
from evalflow.app import from_environment
from evalflow.web.guard import guarded
app = from_environment()
paper = guarded(Permission.SEE_PUBLIC)(lambda: documents.render("notice", {"dated": "2026-07-01"}))
app.add_url_rule("/paper", "paper", paper)
answer = app.test_client().get("/paper")
print(answer.status_code, "apt-get install fonts-noto-cjk" in answer.get_data(as_text=True))
"""


def test_without_fonts_a_document_is_a_sentence_with_what_to_install_and_the_doctor_says_it_too(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    environ = {"PATH": "/usr/bin:/bin", "EVALFLOW_INSTANCE": str(tmp_path / "var"), "FONTCONFIG_FILE": str(fonts)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *arguments], env=environ, capture_output=True, text=True)

    assert run("-m", "evalflow", "db", "upgrade").returncode == 0
    shown = run("-c", SHOWN)
    assert shown.stdout == "503 True\n", shown.stderr
    told = run("-m", "evalflow", "doctor").stderr
    assert "advice: Documents can't be printed: this server lacks the fonts Noto Serif CJK SC, " in told
