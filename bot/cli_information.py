"""beredskapsbot information: the page for families about what is done with what they write (docs/information.md)."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from bot.cli_exports import CannotExport
from bot.cli_files import check_file, explained, writing
from bot.clock import SystemClock
from bot.domain.calendar import local
from bot.domain.ids import NamndId
from bot.domain.information import Kept, information_of
from bot.domain.retention import DataKind
from bot.domain.rules import Rules
from bot.information_page import as_html, as_markdown, languages, page_of
from bot.settings import Settings
from bot.texts import DEFAULT_LANGUAGE, listed
from bot.texts import information_words as words

HTML, MARKDOWN = ".html", ".md"
READ_BEFOREHAND: Final = frozenset({"ar", "so"})  # nobody who speaks the language has read it for us


def register(cli: click.Group, settings: Callable[[], Settings]) -> None:
    """Add the command to `cli`; `settings` gives the checked settings, or says what is wrong and stops."""

    @cli.command(
        "information",
        help="Skriv informationen till familjer om deras personuppgifter (GDPR artikel 13).\n\nSe docs/information.md.",
    )
    @click.option("--namnd", metavar="NÄMND", help="Nyckeln ur beredskap.toml. Behövs när det finns flera.")
    @click.option("--language", default=DEFAULT_LANGUAGE, show_default=True, metavar="SPRÅK")
    @click.option(
        "--out", type=click.Path(path_type=Path), metavar="FIL", help=".html eller .md; annars skrivs den på skärmen."
    )
    @click.option("--overwrite", is_flag=True, help="Ersätt filen om den finns.")
    @click.pass_context
    def command(
        click_context: click.Context, namnd: str | None, language: str, out: Path | None, overwrite: bool
    ) -> None:
        with explained(click_context):
            if out is not None:
                check_file(out, HTML, MARKDOWN, overwrite=overwrite)
            chosen = settings()
            known = languages(chosen.texts)
            if language not in known:
                raise CannotExport(words.NO_LANGUAGE.format(known=listed(list(known))))
            key = asked_namnd(chosen.rules, namnd)
            today = local(SystemClock().now()).date()
            facts = information_of(chosen.rules, key, today, kept_in(chosen.rules, key))
            if not facts.dpo_contact:
                raise CannotExport(words.NO_DPO.format(namnd=key))
            page = page_of(facts, chosen.texts, language)
            if language in READ_BEFOREHAND:
                click.echo(words.READ_FIRST.format(language=chosen.texts.language_name(language)), err=True)
            if out is None:
                click.echo(as_markdown(page), nl=False)
                return
            with writing(out), out.open("w" if overwrite else "x", encoding="utf-8") as file:
                file.write(as_html(page) if out.suffix.casefold() == HTML else as_markdown(page))
            click.echo(words.DONE.format(path=out))


def asked_namnd(rules: Rules, given: str | None) -> NamndId:
    """Return the nämnd that was asked for, or the only one; raises CannotExport."""
    key = NamndId(given.strip()) if given is not None else None
    if key is None and len(rules.namnder) == 1:
        return next(iter(rules.namnder))
    if key is None or key not in rules.namnder:
        raise CannotExport(words.WHICH_NAMND.format(known=listed(sorted(rules.namnder))))
    return key


def kept_in(rules: Rules, namnd: NamndId) -> Kept | None:
    """Return how long what was written is kept, where that is decided; None: as the nämnd has decided elsewhere."""
    decision = rules.retention.decision(DataKind.CONVERSATIONS, namnd)
    return Kept(rules.retention.of[DataKind.CONVERSATIONS].kept_for.days, decision) if decision else None
