// Modals: a stack over the Slack half only, so that a phone can text while a conversation is open.

import * as api from "./api.js";
import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { collect, complaints, prune } from "./forms.js";
import { icon, spinner } from "./icons.js";
import { refresh } from "./live.js";
import { literal } from "./mrkdwn.js";
import { attempt } from "./notify.js";
import { slack, ui, viewsOf, whileBusy } from "./store.js";
import { homeSurface, setProblems, showShown, viewSurface } from "./surface.js";

export function modalStack(user) {
  const views = viewsOf(user);
  if (!views.length) return null;
  return h("div", { key: `modals ${user}`, class: "modals" },
    views.map((view, i) => modal(user, view, i === views.length - 1, views.length)));
}

function modal(user, view, top, depth) {
  const surface = viewSurface(user, view);
  const sending = ui.busy.has(`submit ${view.id}`);
  const title = `modal-${view.id}`;
  const keys = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) shut(user, view);
  };
  return h("div", {
    key: view.id, class: `modal ${top ? "" : "modal-under"}`, role: "dialog", "aria-labelledby": title, tabindex: -1, inert: !top, "data-testid": top ? "modal" : "modal-under",
    "data-view-id": view.id, created: takeFocus, on: { keydown: keys },
  },
  h("header", { class: "modal-head" },
    h("h2", { id: title, "data-testid": "modal-title" }, literal(view.title) || "…"),
    h("button", { type: "button", class: "icon-button", "aria-label": depth > 1 ? "Stäng allt" : "Stäng", title: depth > 1 ? "Stäng allt" : "Stäng", "data-testid": top ? "modal-close-x" : null, on: { click: () => shut(user, view, true) } }, icon("close"))),
  h("form", { class: "modal-body", novalidate: true, on: { submit: (event) => { event.preventDefault(); send(user, view, surface); } } },
    blocks(surface, view.blocks)),
  h("footer", { class: "modal-foot" },
    h("button", { type: "button", class: "button", "data-testid": top ? "modal-close" : null, on: { click: () => shut(user, view) } }, literal(view.close) || (view.submit ? "Avbryt" : "Stäng")),
    view.submit && h("button", { type: "button", class: "button primary", "data-testid": top ? "modal-submit" : null, "aria-busy": sending ? "true" : null, on: { click: () => send(user, view, surface) } },
      sending && spinner(), h("span", {}, literal(view.submit)))));
}

let cameFrom = null; // what had the focus before the first modal

/** The person who opened it goes there; somebody who is typing on a phone is left alone. */
function takeFocus(el) {
  const active = document.activeElement;
  if (active !== document.body && !active?.closest(".slack")) return;
  if (!active.closest(".modal")) cameFrom = active;
  queueMicrotask(() => el.focus({ preventScroll: true }));
}

/** After a drawing: forget closed forms, and give the focus back when the last modal went away. */
export function afterDrawing() {
  const { views, homes } = slack();
  prune([
    ...Object.entries(views ?? {}).flatMap(([user, stack]) => stack.map((view) => viewSurface(user, view))),
    ...Object.entries(homes ?? {}).map(([user, view]) => homeSurface(user, view)),
  ]);
  if (!cameFrom || document.querySelector(".modal")) return;
  if (document.activeElement === document.body && cameFrom.isConnected) cameFrom.focus({ preventScroll: true });
  cameFrom = null;
}

async function send(user, view, surface) {
  if (!view.submit || ui.busy.has(`submit ${view.id}`)) return;
  const missing = complaints(surface, view.blocks);
  if (Object.keys(missing).length) return point(surface, missing);
  setProblems(surface, null);
  await whileBusy(`submit ${view.id}`, async () => {
    const answer = await attempt(() => api.submit(user, view.id, collect(surface, view.blocks)));
    if (!answer) return;
    showShown(answer);
    if (answer.errors && Object.keys(answer.errors).length) point(surface, answer.errors);
    else ui.steps.answered = true;
    await refresh();
  });
}

/** Show what is wrong and bring the person to the first of it. */
function point(surface, problems) {
  setProblems(surface, problems);
  setTimeout(() => {
    const field = document.querySelector(".modal:not(.modal-under) [aria-invalid=true]");
    const target = field?.matches("input, select, textarea") ? field : field?.querySelector("input");
    target?.focus();
    field?.closest(".block")?.scrollIntoView({ block: "nearest" });
  }, 30);
}

/** The cross closes the whole stack, as in Slack; the button and Escape close the one on top. */
async function shut(user, view, all = false) {
  await attempt(() => api.close(user, view.id, all));
  await refresh();
}
