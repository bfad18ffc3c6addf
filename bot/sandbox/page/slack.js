// The right half: the pretend Slack, as one chosen person sees it.

import * as api from "./api.js";
import { blocks } from "./blocks.js";
import { compose } from "./compose.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { membersControl } from "./members.js";
import { channelList, commandHints, say, threadPanel } from "./messages.js";
import { modalStack } from "./modal.js";
import { attempt } from "./notify.js";
import { avatar } from "./people.js";
import { lookAtChannel, lookAtThread, unreadChannel, unreadUser } from "./seen.js";
import { botName, channelById, channelsOf, dmOf, placeOf, redraw, set, slack, ui, userById, viewsOf } from "./store.js";
import { homeSurface } from "./surface.js";

export function slackPanel(visible) {
  const user = userById(ui.user);
  if (!user) return h("section", { class: "panel slack", "aria-label": "Slack" }, h("p", { class: "empty" }, "Ingen personal är upplagd än."));
  const place = placeOf(user.id);
  const channel = place === "home" ? null : channelById(place);
  if (visible && channel) lookAt(user.id, channel.id);
  const covered = viewsOf(user.id).length > 0;
  return h("section", { class: "panel slack", "aria-label": "Slack" },
    rail(),
    h("div", { class: "slack-side" },
      whoami(user),
      h("div", { class: "workspace" },
        h("div", { class: "workspace-inner", inert: covered },
          sidebar(user, place),
          channel ? conversation(user, channel) : home(user),
          channel && threadPanel(user.id, channel)),
        modalStack(user.id))));
}

function lookAt(user, channel) {
  lookAtChannel(user, channel);
  const thread = ui.threads[user];
  if (thread?.channel === channel) lookAtThread(user, channel, thread.ts);
}

const chooseUser = (id) => set({ user: id, editing: null, menu: null });
const hasNews = (id) => id !== ui.user && (unreadUser(id) || viewsOf(id).length > 0);

function rail() {
  return h("nav", { class: "rail", "aria-label": "Välj vem du är" }, slack().users.map((user) => {
    const unread = hasNews(user.id);
    return h("button", {
      key: user.id, type: "button", class: "rail-item", "data-testid": "user-chip", "data-user": user.id, "aria-pressed": String(user.id === ui.user), title: `${user.real_name} – ${user.title ?? ""}`,
      on: { click: () => chooseUser(user.id) },
    }, avatar(user.real_name, { dot: unread }), h("span", { class: "rail-name" }, user.real_name.split(" ")[0]), unread && h("span", { class: "sr" }, "(nytt)"));
  }));
}

function whoami(user) {
  return h("label", { class: "picker" }, h("span", { class: "picker-label" }, "Du är:"),
    h("select", { "data-testid": "user-select", value: user.id, on: { change: (event) => chooseUser(event.target.value) } },
      slack().users.map(({ id, real_name: name, title }) => h("option", { key: id, value: id }, `${name}${title ? ` – ${title}` : ""}${hasNews(id) ? "  ●" : ""}`))));
}

// --- the sidebar ------------------------------------------------------------------------------------------------

function go(user, place) {
  ui.places[user] = place;
  ui.editing = null;
  redraw();
}

function sidebar(user, place) {
  const dm = dmOf(user.id);
  const openHome = async () => {
    go(user.id, "home");
    await attempt(() => api.home(user.id));
    await refresh();
  };
  const item = ({ key, testid, mark, name, here, unread, click }) => h("button", {
    key, type: "button", class: `nav-item ${unread ? "unread" : ""}`, "data-testid": testid, "aria-current": here ? "page" : null, on: { click },
  }, mark, h("span", { class: "nav-name" }, name), unread && h("span", { class: "dot" }), unread && h("span", { class: "sr" }, "(nytt)"));
  return h("nav", { class: "sidebar", "aria-label": "Slack" },
    item({ key: "home", testid: "nav-home", mark: icon("home"), name: "Hem", here: place === "home", click: openHome }),
    h("h2", { class: "nav-title" }, "Direkt"),
    dm ? item({ key: "dm", testid: "nav-dm-bot", mark: icon("chat"), name: botName(), here: place === dm.id, unread: place !== dm.id && unreadChannel(user.id, dm.id), click: () => go(user.id, dm.id) })
      : h("p", { class: "nav-none" }, "Boten har inte skrivit än."),
    h("h2", { class: "nav-title" }, "Kanaler"),
    channelsOf(user.id).map((channel) => item({
      key: channel.id, testid: `nav-channel-${channel.name}`, mark: icon(channel.is_private ? "lock" : "hash"), name: channel.name, here: place === channel.id,
      unread: place !== channel.id && unreadChannel(user.id, channel.id), click: () => go(user.id, channel.id),
    })),
    !channelsOf(user.id).length && h("p", { class: "nav-none" }, "Inga kanaler"));
}

// --- what stands in the middle ----------------------------------------------------------------------------------

function conversation(user, channel) {
  const dm = channel.kind === "im";
  const draft = `slack ${user.id} ${channel.id}`;
  return h("div", { key: channel.id, class: "conversation" },
    h("header", { class: `conversation-head ${dm ? "" : "channel-head"}` },
      h("h2", {}, dm ? botName() : `#${channel.name}`),
      dm ? h("p", {}, "Direktmeddelande") : membersControl(channel)),
    channelList(user.id, channel),
    compose({
      draft, label: dm ? `Skriv till ${botName()}` : `Skriv i #${channel.name}`, testid: "slack-compose", sendTestid: "slack-send",
      placeholder: dm ? `Skriv till ${botName()}, eller ett /kommando` : `Skriv i #${channel.name}`,
      hint: commandHints(draft), send: (words) => say(user.id, channel.id, words),
    }));
}

function home(user) {
  const view = slack().homes?.[user.id];
  return h("div", { key: "home", class: "conversation" },
    h("header", { class: "conversation-head" }, h("h2", {}, "Hem"), h("p", {}, `${botName()} för ${user.real_name}`)),
    h("div", { class: "home", tabindex: 0, "data-testid": "home-view" },
      view?.blocks?.length ? h("div", { key: `home ${user.id}`, class: "home-blocks" }, blocks(homeSurface(user.id, view), view.blocks))
        : h("p", { class: "empty" }, "Här är det tomt än så länge.")));
}

