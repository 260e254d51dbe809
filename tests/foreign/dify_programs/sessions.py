"""sessions.py LOCATION: sessions of Dify's SDK with stores attached and patched in; says what each gives."""

import sys

from dify_plugin.core.runtime import Session
from dify_plugin.invocations.storage import StorageInvocation

from storage_core import Storage
from storage_core.hosts.dify import attach, patch

BEFORE = {name: value for name, value in vars(StorageInvocation).items() if not name.startswith("__")}


def new_session(app_id: str | None = None) -> Session:
    session = Session.empty_session()
    session.app_id = app_id
    return session


def got(session: Session) -> str:
    try:
        return session.storage.get("k").decode()
    except Exception as error:  # noqa: BLE001 - the SDK has no finer one
        return f"{type(error).__name__}: {error}"


with Storage(sys.argv[1]) as storage:
    stores = {name: storage.workspace(name) for name in ("one", "two", "three")}
    for name, store in stores.items():
        store.set("k", name.encode())

    early, attached = new_session(), new_session()
    print("attach:", attach(attached, stores["one"]) is attached.storage, got(attached))
    print("alone:", got(early))

    changed = patch(stores["two"])
    print("patch:", got(early), got(new_session()), got(attached))
    print(
        "class:",
        isinstance(early.storage, StorageInvocation),
        early.storage.exists("k"),
        early.storage.exist("q"),
    )
    early.storage.set(key="named", val=b"1")
    print("named:", stores["two"].get("named"))
    with patch(lambda session: stores[session.app_id or "one"]):
        print("chosen:", got(new_session("three")), got(new_session("two")), got(early))
    print("within:", got(early))
    changed.undo()
    changed.undo()
    print("undone:", got(early), vars(StorageInvocation).get("exists"))
    print("as it was:", {name: vars(StorageInvocation)[name] for name in BEFORE} == BEFORE)
