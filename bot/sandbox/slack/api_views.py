"""views.*: modals and App Home. facts/slack.md sections 7, 8 and 13."""

import secrets
from collections.abc import Callable
from typing import Any, Final

from . import payloads
from .arguments import Arguments
from .errors import ApiError
from .inputs import carried_over
from .methods import Method
from .state import Json, View, Workspace
from .tickets import Tickets, Trigger
from .view_rules import check_view, kept

DEEPEST: Final = 3  # modals on a stack, facts/slack.md section 13 (push_limit_reached)


class Views:
    """The views methods, and what submissions share with them."""

    def __init__(self, *, workspace: Workspace, tickets: Tickets) -> None:
        self._workspace = workspace
        self._tickets = tickets
        self.methods = {
            "views.open": Method(self.open, None, 4, "modal"),
            "views.push": Method(self.push_call, None, 4, "modal"),
            "views.update": Method(self.update_call, None, 4, "modal"),
            "views.publish": Method(self.publish, None, 4, "home"),
        }

    # -- the calls

    def open(self, args: Arguments) -> Json:
        """views.open: a new stack; one that was open gives way to it."""
        given = self._given(args, ("modal",))
        trigger = self._trigger(args)
        self._check_external_id(given, None)
        trigger.is_used = True
        self._workspace.stacks[trigger.user] = []
        return self._shown(self.place(trigger.user, given))

    def push_call(self, args: Arguments) -> Json:
        """views.push: on top of the modal that the trigger came from."""
        given = self._given(args, ("modal",))
        trigger = self._trigger(args)
        if trigger.view_id is None or not self._workspace.stack(trigger.user):
            raise ApiError("invalid_trigger_id")
        self._check_external_id(given, None)
        self.check_depth(trigger.user)
        trigger.is_used = True
        return self._shown(self.place(trigger.user, given))

    def update_call(self, args: Arguments) -> Json:
        """views.update by view_id or external_id; a hash that is not the latest is a `hash_conflict`."""
        wanted = args.text("view_id")
        external_id = args.text("external_id")
        found = self._find(
            lambda view: view.id == wanted if wanted else bool(external_id) and view.external_id == external_id
        )
        given = self._given(args, ("modal", "home"))
        if found is None:
            raise ApiError("not_found")
        self._check_hash(args, found)
        if given["type"] != found.type:
            raise ApiError("invalid_arguments", messages=["[ERROR] cannot change type [json-pointer:/view/type]"])
        self._check_external_id(given, found)
        self.replace(found, given)
        return self._shown(found)

    def publish(self, args: Arguments) -> Json:
        """views.publish: one Home per user; `hash_conflict` on races (facts/slack.md section 13)."""
        user = args.text("user_id")
        given = self._given(args, ("home",))
        if user not in self._workspace.users or user == self._workspace.bot_user_id:
            raise ApiError("user_not_found")
        found = self._workspace.homes.get(user)
        if found is not None:
            self._check_hash(args, found)
        self._check_external_id(given, found)
        if found is None:
            self._workspace.homes[user] = self._new(user, given, root=None)
            self._workspace.changed()
        else:
            self.replace(found, given)
        return self._shown(self._workspace.homes[user])

    # -- shared with submissions

    def check(self, view: Any, user: str, replacing: View | None) -> Json:
        """Return a view that came in the answer to a submission, as kept. Raises ApiError."""
        check_view(view, ("modal",))
        given = kept(view, self._workspace.new_id)
        self._check_external_id(given, replacing)
        if replacing is None:
            self.check_depth(user)
        return given

    def check_depth(self, user: str) -> None:
        """facts/slack.md section 13: a modal stack holds at most 3."""
        if len(self._workspace.stack(user)) >= DEEPEST:
            raise ApiError("push_limit_reached")

    def place(self, user: str, given: Json) -> View:
        """Put a modal on top of somebody's stack."""
        stack = self._workspace.stack(user)
        view = self._new(user, given, root=stack[0].root_view_id if stack else None)
        view.previous_view_id = stack[-1].id if stack else None
        stack.append(view)
        self._workspace.changed()
        return view

    def replace(self, view: View, given: Json) -> None:
        """Give a view new content: a new hash, and what was typed stays where the fields stay."""
        view.values = carried_over(view.values, given["blocks"])
        view.given = given
        view.hash = self._new_hash()
        self._workspace.changed()

    # -- parts

    def _new(self, user: str, given: Json, *, root: str | None) -> View:
        view_id = self._workspace.new_id("V")
        view = View(view_id, user, given["type"], given, self._new_hash(), root or view_id)
        view.values = carried_over({}, view.blocks)
        return view

    def _new_hash(self) -> str:
        return f"{self._workspace.unix_now()}.{secrets.token_hex(4)}"

    def _given(self, args: Arguments, kinds: tuple[str, ...]) -> Json:
        view = args.structure("view", "invalid_arguments")
        check_view(view, kinds)
        return kept(view, self._workspace.new_id)

    def _trigger(self, args: Arguments) -> Trigger:
        trigger_id = args.text("trigger_id")
        if not trigger_id:
            raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: trigger_id"])
        return self._tickets.check_trigger(trigger_id)

    @staticmethod
    def _check_hash(args: Arguments, view: View) -> None:
        if args.text("hash") and args.text("hash") != view.hash:
            raise ApiError("hash_conflict")

    def _check_external_id(self, given: Json, own: View | None) -> None:
        """An external_id is unique among the views of a workspace."""
        external_id = given["external_id"]
        if external_id and self._find(lambda view: view.external_id == external_id and view is not own):
            raise ApiError("duplicate_external_id")

    def _find(self, wanted: Callable[[View], bool]) -> View | None:
        return next((view for view in self._workspace.all_views() if wanted(view)), None)

    def _shown(self, view: View) -> Json:
        return {"view": payloads.view(self._workspace, view)}
