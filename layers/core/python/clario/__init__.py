"""Clario Sync: what Amazon owes an FBA seller, reconciled to the unit. `docs/architecture.md` is the map."""

import gc

# A function waits for its imports, and what they make stays: to look through it for garbage after every 700 new
# objects, as Python does by default, only makes a cold start longer (`make bench-coldstart`).
gc.set_threshold(200_000, 30, 30)
