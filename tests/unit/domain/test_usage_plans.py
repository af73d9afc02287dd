"""Amazon's usage plans, as they are and at an Amazon that is faster or the sandbox."""

from clario.domain.usage_plans import SANDBOX_PLAN, USAGE_PLANS, scaled


def test_a_faster_amazon_lets_more_calls_through_and_keeps_one_at_least() -> None:
    faster, slower = scaled(10)["createReport"], scaled(0.01)["createReport"]
    assert (round(faster.rate, 3), faster.burst) == (0.167, 150)
    assert slower.burst == 1


def test_the_sandbox_has_one_plan_for_every_operation() -> None:
    assert set(scaled(1, sandbox=True).values()) == {SANDBOX_PLAN}
    assert scaled(1, sandbox=True).keys() == USAGE_PLANS.keys()
