"""How figures are printed."""


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def row(what: str, value: str, limit: str = "") -> None:
    """A figure, and beside it the limit it is held against."""
    print(f"  {what:<44} {value:>22}   {limit}", flush=True)
