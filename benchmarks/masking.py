"""What it costs that secrets are masked, in runs that have some."""

from contenders import script
from measure import further, rounds, table

FEW, MANY = 100, 1_100
CASES = {
    "none": "without credentials",
    "basic": "basic",
    "token": "token of 1,200 characters",
    "long": "token of 100,000 characters",
    "learned": "token that is learned",
}


def masking(count: int) -> None:
    """What a job of three steps costs with and without secrets, told and not."""
    for mode, title in (("run", "Three steps without a network"), ("told", "The same, reported")):
        contenders = [
            script(f"{name}, {runs}", "masking_job.py", case, str(runs), mode)
            for case, name in CASES.items()
            for runs in (FEW, MANY)
        ]
        figures = rounds(contenders, max(3, count // 4))
        costs = {
            name: further(figures[f"{name}, {MANY}"], figures[f"{name}, {FEW}"], MANY - FEW)
            for name in CASES.values()
        }
        table(title, costs, "at most 1.3 in CPU")
