"""Every setting: its default, what it is for, and its name in the environment (ICTSUPPORT_ + the name in capitals).

Values come from the environment, or from files of the same name in the folder
that ICTSUPPORT_SECRETS_DIR names (as systemd credentials and containers do).
DATABASE_URL, PORT and SECRET_KEY are read without the prefix as well.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="ICTSUPPORT_",
        secrets_dir=os.environ.get("ICTSUPPORT_SECRETS_DIR"),
        extra="ignore",
        populate_by_name=True,
    )

    instance: Path = Field(Path("instance"), description="Folder for the SQLite database, files and keys")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL", "ICTSUPPORT_DATABASE_URL"),
        description="Where the data is; empty means SQLite in the instance folder",
    )
    secret_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("SECRET_KEY", "ICTSUPPORT_SECRET_KEY"),
        description="Signs cookies and links; empty means one is made and kept in the instance folder",
    )
    host: str = Field("127.0.0.1", description="Address the built-in server listens on")
    port: int = Field(
        8000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("PORT", "ICTSUPPORT_PORT"),
        description="Port of the built-in server",
    )
    threads: int = Field(
        2, description="Threads of the built-in server: more of them only take turns at one processor"
    )
    base_url: str = Field("", description="How people reach the service (https://...), for links in e-mail")
    allowed_hosts: list[str] = Field(
        [], description="Host names answered to; empty means those of base_url and loopback"
    )
    trusted_proxies: int = Field(0, description="How many reverse proxies in front may set X-Forwarded-*")

    service_name: str = Field("ICT support", description="Name of the service, in the header and in e-mail")
    service_phone: str = Field("", description="Number to ring when nothing else works, shown on every page")
    service_hours: str = Field("", description="When the phone is answered, in words")
    time_zone: str = Field("Europe/London", description="Wall time of pages, e-mail and daily figures")
    reference_prefix: str = Field("ICT", description="What ticket references begin with")

    mail_delivery: Literal["smtp", "post-office"] = Field(
        "post-office", description="smtp sends; post-office keeps each message on a page for administrators"
    )
    mail_from: str = Field("ictsupport@localhost", description="Sender of mail and organiser of invitations")
    smtp_host: str = Field("localhost", description="Mail server to hand messages to")
    smtp_port: int = Field(25, description="Its port")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How the line is protected"
    )
    smtp_username: str = Field("", description="Account at the mail server; empty means none")
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password")

    mail_inbox: str = Field(
        "",
        description="Address whose mail the service reads, from a mailbox or a pipe; invitations then ask for an answer to it",
    )
    imap_host: str = Field("", description="Server of the mailbox that is read; empty means none is")
    imap_port: int = Field(993, description="Its port")
    imap_security: Literal["none", "starttls", "tls"] = Field("tls", description="How the line is protected")
    imap_username: str = Field("", description="Account of the mailbox")
    imap_password: SecretStr = Field(SecretStr(""), description="Its password")
    imap_folder: str = Field("INBOX", description="Folder that is read")
    imap_done_folder: str = Field(
        "", description="Folder that messages are moved to once they are kept; empty marks them as seen"
    )
    imap_at_once: int = Field(100, ge=1, le=1000, description="Most messages read in one run, each minute")

    mail_trusted_hop: str = Field(
        "",
        description="How your mail server signs the Authentication-Results it writes (its authserv-id); empty heeds any that says fail",
    )
    mail_megabytes: int = Field(25, ge=1, le=200, description="Largest message that is taken in")
    mail_most_an_hour: int = Field(
        20,
        ge=1,
        description="Most requests and replies that are taken by e-mail from one address within an hour",
    )
    mail_raw_kept_days: int = Field(
        90, ge=1, description="The words of incoming mail that was understood are forgotten after so long"
    )
    mail_not_understood_kept_days: int = Field(
        365, ge=1, description="Incoming mail that nobody understood is forgotten after so long"
    )

    mail_overdue_minutes: int = Field(
        30, ge=1, description="A message that waits longer than this makes the health check fail"
    )

    session_idle_hours: int = Field(12, description="A sign-in ends after so long unused")
    session_days: int = Field(30, description="A sign-in ends after so many days whatever happens")
    keep_signed_in_days: int = Field(90, description="The same where someone chose to stay signed in")
    password_memory_kib: int = Field(
        19 * 1024, ge=8, description="Memory that checking one password takes: what makes guessing dear"
    )

    upload_megabytes: int = Field(10, description="Largest file that may be attached")
    upload_files: int = Field(5, description="Most files in one message")
    file_store: str = Field(
        "", description="Where files are kept: empty for a folder in instance, or s3://bucket/prefix"
    )

    close_after_working_days: int = Field(5, description="A resolved ticket closes by itself after so long")
    stuck_after_working_days: int = Field(
        5, ge=1, le=250, description="An open ticket that nobody has touched for so long is in the view Stuck"
    )
    remind_after_working_days: list[int] = Field(
        [2, 5], description="A requester who is asked something is reminded after so many working days each"
    )
    resolve_unanswered_after_working_days: int = Field(
        10, ge=0, description="After so many, a ticket that had no answer is resolved; 0 means never"
    )
    tickets_each: int = Field(
        25,
        description="Most tickets with running clocks that an agent is given, unless a manager says otherwise",
    )
    hard_to_recruit_adverts: int = Field(
        2, description="A post advertised so often without appointment is hard to recruit to"
    )
    hard_to_recruit_days: int = Field(90, description="So is one that is open for more days than this")
    approval_remind_after_working_days: list[int] = Field(
        [2, 5], description="Whoever is to approve something is reminded after so many working days each"
    )
    approval_link_days: int = Field(
        30,
        ge=1,
        le=365,
        description="So long the links in the mail to somebody who is to approve something work",
    )
    rating_every_days: int = Field(
        14,
        ge=0,
        description="Nobody is asked how it went more often than every so many days; 0 asks each time",
    )
    rating_link_days: int = Field(
        30, ge=1, le=365, description="So long the links in the mail about a resolution work"
    )
    rating_words_kept_days: int = Field(
        365, ge=1, description="What somebody wrote beside their score is forgotten after so long"
    )
    guide_review_months: int = Field(
        6, ge=1, le=60, description="After so long the owner of a guide is asked whether it is still right"
    )
    guide_readings_kept_days: int = Field(
        120, ge=91, description="Who read which guide is forgotten after so long"
    )
    clinic_bookings_each: int = Field(3, description="Most clinic bookings to come that one person may hold")
    clinic_horizon_weeks: int = Field(
        13, ge=1, le=104, description="Dates of clinic series are made so many weeks ahead"
    )
    clinic_offer_hours: int = Field(
        4, ge=1, description="Working hours for which a place offered to somebody who waits is held for them"
    )
    clinic_call_off_minutes: int = Field(
        5,
        ge=0,
        description="Minutes for which calling off a clinic can be undone, before anybody is written to",
    )
    device_return_days: int = Field(
        14, ge=0, le=365, description="Whoever leaves brings back what was lent to them within so many days"
    )
    workers: bool = Field(True, description="Whether the built-in server also does the background work")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"There is no time zone “{name}”. Write it like Europe/London.") from error
        return name

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, address: str) -> str:
        if address and not address.startswith(
            ("postgresql://", "postgresql+psycopg://", "postgres://", "sqlite:///")
        ):
            raise ValueError("Write it like postgresql://ictsupport@db.internal/ictsupport; empty is SQLite.")
        return address

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def database_address(self) -> str:
        """The database's address in the form SQLAlchemy wants."""
        url = self.database_url or f"sqlite:///{(self.instance / 'ictsupport.db').resolve()}"
        return url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        )

    def key(self) -> str:
        """The signing key; made on first use when none was given, so that no default is ever shared."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.instance / "secret-key"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _put_down_once(path, os.urandom(32).hex())
        return path.read_text()

    def for_flask(self) -> dict[str, Any]:
        """What Flask and its extensions read from their own configuration."""
        return {
            "SECRET_KEY": self.key(),
            "SQLALCHEMY_DATABASE_URI": self.database_address(),
            "MAX_CONTENT_LENGTH": (self.upload_megabytes * self.upload_files + 1) * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "SESSION_COOKIE_NAME": "__Host-ictsupport" if self.is_https else "ictsupport",
            "SESSION_COOKIE_SECURE": self.is_https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": timedelta(days=self.keep_signed_in_days),
            "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a half-written request survives lunch
            "SETTINGS": self,
        }

    @property
    def mailbox_name(self) -> str:
        """What the mailbox that is read is called; empty where none is."""
        return f"{self.imap_username} on {self.imap_host}, {self.imap_folder}"[:200] if self.imap_host else ""

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def _put_down_once(path: Path, words: str) -> None:
    """Write the file whole, unless somebody else does so first: whoever starts at the same moment reads no half of it."""
    ours = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(ours, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(words)
        with suppress(FileExistsError):
            os.link(ours, path)
    finally:
        ours.unlink(missing_ok=True)


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.config["SETTINGS"])


def in_words(error: ValidationError) -> str:
    """What is wrong with settings, each by its name in the environment."""
    said = []
    for each in error.errors(include_url=False):
        name = str(each["loc"][0])
        named = name if name.isupper() else f"{Settings.model_config.get('env_prefix', '')}{name}".upper()
        said.append(f"{named}: {each['msg'].removeprefix('Value error, ')}")
    return "; ".join(said)


def bundled(folder: str) -> Path:
    """Where templates, static files and migrations are: inside an installed wheel, or beside the package."""
    here = Path(__file__).parent
    inside = here / "_bundle" / folder
    return inside if inside.is_dir() else here.parent / folder
