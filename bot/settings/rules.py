"""The file as the domain works with it."""

from datetime import timedelta

from bot.domain.ids import NamndId
from bot.domain.rules import HelpNumber, NamndRules, OurNumber, Rules
from bot.settings.file import FileConfig
from bot.settings.hours import parse_time, parse_week


def rules_of(file: FileConfig) -> Rules:
    """Turn the file into what the domain works with."""
    namnder = {}
    for key, namnd in file.namnd.items():
        lenders = {other for other, config in file.namnd.items() if key in config.answers_for}
        namnder[NamndId(key)] = NamndRules(
            id=NamndId(key),
            name=namnd.name,
            short_name=namnd.short_name,
            team_channel=namnd.team_channel,
            office_hours=parse_week(namnd.office_hours),
            beredskap_hours=parse_week(namnd.beredskap_hours),
            answered_by=frozenset(NamndId(n) for n in {key, *lenders}),
            chat_content=namnd.chat_content,
            office_phone=namnd.office_phone,
            myndighet_channel=namnd.myndighet_channel,
            summary_at=parse_time(namnd.summary_at),
            clocks=namnd.clocks.rules(),
            wants_backup=namnd.wants_backup,
            place=namnd.place.strip(),
            report_channel=namnd.report_channel.strip(),
            controller=namnd.controller.strip(),
            dpo_contact=namnd.dpo_contact.strip(),
        )
    return Rules(
        namnder=namnder,
        numbers={
            n.number: OurNumber(n.number, n.label, n.world, tuple(NamndId(key) for key in n.namnder))
            for n in file.number
        },
        help_numbers=tuple(HelpNumber(h.key, h.name, h.number, h.verified_on, h.verified_by) for h in file.help_number),
        closed_days=frozenset(file.closed_days.values()),
        untaken_after=timedelta(minutes=file.wait.untaken_minutes),
        ping_again_after=timedelta(minutes=file.wait.ping_again_minutes),
        reopen_within=timedelta(days=file.wait.reopen_days),
        sms_validity=timedelta(minutes=file.wait.sms_validity_minutes),
        uncertain_look_after=timedelta(seconds=file.wait.uncertain_look_seconds),
        reserve_after=timedelta(minutes=file.wait.reserve_minutes),
        escalation=file.escalation.rules(),
        alert_channel=file.alerts.channel,
        answers_in_stop=file.incident.answer,
        valid_until=tuple(sorted(file.valid_until.items())),
        is_trial=file.trial.on,
        trial_numbers=frozenset(file.trial.numbers),
        case_import=None if file.case_import is None else file.case_import.rules(),
        rest=file.rest.rules(),
        ready=file.ready.rules(),
        swap=file.swap.rules(),
        rota=file.rota.rules(parse_week(file.rest.ordinary_hours)),
        edge=file.edge.rules(),
        audit=file.audit.rules(),
        consent=file.consent.rules(),
        information_url=file.information.url,
        retention=file.retention.rules(set(file.namnd)),
        socialjourer=tuple(jour.rules() for jour in file.socialjour),
    )
