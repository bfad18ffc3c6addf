"""response_url: answering an interaction without a token. facts/slack.md section 7."""

import json

from aiohttp import web

from .api_chat import Chat, Content
from .arguments import Arguments
from .errors import ApiError
from .faults import RESPONSE_URL, SlackFaults
from .recorder import Recorder
from .state import Json, Message, Workspace
from .tickets import ResponseUrl, Tickets
from .web_api import said_after, struck


class Responder:
    """Answers `POST /slack/respond/{token}`."""

    def __init__(
        self, *, workspace: Workspace, tickets: Tickets, chat: Chat, faults: SlackFaults, recorder: Recorder
    ) -> None:
        self._workspace = workspace
        self._tickets = tickets
        self._chat = chat
        self._faults = faults
        self._recorder = recorder

    async def handle(self, request: web.Request) -> web.Response:
        """Serve one post; at most 5 within 30 minutes reach the person."""
        body = await request.read()
        try:
            given = json.loads(body)
        except ValueError:
            given = None
        fault = self._faults.take(RESPONSE_URL)
        decoded = given if isinstance(given, dict) else {}
        self._recorder.add("response_url", RESPONSE_URL, body, decoded, fault=fault)
        early = await struck(request, fault, self._faults)
        if early is not None:
            return early
        try:
            ticket = self._tickets.use_response_url(request.match_info["token"])
            if not isinstance(given, dict):
                raise ApiError("invalid_payload", status=400)
            self._carry_out(ticket, given)
            answer = web.json_response({"ok": True})
        except ApiError as error:
            status = 400 if error.status == 200 else error.status
            answer = web.json_response(error.body(), status=status)
        return said_after(request, fault, answer)

    def _carry_out(self, ticket: ResponseUrl, given: Json) -> None:
        """Replace or delete what was clicked, or write something new: to the person alone unless in_channel."""
        args = Arguments(given)
        original = self._original(ticket)
        if args.flag("delete_original"):
            if original is not None:
                self._chat.remove(original)
            return
        content = Content(args, self._workspace)
        if args.flag("replace_original") and original is not None:
            self._chat.rewrite(original, content)
            return
        is_for_all = args.text("response_type") == "in_channel"
        self._chat.keep(
            self._workspace.channels[ticket.channel],
            content,
            thread_ts=args.text("thread_ts") or None,
            ephemeral_to=None if is_for_all else ticket.user,
        )

    def _original(self, ticket: ResponseUrl) -> Message | None:
        if ticket.message_ts is None:
            return None
        message = self._workspace.find_message(ticket.channel, ticket.message_ts)
        return message if message is not None and message.user == self._workspace.bot_user_id else None
