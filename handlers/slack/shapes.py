"""What Slack promises of a request's shape. What is otherwise is refused at the door, and no handler need doubt it."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class _Loose(BaseModel):
    """A part of a request; Slack adds to them without notice."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True, strict=True)


class _User(_Loose):
    id: Id
    team_id: str | None = None


class _Team(_Loose):
    id: str | None = None


class _Request(_Loose):
    """What tells whose a request is, whatever its kind."""

    type: str | None = None
    team_id: str | None = None
    team: _Team | None = None
    enterprise_id: str | None = None
    context_enterprise_id: str | None = None
    user: str | _User | None = None
    enterprise: _Team | None = None
    api_app_id: str | None = None
    response_url: str | None = None
    channel: str | _Team | None = None


class _Option(_Loose):
    value: str


class _Action(_Loose):
    action_id: Id
    block_id: str | None = None
    action_ts: str | None = None
    value: str | None = None
    selected_option: _Option | None = None
    selected_date: str | None = None


class _Container(_Loose):
    channel_id: str | None = None
    message_ts: str | None = None


class _Element(_Loose):
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_date: str | None = None


class _State(_Loose):
    values: dict[str, dict[str, _Element]] = {}


class _View(_Loose):
    type: Id
    id: str | None = None
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str | None = None
    hash: str | None = None
    state: _State | None = None


class _Interaction(_Request):
    user: _User
    trigger_id: str | None = None
    container: _Container | None = None


class _BlockActions(_Interaction):
    actions: Annotated[list[_Action], "at least one"]
    view: _View | None = None


class _Submission(_Interaction):
    view: _View


class _Suggestion(_Interaction):
    action_id: Id
    value: str = ""
    view: _View | None = None


class _Person(_Loose):
    id: str | None = None


class _Said(_Loose):
    user: str | None = None


class _Event(_Loose):
    user: str | _Person | None = None
    channel: str | dict[str, Any] | None = None
    message: _Said | None = None


class _EventCallback(_Request):
    event_id: Id
    event: _Event | None = None


class _Command(_Request):
    command: Id
    user_id: Id
    trigger_id: str = ""
    text: str = ""


SHAPES: Final[dict[str, type[_Request]]] = {
    "block_actions": _BlockActions,
    "view_submission": _Submission,
    "view_closed": _Submission,
    "block_suggestion": _Suggestion,
    "event_callback": _EventCallback,
}


def is_as_promised(body: dict[str, Any]) -> bool:
    """Tell whether a request has the shape of its kind; of an unknown kind, whether it says whose it is."""
    if not isinstance(body.get("event"), dict | None):
        return False
    shape = _Command if "command" in body else SHAPES.get(str(body.get("type")), _Request)
    try:
        found = shape.model_validate(body)
    except ValidationError:
        return False
    return not isinstance(found, _BlockActions) or bool(found.actions)
