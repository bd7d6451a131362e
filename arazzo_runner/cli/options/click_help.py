"""``--help`` in sections: flags that belong together stand under a heading of their own."""

from __future__ import annotations

from typing import Final

import click

from arazzo_runner.cli.options.environment import EnvironmentOption

_OTHERS: Final = "Options"
_WIDEST: Final = 30


class SectionedCommand(click.Command):
    """A command whose flags are listed under their headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags section by section, with all explanations in one column."""
        sections = self._sections(ctx)
        widest = max(len(names) for rows in sections.values() for names, _ in rows)
        width = min(widest, _WIDEST)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(names.ljust(width), text) for names, text in rows])

    def _sections(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            row = param.get_help_record(ctx)
            if isinstance(param, click.Option) and row is not None:
                heading = param.heading if isinstance(param, EnvironmentOption) else ""
                sections.setdefault(heading or _OTHERS, []).append(row)
        return sections
