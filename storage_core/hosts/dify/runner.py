"""The command that runs a Dify plugin without a Dify, and keeps its storage where it can be looked at.

    run-dify-plugin FOLDER --tool NAME --parameters '{"name": "value"}'

The plugin's answers go to standard output, a line of JSON each; what it stores, logs, prints and is refused goes to
standard error.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from storage_core.errors import StorageError
from storage_core.hosts.dify.declared import Declared, PluginError, read_declared
from storage_core.hosts.dify.local import LocalPlugin, interpreter_of
from storage_core.hosts.dify.process import ABOUT
from storage_core.sync_store import Storage

_DESCRIPTION = """\
Run a Dify plugin's own program without a Dify, with its storage in a database that State Inspector can open.
Without --tool, --endpoint, --request or --lines it says what the plugin has.
"""
_EPILOG = """\
JSON, and a body, may also be @FILE, or @- for standard input.
The answers are written to standard output, a line of JSON each; everything else to standard error.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 where the plugin cannot be run or fails, 2 where the rest is not in order."""
    parser = _parser()
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        return _run(options)
    except (
        BrokenPipeError
    ):  # nobody reads the answers any more; Python would complain of it once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except StorageError as error:
        _show(f"error: {error}")
        return 1 if isinstance(error, PluginError) else 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "run-dify-plugin",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", help="the plugin's folder, with its manifest.yaml")
    where = parser.add_argument_group("where its storage is")
    where.add_argument("--storage", metavar="PATH", help="the database; by default the default storage")
    where.add_argument(
        "--workspace", metavar="NAME", default="local", help="the workspace in it (%(default)s)"
    )
    where.add_argument(
        "--shared", action="store_true", help="in the workspace's shared values, not the plugin's own"
    )
    where.add_argument(
        "--missing",
        choices=("raise", "none"),
        default="raise",
        help="what a key that is not set gives: an error, as in Dify, or None, as is documented, for which the SDK's"
        " own get is wrapped (%(default)s)",
    )
    what = parser.add_argument_group("what to ask of it").add_mutually_exclusive_group()
    what.add_argument("--tool", metavar="NAME", help="invoke a tool")
    what.add_argument("--endpoint", metavar='"POST /PATH"', help="call an endpoint")
    what.add_argument(
        "--request", metavar="JSON", type=_object, help="any request, as Dify's daemon would send it"
    )
    what.add_argument(
        "--lines",
        action="store_true",
        help='requests from standard input, one a line, as {"tool": NAME, "parameters": {}} or {"endpoint": ROUTE, '
        '"body": TEXT}, by one and the same process',
    )
    more = parser.add_argument_group("with a tool or an endpoint")
    more.add_argument(
        "--parameters", metavar="JSON", type=_object, default={}, help="the tool's parameters ({})"
    )
    more.add_argument(
        "--credentials", metavar="JSON", type=_object, default={}, help="the tool's credentials ({})"
    )
    more.add_argument("--body", metavar="TEXT", type=_read, default=b"", help="what is sent to the endpoint")
    more.add_argument("--header", metavar="'NAME: VALUE'", action="append", type=_header, default=[])
    more.add_argument(
        "--settings", metavar="JSON", type=_object, default={}, help="the endpoint's settings ({})"
    )
    for name in ABOUT:
        flag = f"--{name.replace('_', '-')}"
        more.add_argument(flag, metavar="ID", help="what the plugin finds in its session")
    how = parser.add_argument_group("how it runs")
    how.add_argument(
        "--python", metavar="PATH", help="the plugin's interpreter; by default that of FOLDER/.venv"
    )
    how.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=300.0, help="for an answer (%(default)g)"
    )
    how.add_argument("--quiet", action="store_true", help="errors only on standard error")
    return parser


def _run(options: argparse.Namespace) -> int:
    folder = Path(options.folder)
    if options.tool is options.endpoint is options.request is None and not options.lines:
        _describe(read_declared(folder, interpreter_of(folder, options.python)))
        return 0
    with Storage(options.storage) as storage:
        plugin = LocalPlugin(
            folder,
            storage,
            workspace=options.workspace,
            shared=options.shared,
            missing=options.missing,
            python=options.python,
            timeout=options.timeout,
            show=(lambda line: None) if options.quiet else _show,
        )
        with plugin:
            failed = sum(not _ask(plugin, request) for request in _requests(options))
        if not options.quiet:
            _summarise(plugin, storage)
    return 1 if failed else 0


def _requests(options: argparse.Namespace) -> Iterator[Mapping[str, Any] | str]:
    about = {name: getattr(options, name) for name in ABOUT}
    if options.lines:
        yield from filter(str.strip, sys.stdin)
    elif options.tool is not None:
        yield {
            "tool": options.tool,
            "parameters": options.parameters,
            "credentials": options.credentials,
        } | about
    elif options.endpoint is not None:
        given = {"headers": options.header, "settings": options.settings}
        yield {"endpoint": options.endpoint, "body": options.body} | given | about
    else:
        yield {"request": options.request} | about


def _ask(plugin: LocalPlugin, asked: Mapping[str, Any] | str) -> bool:
    try:
        for answer in _answers(plugin, _parsed(asked) if isinstance(asked, str) else asked):
            print(_as_line(answer), flush=True)
    except (PluginError, argparse.ArgumentTypeError) as error:
        _show(f"error: {error}")
        return False
    return True


def _as_line(answer: Mapping[str, Any]) -> str:
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(answer)
    return line


def _answers(plugin: LocalPlugin, asked: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    about = {name: asked.get(name) for name in ABOUT}
    match asked:
        case {"tool": str(name), **more}:
            parameters, credentials = _member(more, "parameters"), _member(more, "credentials")
            return plugin.tool(name, parameters, credentials=credentials, about=about)
        case {"endpoint": str(route), **more}:
            body, settings = more.get("body") or "", _member(more, "settings")
            data = body if isinstance(body, bytes) else _as_body(body)
            headers = _headers(more.get("headers") or ())
            return [plugin.endpoint(route, body=data, headers=headers, settings=settings, about=about)]
        case {"request": dict(request)}:
            return plugin.request(request, about=about)
    raise PluginError('a request has a "tool", an "endpoint", or a "request"')


def _member(asked: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = asked.get(name) or {}
    if not isinstance(value, Mapping):
        raise PluginError(f'"{name}" of a request is a JSON object, not {json.dumps(value):.80}')
    return value


def _headers(given: Any) -> list[tuple[str, str]]:
    pairs = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, list | tuple) or not all(map(_is_pair_of_texts, pairs)):
        raise PluginError(f'"headers" of a request are names with texts, not {json.dumps(given):.80}')
    return [(name, value) for name, value in pairs]


def _is_pair_of_texts(item: Any) -> bool:
    return isinstance(item, list | tuple) and len(item) == 2 and all(isinstance(part, str) for part in item)


def _describe(declared: Declared) -> None:
    print(f"{declared.plugin_id}: may keep {declared.storage_size:,} bytes")
    for tool in declared.tools:
        given = ", ".join(
            f"{name}{'' if parameter.get('required') else '?'}: {parameter.get('type')}"
            for name, parameter in tool.parameters.items()
        )
        print(f"  --tool {tool.provider}/{tool.name}  ({given})")
    for route in declared.endpoints:
        print(f'  --endpoint "{route}"')


def _summarise(plugin: LocalPlugin, storage: Storage) -> None:
    kept = next((info for info in storage.scopes() if info.scope == plugin.store.scope), None)
    count, size = (kept.count, kept.size) if kept else (0, 0)
    _show(f"{storage.location}: {plugin.store.scope}: {count:,} keys, {size:,} bytes")
    if size > plugin.declared.storage_size > 0:
        _show(
            f"note: Dify would have refused it: its manifest lets it keep {plugin.declared.storage_size:,} bytes"
        )


def _show(line: str) -> None:
    with suppress(OSError):  # nobody reads it: no reason to stop the plugin
        sys.stderr.write(f"{line}\n")  # in one piece: several threads have something to say
        sys.stderr.flush()


def _object(text: str) -> Mapping[str, Any]:
    return _parsed(_read(text).decode(errors="replace"))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}: {text:.80}") from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f"a JSON object is needed, not {text:.80}")
    return value


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"a header is as NAME: VALUE, not {text:.80}")
    return name, value


def _read(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode()
    try:
        return sys.stdin.buffer.read() if text == "@-" else Path(text[1:]).read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text[1:]}: {error.strerror or error}") from error


def _as_body(body: Any) -> bytes:
    try:
        return body.encode() if isinstance(body, str) else json.dumps(body).encode()
    except UnicodeEncodeError as error:
        raise PluginError(f"a body that UTF-8 cannot say: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
