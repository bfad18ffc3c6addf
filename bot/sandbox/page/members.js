// Who is in a channel: a count in its header, and behind it a list where one may let somebody in or take somebody out.

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { attempt } from "./notify.js";
import { avatar } from "./people.js";
import { botName, slack, togglePanel, ui } from "./store.js";

export function membersControl(channel) {
  const open = ui.panel === "members";
  const count = channel.members.length;
  return h("div", { class: "members" },
    h("span", { class: "popover-holder" },
      h("button", {
        type: "button", class: "button quiet button-small", "data-testid": "members-open", "aria-expanded": String(open), title: "Visa och ändra medlemmar",
        on: { click: () => togglePanel("members") },
      }, icon("people"), `${count} ${count === 1 ? "medlem" : "medlemmar"}`),
      open && panel(channel)),
    channel.is_ext_shared && h("span", { class: "shared-tag", "data-testid": "shared-tag" }, "Delad utåt"));
}

async function change(work) {
  await attempt(work);
  await refresh();
}

function panel(channel) {
  const inside = slack().users.filter((user) => channel.members.includes(user.id));
  const bot = slack().bot;
  return h("div", { class: "popover members-panel", "data-testid": "members-panel" },
    h("h2", {}, "Medlemmar"),
    h("ul", { class: "member-list" },
      inside.map((user) => member(channel, user.id, user.real_name, descriptionOf(user))),
      channel.bot_is_member && member(channel, bot.id, botName(), "App", true)),
    letIn(channel),
    h("label", { class: "choice" },
      h("input", { type: "checkbox", checked: Boolean(channel.is_ext_shared), "data-testid": "members-shared", on: { change: (event) => change(() => api.share(channel.id, event.target.checked)) } }),
      h("span", {}, "Delad med en annan organisation")));
}

const descriptionOf = (user) =>
  [user.title, user.is_restricted && "gäst", user.is_stranger && "annan organisation"].filter(Boolean).join(", ");

function member(channel, id, name, description, bot = false) {
  return h("li", { key: id, "data-user": id },
    avatar(name, { bot }),
    h("span", { class: "member-name" }, name, description && h("small", {}, description)),
    h("button", { type: "button", class: "icon-button tiny", "aria-label": `Ta bort ${name} ur kanalen`, title: "Ta bort ur kanalen", "data-testid": "members-kick", on: { click: () => change(() => api.kick(channel.id, id)) } }, icon("close")));
}

/** Everybody who is not in the channel, the bot too if somebody has taken it out. */
function letIn(channel) {
  const outside = slack().users.filter((user) => !channel.members.includes(user.id));
  const choices = outside.map((user) => ({ id: user.id, words: [user.real_name, descriptionOf(user)].filter(Boolean).join(" – ") }));
  if (!channel.bot_is_member) choices.push({ id: slack().bot.id, words: `${botName()} – App` });
  if (!choices.length) return h("p", { class: "hint" }, "Alla är med.");
  return h("select", {
    class: "field", "aria-label": "Lägg till i kanalen", "data-testid": "members-invite", value: "",
    on: { change: (event) => change(() => api.invite(channel.id, event.target.value)) },
  },
  h("option", { key: "", value: "", disabled: true }, "Lägg till någon …"),
  choices.map(({ id, words }) => h("option", { key: id, value: id }, words)));
}
