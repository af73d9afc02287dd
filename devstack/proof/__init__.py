"""Proves a deployed stack in about ten minutes: what no test on one machine can know. `make prove STACK=clario-dev`."""
