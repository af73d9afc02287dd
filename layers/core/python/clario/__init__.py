"""Clario Sync: what Amazon owes an FBA seller, reconciled to the unit. `docs/architecture.md` is the map."""
