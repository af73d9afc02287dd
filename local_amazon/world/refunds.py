"""Refunds on their way to the seller's account: collected by everything that refunds, posted all at once by `money`."""

from dataclasses import dataclass, field

import numpy as np

from local_amazon.world.store import Numbers

WHOLE = 1000
COLUMNS = ("line", "time", "units", "share", "shipping", "extra", "credit", "number")


@dataclass(slots=True)
class Refunds:
    """Columns: the order line's place, when, units, thousandths of the price given back, thousandths of the postage
    given back, cents beyond the price, thousandths of the referral fee given back, and the event's number."""

    alone: list[tuple[int, ...]] = field(default_factory=list)
    blocks: list[Numbers] = field(default_factory=list)

    def one(
        self,
        line: int,
        time: int,
        units: int,
        number: int,
        *,
        share: int = WHOLE,
        shipping: int = 0,
        extra: int = 0,
        credit: int = WHOLE,
    ) -> None:
        self.alone.append((line, time, units, share, shipping, extra, credit, number))

    def many(self, line: Numbers, time: Numbers, units: Numbers, number: Numbers) -> None:
        """Whole refunds of those units."""
        same = np.ones(len(line), np.int64)
        self.blocks.append(np.stack([line, time, units, same * WHOLE, same * 0, same * 0, same * WHOLE, number]))

    def columns(self) -> dict[str, Numbers]:
        """Everything collected, by time."""
        alone = np.array(self.alone, np.int64).reshape(len(self.alone), len(COLUMNS)).T
        table = np.concatenate([alone, *self.blocks], axis=1)
        table = table[:, np.lexsort((table[-1], table[1]))]
        return dict(zip(COLUMNS, table, strict=True))
