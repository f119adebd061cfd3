"""The session, the base of every model, and moments in UTC."""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, declared_attr, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "never" in a column that is sorted on and so must not be empty."""


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. What goes in must carry a time zone; what comes out is UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


class Model(DeclarativeBase):
    """The base of every table; a class gives its table its own name in snake_case."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={dict[str, Any]: Json, list[Any]: Json, datetime: UTCDateTime()},
    )

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {sa.inspect(self).identity or 'new'}>"


M = TypeVar("M", bound=Model)

db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"expire_on_commit": False})


def words(enum: type[Any], length: int = 30) -> sa.Enum:
    """A column type that stores an enum by its value, as plain text on both databases."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


def table_of(model: type[Model]) -> sa.Table:
    """The table itself, for statements that need no rows made of it."""
    return cast(sa.Table, model.__table__)


def identity(row: Model) -> int:
    """The id of a row that has been stored."""
    (key,) = sa.inspect(row).identity or (None,)
    if key is None:
        raise ValueError(f"{type(row).__name__} has not been stored yet")
    return int(key)


def dialect_name() -> str:
    return db.session.get_bind().dialect.name
