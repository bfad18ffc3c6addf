"""/beredskap: who has duty now and next, a new text, and what has been."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError
from bot.domain.ids import new_id
from bot.services.context import Context
from bot.services.ready.coverage import show_coverage
from bot.services.show_duty import show_duty
from bot.slack.ids import COMMAND
from bot.slack.views.forms import new_text_modal
from bot.slack.views.home import duty_message
from handlers.slack.incidents import open_stop_form
from handlers.slack.interaction import Click, in_words
from handlers.slack.listeners import Listeners
from handlers.slack.look_back import open_log


def register(app: Listeners, ctx: Context) -> None:
    """Bind the command; called once, by build_bolt."""

    @app.command(COMMAND)
    async def on_command(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        word = str(body.get("text") or "").strip().casefold()
        if word in {"nytt", "nytt sms", "sms"}:
            await ack()
            drawn = new_text_modal(ctx.texts, new_id(), is_trial=ctx.rules.is_trial)
            await client.views_open(trigger_id=body["trigger_id"], view=drawn)
            return
        if word in {"logg", "tidigare"}:
            await ack()
            trigger = str(body["trigger_id"])
            click = Click(body["user_id"], "", f"{body['user_id']}:{trigger}", trigger, None, None, None)
            await open_log(client, ctx, click)
            return
        if word in {"nödstopp", "nodstopp"}:
            await ack()
            trigger = str(body["trigger_id"])
            await open_stop_form(client, ctx, Click(body["user_id"], "", trigger, trigger, None, None, None))
            return
        if word not in {"", "nu", "vem"}:
            unknown = "" if word in {"hjälp", "help"} else ctx.texts.staff("command.unknown") + " "
            await ack(text=unknown + ctx.texts.staff("command.help"), response_type="ephemeral")
            return
        try:
            duties = await show_duty(body["user_id"], ctx=ctx)
            coverage = await show_coverage(body["user_id"], ctx=ctx)
        except BotError as error:
            await ack(text=in_words(error, ctx.texts), response_type="ephemeral")
            return
        await ack(**duty_message(duties, ctx.texts, ctx.clock.now(), coverage))
