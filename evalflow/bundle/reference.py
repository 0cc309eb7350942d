"""The evidence tables of every kind, for the handbook: the build compares them with what is written there."""

from evalflow.workflow.kind import Kinds


def reference(kinds: Kinds) -> str:
    """A Markdown table: kind, file, columns."""
    lines = [
        f"| `{kind.name}` | `{table}.csv` | {', '.join(f'`{column}`' for column in columns)} |"
        for kind in kinds.values()
        for table, columns in kind.tables.items()
    ]
    return "\n".join(["| kind | table | columns |", "|---|---|---|", *lines]) + "\n"
