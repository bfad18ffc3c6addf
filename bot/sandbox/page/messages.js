// Messages in Slack: the list of a channel, the side panel of a thread, and what one may do with one's own.

import * as api from "./api.js";
import { blocks } from "./blocks.js";
import { compose } from "./compose.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { glance, mrkdwn, unescape } from "./mrkdwn.js";
import { ask, attempt } from "./notify.js";
import { avatar } from "./people.js";
import { isInThread, isReply, unreadThread, visibleTo } from "./seen.js";
import { botName, now, redraw, set, slack, store, ui, userById } from "./store.js";
import { messageSurface, showShown } from "./surface.js";
import { dayHeading, dayKey, time, tsDate } from "./time.js";

const TOGETHER_S = 300; // messages by one person within this time share a heading

export function channelList(user, channel) {
  const all = visibleTo(user, channel.id);
  return list(user, channel, all.filter((message) => !isReply(message)), `list ${user} ${channel.id}`, { all });
}

function list(user, channel, messages, key, options) {
  const today = now();
  let before = null;
  const rows = messages.map((message) => {
    const at = tsDate(message.ts);
    const newDay = !before || dayKey(tsDate(before.ts)) !== dayKey(at);
    const together = !newDay && sameBreath(before, message);
    before = message;
    return [
      newDay && !options.thread && h("p", { key: `day ${dayKey(at)}`, class: "day day-line" }, h("span", {}, dayHeading(at, today))),
      row(user, channel, message, together, options),
    ];
  });
  return h("div", { key, class: "messages", role: "log", "aria-label": options.thread ? "Svar i tråden" : `Meddelanden i ${channel.name}`, "data-stick": true, tabindex: 0 },
    rows.length ? rows : h("p", { class: "empty" }, channel.kind === "im" ? "Här skriver boten till dig när det händer något." : "Inga meddelanden än."));
}

function sameBreath(before, message) {
  return before.user === message.user && !before.broadcast && !message.broadcast && !before.blocks?.length && !message.blocks?.length && !before.ephemeral_to && !message.ephemeral_to
    && !before.deleted && !message.deleted && Number(message.ts) - Number(before.ts) < TOGETHER_S;
}

const authorOf = (message) => userById(message.user)?.real_name ?? message.username ?? botName();

function row(user, channel, message, together, options) {
  const author = authorOf(message);
  const bot = !userById(message.user);
  const editing = ui.editing?.user === user && ui.editing.channel === channel.id && ui.editing.ts === message.ts;
  return h("article", {
    key: message.ts, class: `message ${together ? "together" : ""} ${message.ephemeral_to ? "ephemeral" : ""} ${message.deleted ? "deleted" : ""}`,
    "data-testid": "slack-message", "data-ts": message.ts, "data-user": message.user, "aria-label": `${author} ${time(tsDate(message.ts))}`,
  },
  message.deleted ? h("span", { class: "avatar avatar-gone", "aria-hidden": "true" }, icon("trash")) : avatar(author, { bot }),
  h("div", { class: "message-main" },
    message.ephemeral_to && h("p", { class: "only-you" }, icon("eye"), "Bara synligt för dig"),
    h("p", { class: "message-head" },
      !message.deleted && h("strong", {}, author), bot && !message.deleted && h("span", { class: "app-tag" }, "App"),
      h("time", {}, time(tsDate(message.ts)))),
    message.broadcast && isInThread(message) && !message.deleted && broadcastNote(user, channel, message, options),
    message.deleted ? h("p", { class: "tombstone" }, "Meddelandet har tagits bort.")
      : editing ? editor(user, channel, message) : body(user, channel, message, options),
    options.all && summary(user, channel, message, options.all)),
  !message.deleted && !message.ephemeral_to && !editing && tools(user, channel, message, options));
}

/** A reply that stands in the channel as well says in each of the two places that there is another. */
function broadcastNote(user, channel, message, options) {
  if (options.thread) return h("p", { class: "also" }, "Skickades också till kanalen");
  const parent = (slack().messages?.[channel.id] ?? []).find(({ ts }) => ts === message.thread_ts);
  const words = parent && !parent.deleted ? glance(parent.text) : "";
  return h("p", { class: "also" }, "svarade i en tråd:", " ",
    h("button", { type: "button", class: "also-thread", "data-testid": "slack-broadcast", on: { click: () => openThread(user, channel.id, message.thread_ts) } }, words || "Visa tråden"));
}

function body(user, channel, message, options) {
  const edited = message.edited && h("span", { class: "edited" }, "(redigerat)");
  if (message.blocks?.length) {
    return h("div", { class: `card ${isCard(message) ? "card-framed" : ""}` }, blocks(messageSurface(user, channel.id, message, options.thread ? "thread" : ""), message.blocks), edited);
  }
  return h("div", { class: "text" }, mrkdwn(message.text), edited && " ", edited);
}

/** A bot's message with something to press stands out as a card. */
const isCard = (message) => message.blocks.some((block) => ["actions", "header"].includes(block.type) || block.accessory);

function editor(user, channel, message) {
  const save = async (event) => {
    event?.preventDefault();
    const words = document.querySelector("[data-testid=slack-edit]").value;
    await attempt(() => api.edit(user, channel.id, message.ts, words));
    set({ editing: null });
    await refresh();
  };
  const keys = (event) => {
    if (event.key === "Escape") set({ editing: null });
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) save(event);
  };
  return h("form", { class: "edit", on: { submit: save } },
    h("textarea", { class: "field", rows: 2, "data-testid": "slack-edit", "aria-label": "Ändra meddelandet", initial: unescape(message.text), created: (el) => queueMicrotask(() => el.focus()), on: { keydown: keys } }),
    h("div", { class: "row" },
      h("button", { class: "button primary button-small" }, "Spara"),
      h("button", { type: "button", class: "button button-small", on: { click: () => set({ editing: null }) } }, "Avbryt")));
}

function tools(user, channel, message, options) {
  const erase = async () => {
    if (!(await ask({ title: "Ta bort meddelandet?", text: "Det går inte att ångra.", yes: "Ta bort", danger: true }))) return;
    await attempt(() => api.remove(user, channel.id, message.ts));
    await refresh();
  };
  const tool = (name, label, testid, click) =>
    h("button", { key: name, type: "button", class: "icon-button", "aria-label": label, title: label, "data-testid": testid, on: { click } }, icon(name), h("span", { class: "tool-label" }, label));
  const own = message.user === user;
  if (options.thread && !own) return null;
  return h("div", { class: "tools" },
    !options.thread && tool("reply", "Svara i tråd", "slack-thread", () => openThread(user, channel.id, message.thread_ts ?? message.ts)),
    own && tool("edit", "Redigera", "slack-edit-open", () => set({ editing: { user, channel: channel.id, ts: message.ts } })),
    own && tool("trash", "Ta bort", "slack-delete", erase));
}

// --- threads ----------------------------------------------------------------------------------------------------

export function openThread(user, channel, ts) {
  ui.threads[user] = { channel, ts };
  redraw();
}

export function closeThread(user) {
  ui.threads[user] = null;
  redraw();
}

function summary(user, channel, message, all) {
  const replies = all.filter((other) => other.thread_ts === message.ts && other.ts !== message.ts && !other.deleted);
  if (!replies.length) return null;
  const faces = [...new Set(replies.map(authorOf))].slice(0, 3);
  const unread = unreadThread(user, channel.id, message.ts);
  return h("button", { type: "button", class: `thread-link ${unread ? "unread" : ""}`, "data-testid": "slack-replies", on: { click: () => openThread(user, channel.id, message.ts) } },
    faces.map((name) => h("span", { key: name, class: "face" }, avatar(name, { bot: name === botName() }))),
    h("span", { class: "thread-count" }, `${replies.length} svar`),
    h("span", { class: "thread-last" }, `senast ${time(tsDate(replies.at(-1).ts))}`),
    unread && h("span", { class: "dot" }));
}

export function threadPanel(user, channel) {
  const thread = ui.threads[user];
  if (!thread || thread.channel !== channel.id) return null;
  const all = visibleTo(user, channel.id);
  const messages = all.filter((message) => message.ts === thread.ts || message.thread_ts === thread.ts);
  if (!messages.length) return null;
  const shut = () => closeThread(user);
  return h("aside", { key: `thread ${thread.ts}`, class: "thread", "aria-label": "Tråd", "data-testid": "slack-thread-panel" },
    h("header", { class: "thread-head" },
      h("h2", {}, "Tråd"), h("span", {}, channel.kind === "im" ? channel.name : `#${channel.name}`),
      h("button", { type: "button", class: "icon-button", "aria-label": "Stäng tråden", "data-testid": "slack-thread-close", on: { click: shut } }, icon("close"))),
    list(user, channel, messages, `thread ${thread.ts}`, { thread: true }),
    compose({
      draft: `slack ${user} ${channel.id} ${thread.ts}`, label: "Svara i tråden", placeholder: "Svara i tråden …", testid: "slack-thread-compose", sendTestid: "slack-thread-send",
      send: (words) => say(user, channel.id, words, thread.ts),
    }));
}

// --- writing ----------------------------------------------------------------------------------------------------

export async function say(user, channel, words, threadTs) {
  const slash = /^\/(\S+)\s*([\s\S]*)$/.exec(words);
  const answer = slash && !threadTs
    ? await api.command(user, `/${slash[1]}`, slash[2].trim(), channel)
    : await api.say(user, channel, words, threadTs);
  ui.steps.answered = true;
  await refresh();
  // What a command answers stands in the list, "only visible to you"; a notice says only what does not.
  if (!visibleTo(user, channel).some((message) => message.text === answer.shown)) showShown(answer);
}

/** The commands that begin as the draft does, when the world tells which there are. */
export function commandHints(draft) {
  const commands = store.world.slack.commands ?? [];
  const written = ui.drafts.get(draft) ?? "";
  if (!written.startsWith("/") || written.includes(" ")) return null;
  const found = commands.filter(({ command }) => command.startsWith(written) && command !== written);
  if (!found.length) return null;
  const take = (command) => (event) => {
    const textarea = event.target.closest(".compose").querySelector("textarea");
    textarea.value = `${command} `;
    ui.drafts.set(draft, textarea.value);
    textarea.focus();
    redraw();
  };
  return h("div", { class: "command-hints", role: "group", "aria-label": "Kommandon" }, found.map(({ command, description, usage_hint: usage }) =>
    h("button", { key: command, type: "button", on: { click: take(command) } }, h("strong", {}, command), usage && h("code", {}, usage), h("span", {}, description ?? ""))));
}
