"""Which part of the catalogue a process keeps to.

An FNSKU's credits carry no key to the loss they settle. If every process worked on every listing, many a truth would
not be the only reading of the reports, and no detector could be held to it exactly. So in most listings one kind of
settlement prevails at a time, unusual cases have listings of their own and lie far apart in time, and what is paid as
"inbound" stays with listings that lose nothing else. That is simpler than reality: it is what makes results exact.

With the setting `mingled` every process works on every listing, as in reality. Then the truth of an FNSKU's units is
still exact, but which of its losses a credit settled is not always to be known from the reports.
"""

from local_amazon.world.stage import Stage

USUAL, ODD, OTHER, MINGLED = "usual", "odd", "other", "mingled"
_BEATS = (USUAL, USUAL, USUAL, ODD, OTHER)
_STYLES = {0: "found", 1: "paid", 2: "relabelled", 5: "turning", 6: "found", 7: "paid"}


def keeps_to(stage: Stage, listing: int, name: str) -> bool:
    """Whether a listing is of that beat.

    usual: everyday losses in the warehouse; odd: rare cases, one at a time; other: inbound, removals, disposals.
    """
    return stage.settings.mingled or _BEATS[stage.listings[listing].product % len(_BEATS)] == name


def listings(stage: Stage, name: str) -> list[int]:
    """The sold listings of a beat."""
    return [each for each in stage.sold if keeps_to(stage, each, name)]


def concentration(stage: Stage) -> int:
    """By how much more often things happen to a listing of the other beat, so that they are as frequent overall."""
    return 1 if stage.settings.mingled else len(_BEATS)


def style(stage: Stage, listing: int) -> str:
    """How a usual listing's losses get settled.

    found: by found units; paid: by reimbursements; turning: first found, later paid; relabelled: found under the ASIN's
    other FNSKU (which is confounder K09, and plain "found" without it); mingled: any of it.
    """
    if stage.settings.mingled:
        return MINGLED
    chosen = _STYLES[stage.listings[listing].product % 10]
    return "found" if chosen == "relabelled" and not stage.confounded("K09") else chosen
