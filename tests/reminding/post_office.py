"""A mail server of the test's own, on a port of this machine: it keeps what it takes and refuses what it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from evalflow.config import Smtp

HANGS_UP = ""


@dataclass
class PostOffice:
    """answers: {SMTP command: reply instead of the usual one}; to: the same for one mailbox, {address: answers}.

    The reply HANGS_UP ends the connection without a word; END is what is said when a letter's text is whole.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    to: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)

    @property
    def smtp(self) -> Smtp:
        return Smtp("127.0.0.1", self.port, "none", "awards@house.example")

    def bodies(self) -> list[tuple[str, str, str]]:
        """(to, subject, text) of all letters taken."""
        return [(to, str(mail["Subject"]), mail.get_content().replace("\r\n", "\n")) for to, mail in self.taken]


@contextmanager
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()

    class Clerk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            _serve(self, office)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clerk) as server:
        server.daemon_threads = True
        office.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield office
        finally:
            server.shutdown()


def _serve(clerk: socketserver.StreamRequestHandler, office: PostOffice) -> None:
    usual = {"EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", "QUIT": "221 bye"}
    to = ""

    def say(line: str) -> None:
        clerk.wfile.write(f"{line}\r\n".encode())

    office.calls += 1
    say("220 a test's post office")
    while line := clerk.rfile.readline().decode().strip():
        verb = line.split()[0].upper()
        if verb in ("MAIL", "RSET"):
            to = ""
        if verb == "RCPT":
            to = line.partition("<")[2].partition(">")[0]
        answers = {**office.answers, **office.to.get(to, {})}
        reply = answers.get(verb, usual.get(verb, "250 ok"))
        if reply == HANGS_UP:
            return
        say(reply)
        if verb == "QUIT" or reply.startswith("421"):
            return
        if verb == "DATA" and reply.startswith("354"):
            text = b"".join(iter(clerk.rfile.readline, b".\r\n")).replace(b"\r\n..", b"\r\n.")
            end = answers.get("END", "250 taken")
            if end == HANGS_UP:
                return
            if end.startswith("250"):
                office.taken.append((to, message_from_bytes(text, policy=policy.default)))
            say(end)
