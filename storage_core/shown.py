"""How an error's message shows what a caller has given."""


def shown(value: object) -> str:
    """The repr of `value`, cut short; its type alone where it has none, as an integer of too many digits."""
    try:
        return f"{value!r:.80}"
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"
