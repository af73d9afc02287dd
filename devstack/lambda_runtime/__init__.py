"""Functions as Lambda runs them, without Lambda: the real runtime client against a Runtime API of ours."""

from devstack.lambda_runtime.api import Kind, Outcome
from devstack.lambda_runtime.aws import StandIn
from devstack.lambda_runtime.function import FunctionProcess, function_environment

__all__ = ["FunctionProcess", "Kind", "Outcome", "StandIn", "function_environment"]
