"""What happened: a synthetic seller's units and money, seeded, pure, and without any knowledge of HTTP."""
