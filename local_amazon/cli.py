"""The command line: `python -m local_amazon serve`, `world`, `faults` and `clock`."""

import argparse

from local_amazon.export import add_world
from local_amazon.server.remote import add_clock, add_faults
from local_amazon.server.serve import add_serve

DESCRIPTION = """A local stand-in for Amazon's Selling Partner API and Login with Amazon, over synthetic sellers whose
losses are known. For development and tests: its rates are assumptions, results on it verify logic only."""


def main(argv: list[str] | None = None) -> int:
    """Run a command; the answer is the exit status."""
    options = _parser().parse_args(argv)
    result: int = options.run(options)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_amazon", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (add_serve, add_world, add_faults, add_clock):
        add(commands)
    return parser
