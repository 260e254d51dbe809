"""How the inspector and the process that checks talk: a line of JSON, and the bytes that it announces."""

import json
from collections.abc import Iterable
from typing import IO

from inspector.schema.verdict import Issue, Verdict

Questions = Iterable[tuple[str, str]]


def send_request(stream: IO[bytes], schema: bytes, data: bytes, questions: Questions) -> None:
    """Raises OSError where nobody is there any more."""
    head = {"schema": len(schema), "data": len(data), "questions": list(questions)}
    stream.write(json.dumps(head).encode() + b"\n" + schema + data)
    stream.flush()


def receive_request(stream: IO[bytes]) -> tuple[bytes, bytes, list[tuple[str, str]]] | None:
    """None where no more will come."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    head = json.loads(line)
    schema, data = stream.read(head["schema"]), stream.read(head["data"])
    return schema, data, [(pattern, name) for pattern, name in head["questions"]]


def send_verdict(stream: IO[bytes], verdict: Verdict) -> None:
    said = {
        "count": verdict.count,
        "issues": [(issue.steps, issue.word, issue.sentence, issue.missing) for issue in verdict.issues],
        "answers": verdict.answers,
        "refusal": verdict.refusal,
        "broken": verdict.is_broken,
    }
    stream.write(json.dumps(said).encode() + b"\n")
    stream.flush()


def receive_verdict(stream: IO[bytes]) -> Verdict | None:
    """None where the other side has ended."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    said = json.loads(line)
    issues = tuple(
        Issue(tuple(steps), word, sentence, tuple(missing))
        for steps, word, sentence, missing in said["issues"]
    )
    answers = tuple((pattern, name, meant) for pattern, name, meant in said["answers"])
    return Verdict(said["count"], issues, answers, said["refusal"], said["broken"])
