"""A Dovecot for the tests: a mail server of its own in a temporary folder, as root or not, on free ports of this machine."""

import getpass
import grp
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
MISSING = "There is no Dovecot here. On Debian: apt-get install dovecot-imapd"
USER, PASSWORD = "helpdesk@northbrook.example", 'pass wörd"\\'

AS_ANYBODY = """
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
"""
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
namespace inbox {{
  inbox = yes
  mailbox Kept {{
    auto = create
  }}
}}
service imap {{
  service_count = 100
  process_min_avail = 1
}}
service imap-login {{
  service_count = 0
  process_min_avail = 1
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Dovecot:
    """A mail server with one mailbox. `port` speaks in the open and STARTTLS, `tls_port` TLS; `certificate` is its own."""

    def __init__(self) -> None:
        assert PROGRAM is not None, MISSING
        self.folder = Path(tempfile.mkdtemp(prefix="ictsupport-imap-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate = self.folder / "cert.pem"
        self._make_certificate()
        uid, gid = (os.getuid(), os.getgid()) if os.getuid() else (65534, 65534)
        (self.folder / "mail").mkdir()
        (self.folder / "users").write_text(f"{USER}:{{plain}}{PASSWORD}::::::\n")
        if not os.getuid():
            os.chown(self.folder, uid, gid)
            os.chown(self.folder / "mail", uid, gid)
        who = {"user": getpass.getuser(), "group": grp.getgrgid(os.getgid()).gr_name}
        written = CONFIGURATION.format(
            folder=self.folder, uid=uid, gid=gid, port=self.port, tls_port=self.tls_port
        )
        settings = self.folder / "dovecot.conf"
        settings.write_text(written + (AS_ANYBODY.format(**who) if os.getuid() else ""))
        self.process = subprocess.Popen(
            [PROGRAM, "-F", "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        self._await()

    def _make_certificate(self) -> None:
        asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        subprocess.run(
            ["openssl", *asked.split(), "-keyout", self.folder / "key.pem", "-out", self.certificate],
            check=True,
            capture_output=True,
        )

    def _await(self) -> None:
        for _ in range(200):
            try:
                self.client().logout()
                return
            except (OSError, imaplib.IMAP4.error):
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        log = self.folder / "log"
        raise RuntimeError("Dovecot did not start: " + (log.read_text() if log.exists() else ""))

    def client(self) -> imaplib.IMAP4:
        """Somebody else who looks into the mailbox."""
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        server.authenticate("PLAIN", lambda _said: f"\0{USER}\0{PASSWORD}".encode())
        return server

    def empty(self) -> None:
        with self.client() as server:
            for folder in ("INBOX", "Kept"):
                server.select(folder)
                server.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
                server.expunge()

    def bring(self, *messages: bytes) -> None:
        """Messages arrive."""
        with self.client() as server:
            for raw in messages:
                status, said = server.append("INBOX", "", "", raw)
                assert status == "OK", said

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The flags of each message in the folder."""
        with self.client() as server:
            server.select(folder, readonly=True)
            told = server.uid("FETCH", "1:*", "(FLAGS)")[1]
            return [
                {flag.decode() for flag in imaplib.ParseFlags(line)} - {"\\Recent"} for line in told if line
            ]

    def unmark(self, flag: str) -> None:
        with self.client() as server:
            server.select("INBOX")
            server.uid("STORE", "1:*", "-FLAGS.SILENT", f"({flag})")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        if self.process.stderr:
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)
