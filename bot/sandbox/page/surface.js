// A surface is where blocks stand: a message, a modal or App Home. It knows how to tell Slack what was pressed.

import * as api from "./api.js";
import { collect } from "./forms.js";
import { refresh } from "./live.js";
import { literal, textObject } from "./mrkdwn.js";
import { ask, attempt, notify } from "./notify.js";
import { redraw, whileBusy } from "./store.js";

const problems = new Map(); // surface key -> {block_id: words}

/** `place` tells apart the two times that one message is shown: in the channel and in its thread. */
export const messageSurface = (user, channel, message, place = "") => ({
  key: `message ${user} ${channel} ${message.ts}`, place, user, blocks: message.blocks, address: { channel, ts: message.ts },
});
export const viewSurface = (user, view) => ofView(`view ${user} ${view.id}`, user, view);
export const homeSurface = (user, view) => ofView(`home ${user}`, user, view);

/** `held` is what Slack remembers of the fields, {block_id: {action_id: state}}. */
const ofView = (key, user, view) => ({
  key, place: "", user, blocks: view.blocks, viewId: view.id, address: { view_id: view.id }, held: view.state?.values,
});

export const problemsOf = (surface) => problems.get(surface.key) ?? {};

export function setProblems(surface, found) {
  if (found && Object.keys(found).length) problems.set(surface.key, found);
  else problems.delete(surface.key);
  redraw();
}

export function clearProblem(surface, blockId) {
  const found = problems.get(surface.key);
  if (!found?.[blockId]) return;
  const { [blockId]: _, ...rest } = found;
  setProblems(surface, rest);
}

/** One name in the whole document for an element, also where a message is shown twice. */
export const elementId = (surface, block, element) =>
  `f ${surface.key} ${surface.place} ${block.block_id} ${element.action_id}`.replace(/[^\w-]/g, "_");

export const busyKey = (surface, block, element) => `${surface.key} ${block.block_id} ${element.action_id}`;

/** Press, choose or tick: ask first if the element wants it, then tell the app, then look at the world again. */
export async function act(surface, block, element, selected) {
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  const body = { ...surface.address, action_id: element.action_id, block_id: block.block_id };
  if (selected !== undefined) body.selected = selected;
  if (surface.viewId) body.values = collect(surface, surface.blocks);
  await whileBusy(busyKey(surface, block, element), async () => {
    const answer = await attempt(() => api.click(surface.user, body));
    showShown(answer);
    await refresh();
  });
  return true;
}

/** What Slack itself would have shown the person, usually that something went wrong. */
export function showShown(answer) {
  if (answer?.shown) notify(typeof answer.shown === "string" ? answer.shown : answer.shown.text ?? JSON.stringify(answer.shown), "warn");
}

const confirmed = (confirm) => ask({
  title: literal(confirm.title) || "Är du säker?",
  text: textObject(confirm.text),
  yes: literal(confirm.confirm) || "Ja",
  no: literal(confirm.deny) || "Avbryt",
  danger: confirm.style === "danger",
});
