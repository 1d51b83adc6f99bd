"""Postfix on loopback: its test server, and the whole of it as a relay with TLS and a password."""

import grp
import os
import pwd
import socket
import socketserver
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.parts import smtp_sink

LOGIN = ("desk", "open sesame")


@dataclass(slots=True)
class Sink:
    """A running smtp-sink; ``counted`` once it has ended."""

    port: int
    counted: bytes = b""


@contextmanager
def sink(folder: Path, *switches: str) -> Iterator[Sink]:
    """Postfix's test server, with its ``switches`` for faults."""
    program = smtp_sink()
    assert program is not None
    port = _free_port()
    # A super-user's sink must be told whom to become.
    become = ["-u", "nobody"] if os.geteuid() == 0 else []
    with (
        # What it counts goes into a file: a pipe would be full one day.
        (folder / "counted").open("wb") as counted,
        subprocess.Popen(
            [program, *become, "-c", *switches, f"127.0.0.1:{port}", "50"],
            stdout=counted,
            stderr=subprocess.STDOUT,
            cwd=folder,
        ) as process,
    ):
        made = Sink(port)
        try:
            _wait_for(port, lambda: process.poll() is None)
            yield made
        finally:
            process.terminate()
            process.wait(10)
            made.counted = (folder / "counted").read_bytes()


@dataclass(frozen=True, slots=True)
class Relay:
    """A running Postfix that asks for TLS and ``LOGIN``, and keeps what it gets in a maildir."""

    port: int
    maildir: Path
    log: Path

    def delivered(self, many: int, seconds: float = 20) -> list[bytes]:
        """The mails once there are so many, or what there is by then."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            files = list(self.maildir.glob("*"))
            if len(files) >= many:
                break
            time.sleep(0.05)
        return [file.read_bytes() for file in self.maildir.glob("*")]


@contextmanager
def relay(folder: Path, certificate: Path, **settings: str) -> Iterator[Relay]:
    """Postfix with folders of its own; the system's is not touched. Needs a super-user.

    ``settings`` go into main.cf, before those that stand there.
    """
    etc, mail, port = folder / "etc", folder / "mail", _free_port()
    _make_folders(folder)
    for above in (folder, *folder.parents):
        # Its processes give up their rights and must still get through.
        if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
    daemons = _told("daemon_directory")
    with _passwords() as passwords:
        places = {"folder": folder, "certificate": certificate, "passwords": passwords}
        main = _MAIN.format(daemons=daemons, **places).splitlines()
        kept = [row for row in main if row.partition(" ")[0] not in settings]
        told = [f"{name} = {value}" for name, value in settings.items()]
        (etc / "main.cf").write_text("\n".join([*kept, *told, ""]))
        (etc / "master.cf").write_text(_MASTER.format(port=port))
        with subprocess.Popen([f"{daemons}/master", "-c", etc, "-d"]) as master:
            try:
                _wait_for(port, lambda: master.poll() is None)
                yield Relay(port, mail / "all" / "new", folder / "log")
            finally:
                master.terminate()
                master.wait(10)


def _make_folders(folder: Path) -> None:
    postfix, postdrop = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
    for name in ("etc", "spool", "spool/pid", "data", "mail"):
        (folder / name).mkdir(parents=True)
    for name in _QUEUES:
        (folder / "spool" / name).mkdir(0o700)
        os.chown(folder / "spool" / name, postfix, -1)
    for name, mode in (("maildrop", 0o730), ("public", 0o710)):
        (folder / "spool" / name).mkdir()
        os.chown(folder / "spool" / name, postfix, postdrop)
        (folder / "spool" / name).chmod(mode)
    os.chown(folder / "data", postfix, -1)
    os.chown(folder / "mail", 65534, 65534)


def _told(setting: str) -> str:
    """A setting as this Postfix was built."""
    command = ["/usr/sbin/postconf", "-d", "-h", setting]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


_QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("private", "saved", "trace"),
)

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example.org
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = example.com
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
smtpd_tls_cert_file = {certificate}/cert.pem
smtpd_tls_key_file = {certificate}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{passwords}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""


class _Passwords(socketserver.StreamRequestHandler):
    """Says whether a password is right, in the protocol that Postfix speaks with Dovecot."""

    def handle(self) -> None:
        self.wfile.write(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nDONE\n")
        right = "\0".join(("", *LOGIN)).encode()
        for line in self.rfile:
            word, *fields = line.rstrip().split(b"\t")
            if word == b"AUTH":
                told = fields[-1].removeprefix(b"resp=")
                said = b"OK\t%s\tuser=desk\n" if b64decode(told) == right else b"FAIL\t%s\n"
                self.wfile.write(said % fields[0])


@contextmanager
def _passwords() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Passwords) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, lives: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and lives():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")
