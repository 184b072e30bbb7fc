"""The rows of tools/bench: each module measures the rows it names in ROWS, by `measure(bench)`."""

MODULES = (
    "box_decision",
    "box_load",
    "claim",
    "decide",
    "online_redemption",
    "write_back",
    "window_order",
    "pos_start",
    "hot_slot",
    "books",
    "statements",
    "long_lists",
)
