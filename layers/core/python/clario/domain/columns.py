"""How a column of Amazon's flat files is known, whatever its spelling."""

import re
from functools import cache


@cache
def column_name(header: str) -> str:
    """Headers vary in case, blanks and hyphens ("Event Type", "EventType"): only letters and digits count."""
    return re.sub(r"[^\w]|_", "", header.lower())
