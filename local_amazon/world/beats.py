"""Which part of the catalogue a process keeps to.

An FNSKU's credits carry no key to the loss they settle. If every process worked on every listing, many a truth would
not be the only reading of the reports, and no detector could be held to it exactly. So in most listings one kind of
settlement prevails at a time, unusual cases have listings of their own and lie far apart in time, and what is paid as
"inbound" stays with listings that lose nothing else. That is simpler than reality: it is what makes results exact.
"""

from local_amazon.world.stage import Stage

USUAL, ODD, OTHER = "usual", "odd", "other"
_BEATS = (USUAL, USUAL, USUAL, ODD, OTHER)
_STYLES = {0: "found", 1: "paid", 2: "relabelled", 5: "turning", 6: "found", 7: "paid"}


def beat(stage: Stage, listing: int) -> str:
    """usual: everyday losses in the warehouse; odd: rare cases, one at a time; other: inbound, removals, disposals."""
    return _BEATS[stage.listings[listing].product % 5]


def listings(stage: Stage, name: str) -> list[int]:
    """The sold listings of a beat."""
    return [each for each in stage.sold if beat(stage, each) == name]


def style(stage: Stage, listing: int) -> str:
    """How a usual listing's losses get settled.

    found: by found units; paid: by reimbursements; turning: first found, later paid; relabelled: found under the ASIN's
    other FNSKU (which is confounder K09, and plain "found" without it).
    """
    chosen = _STYLES[stage.listings[listing].product % 10]
    return "found" if chosen == "relabelled" and not stage.confounded("K09") else chosen
