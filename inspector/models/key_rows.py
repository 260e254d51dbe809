"""A row of the table of keys: an entry without its value, and how it reads in each column."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from inspector.formats import BYTES, Format, human_age, human_expiry, human_size
from inspector.models.scope_words import scope_text
from inspector.plain import visible, visible_key
from inspector.system import System
from storage_core import Entry
from storage_core.browse import Address


class Column(Enum):
    """A column; its value is the heading."""

    KEY = "Key"
    SCOPE = "Scope"
    KIND = "Kind"
    SIZE = "Size"
    UPDATED = "Updated"
    EXPIRES = "Expires"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An entry without its value, and what its value is."""

    entry: Entry
    format: Format

    @property
    def address(self) -> Address:
        return Address(self.entry.scope, self.entry.key)


def why_not(column: Column, system: System) -> str:
    """Why this system's entries have nothing for a column; empty where they have."""
    return {Column.UPDATED: system.no_times, Column.EXPIRES: system.no_expiry}.get(column, "")


def cell_text(row: KeyRow, column: Column, now: datetime, system: System) -> str:
    """What stands in the column, at this moment; empty where there is nothing to say."""
    entry = row.entry
    match column:
        case Column.KEY:
            return visible_key(entry.key)
        case Column.SCOPE:
            return scope_text(entry.scope, system)
        case Column.KIND:
            return row.format.badge.removeprefix(BYTES) if system.no_json else row.format.badge
        case Column.SIZE:
            return human_size(entry.size)
        case Column.UPDATED:
            return human_age((now - entry.updated).total_seconds())
        case Column.EXPIRES:
            if entry.expires is None:
                return ""
            return human_expiry((entry.expires - now).total_seconds())


def cell_detail(row: KeyRow, column: Column, system: System) -> str:
    """What the column says, in full."""
    entry = row.entry
    match column:
        case Column.KIND:
            return visible(row.format.label)
        case Column.SIZE:
            return f"{entry.size:,} bytes"
        case Column.UPDATED:
            revision = "" if system.no_revisions else f", revision {entry.revision:,}"
            return f"{exact_time(entry.updated)}{revision}"
        case Column.EXPIRES:
            return "never" if entry.expires is None else exact_time(entry.expires)
    return cell_text(row, column, datetime.now(UTC), system)


def exact_time(moment: datetime) -> str:
    """A moment to the second, in the time of the person."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
