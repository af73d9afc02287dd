"""The one-machine runtime: embedded Postgres, workflow engine, queues, clock. Never deployed."""
