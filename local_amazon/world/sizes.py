"""What a packaged product measures, by the seller's ruler and by Amazon's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """A packaged unit: sides in thousandths of an inch, longest first; weight in thousandths of a pound."""

    longest: int
    median: int
    shortest: int
    weight: int

    @property
    def volume(self) -> int:
        """Thousandths of a cubic foot, rounded."""
        return round(self.longest * self.median * self.shortest / 1728e6)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What Amazon takes a product's size for in a marketplace from a day (days since 1970) until the next row."""

    market: int
    since: int
    size: Size
