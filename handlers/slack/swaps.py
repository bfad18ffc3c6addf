"""Byta pass: offer, take, decline, withdraw, approve."""

from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.swap import SwapOffer, SwapState
from bot.services.context import Context
from bot.services.follow_duty import follow_duty
from bot.services.swap import offering
from bot.services.swap.offering import Wanted, offer_swap, plan_swap, withdraw_swap
from bot.services.swap.taking import decline_swap, settle_swap, take_swap
from bot.slack.ids import ActionId, CallbackId
from bot.slack.views.conversation import message_modal
from bot.slack.views.swap import ALL, FIRST, LAST, SHIFT, TO, swap_confirmation, swap_form
from handlers.slack.interaction import Click, field_errors, in_words, metadata, run, typed
from handlers.slack.listeners import Listeners
from handlers.slack.ready import draw_home
from handlers.slack.showing import show


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to swaps; called once, by build_bolt."""

    @app.action(ActionId.SWAP.value)
    async def on_swap(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        click = Click.parse(body)

        async def drawn() -> dict[str, Any]:
            return swap_form(await offering.swap_form(click.user, ctx=ctx), ctx.texts)

        await show(client, ctx, click, drawn())

    @app.view(CallbackId.SWAP.value)
    async def on_form(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Nothing is offered yet: what is about to be is shown first, with the rest that it leaves."""
        to = typed(view, TO)
        wanted = {SHIFT: typed(view, SHIFT), FIRST: typed(view, FIRST), LAST: typed(view, LAST)}
        wanted[TO] = "" if to == ALL else to
        shown: list[dict[str, Any]] = []

        async def plan() -> None:
            planned = await plan_swap(str(body["user"]["id"]), Wanted(**wanted), ctx=ctx)
            shown.append(swap_confirmation(planned, wanted, ctx.texts))

        error = await run(plan())
        if error is not None:
            await ack(response_action="errors", errors=field_errors(error, ctx.texts, default_block=SHIFT))
            return
        await ack(response_action="update", view=shown[0])

    @app.view(CallbackId.SWAP_CONFIRM.value)
    async def on_confirmed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        user = str(body["user"]["id"])
        wanted = Wanted(**{name: str(value) for name, value in metadata(view).items()})
        error = await run(offer_swap(user, wanted, f"{user}:{view['id']}", ctx=ctx))
        words = ctx.texts.staff("swap.offered") if error is None else in_words(error, ctx.texts)
        title = "swap.title" if error is None else "modal.refused_title"
        await ack(response_action="update", view=message_modal(ctx.texts, title, words))
        await draw_home(ctx, user)

    @app.action(ActionId.SWAP_WITHDRAW.value)
    async def on_withdraw(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        click = Click.parse(body)
        error = await run(withdraw_swap(click.user, click.value, ctx=ctx))
        await ack()
        if error is not None:
            drawn = message_modal(ctx.texts, "modal.refused_title", in_words(error, ctx.texts))
            await client.views_open(trigger_id=click.trigger_id, view=drawn)
        await draw_home(ctx, click.user)

    async def answer(ack: AsyncAck, respond: AsyncRespond, work: Awaitable[SwapOffer | None], done: str) -> None:
        """Say to the person alone what came of it; the message with the buttons then says what was pressed."""
        results: list[SwapOffer | None] = []

        async def keep() -> None:
            results.append(await work)

        error = await run(keep())
        await ack()
        if error is not None:
            await respond(text=in_words(error, ctx.texts), response_type="ephemeral", replace_original=False)
            return
        offer = results[0]
        is_asked = offer is not None and offer.state is SwapState.ASKED
        await respond(text=ctx.texts.staff("swap.took_asked" if is_asked else done), replace_original=True)
        if offer is not None and offer.state is SwapState.DONE and offer.is_now:
            await follow_duty(ctx=ctx)  # at once, and not at the next tick

    @app.action(ActionId.SWAP_TAKE.value)
    async def on_take(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond) -> None:
        click = Click.parse(body)
        await answer(ack, respond, take_swap(click.user, click.value, ctx=ctx), "swap.took")

    @app.action(ActionId.SWAP_DECLINE.value)
    async def on_decline(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond) -> None:
        click = Click.parse(body)
        await answer(ack, respond, decline_swap(click.user, click.value, ctx=ctx), "swap.declined")

    @app.action(ActionId.SWAP_APPROVE.value)
    async def on_approve(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond) -> None:
        click = Click.parse(body)
        work = settle_swap(click.user, click.value, approves=True, ctx=ctx)
        await answer(ack, respond, work, "swap.approved")

    @app.action(ActionId.SWAP_REFUSE.value)
    async def on_refuse(body: dict[str, Any], ack: AsyncAck, respond: AsyncRespond) -> None:
        click = Click.parse(body)
        work = settle_swap(click.user, click.value, approves=False, ctx=ctx)
        await answer(ack, respond, work, "swap.refused")
