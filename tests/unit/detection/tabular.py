"""Reads a table of cases written as text: one case a line, its columns apart by blanks, remarks behind them."""


def rows(text: str, columns: int) -> list[list[str]]:
    """The first `columns` words of every line that is not empty."""
    return [line.split()[:columns] for line in text.split("\n") if line.strip()]
