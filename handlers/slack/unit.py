"""The unit as its leader sees it: by handläggare, narrowed, a page at a time."""

from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.context import Context
from bot.slack.ids import ActionId
from handlers.slack.clock_pages import UNIT, Page, open_page, page_block, page_of
from handlers.slack.interaction import Click
from handlers.slack.listeners import Listeners
from handlers.slack.showing import redraw


def register(app: Listeners, ctx: Context) -> None:
    """Bind what belongs to the unit's page; called once, by build_bolt."""

    @app.action(ActionId.UNIT_OPEN.value)
    async def on_open(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        """From a message or Home; the value is a nämnd where it is one."""
        await ack()
        click = Click.parse(body)
        namnd = click.value if click.value in ctx.rules.namnder else ""
        await open_page(client, ctx, click, {"page": UNIT, "namnd": namnd})

    async def again(body: dict[str, Any], client: AsyncWebClient, **changed: Any) -> None:
        click = Click.parse(body)
        page: Page = {"page": UNIT, **page_of(click.view), "offset": 0, **changed}
        await redraw(client, ctx, click, page_block(ctx, click.user, page))

    @app.action(ActionId.UNIT_NAMND.value)
    async def on_namnd(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await again(body, client, namnd=Click.parse(body).value, chosen="all")

    @app.action(ActionId.UNIT_FILTER.value)
    async def on_filter(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await again(body, client, chosen=Click.parse(body).value)

    async def turn(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        namnd, chosen, offset = _place(Click.parse(body).value)
        await again(body, client, namnd=namnd, chosen=chosen, offset=offset)

    @app.action(ActionId.UNIT_EARLIER.value)
    async def on_earlier(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await turn(body, ack, client)

    @app.action(ActionId.UNIT_LATER.value)
    async def on_later(body: dict[str, Any], ack: AsyncAck, client: AsyncWebClient) -> None:
        await turn(body, ack, client)


def _place(value: str) -> tuple[str, str, int]:
    """Read what a button for another page says: nämnd, what the list is narrowed to, and where it begins."""
    namnd, _, rest = value.partition("|")
    chosen, _, offset = rest.rpartition("|")
    return namnd, chosen or "all", int(offset) if offset.isdecimal() else 0
