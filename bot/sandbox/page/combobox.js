// An external select: type a little, the app suggests, pick one. Arrow keys, Enter and Escape work as one expects.

import * as api from "./api.js";
import { h } from "./dom.js";
import { heldOf, valueOf } from "./forms.js";
import { icon } from "./icons.js";
import { literal } from "./mrkdwn.js";
import { redraw } from "./store.js";
import { elementId } from "./surface.js";

const WAIT_MS = 220;
const LEAST = 3; // Slack's own default for min_query_length

const boxes = new Map();

function boxOf(id) {
  if (!boxes.has(id)) boxes.set(id, { query: "", options: null, open: false, at: 0, picked: null, asked: 0, timer: null, problem: null });
  return boxes.get(id);
}

export function combobox(surface, block, item, field, choose) {
  const box = boxOf(`${surface.key} ${block.block_id} ${item.action_id}`);
  const value = valueOf(surface, block, item);
  const ids = { "data-block-id": block.block_id, "data-action-id": item.action_id };
  if (value !== null && value !== undefined) {
    const known = [box.picked, heldOf(surface, block, item)?.selected_option, item.initial_option].find((option) => option?.value === value);
    return chosen(item, literal(known?.text) || value, value, ids, choose);
  }

  const least = item.min_query_length ?? LEAST;
  const listId = `${elementId(surface, block, item)}-list`;
  const pick = (option) => {
    Object.assign(box, { picked: option, query: "", open: false, options: null });
    choose(option.value);
    redraw();
  };
  const shown = box.open && box.options ? box.options : [];
  return h("div", { key: `${item.action_id} search`, class: "combobox" },
    h("input", {
      key: item.action_id, id: field.id, class: "field", type: "text", role: "combobox", autocomplete: "off", ...ids,
      placeholder: literal(item.placeholder) || "Skriv för att söka …", "aria-autocomplete": "list", "aria-controls": listId,
      "aria-expanded": String(shown.length > 0), "aria-activedescendant": shown.length ? `${listId}-${box.at}` : null,
      "aria-label": field.id ? null : literal(item.placeholder) || literal(block.text) || "Sök", "aria-describedby": field.describedBy || null,
      "aria-invalid": field.invalid ? "true" : null, initial: box.query,
      on: {
        input: (event) => look(surface, block, item, box, least, event.target.value),
        focus: (event) => look(surface, block, item, box, least, event.target.value),
        blur: () => setTimeout(() => close(box), 150),
        keydown: (event) => steer(event, box, shown, pick),
      },
    }),
    box.open && h("ul", { class: "options", role: "listbox", id: listId }, lines(box, least, listId, pick)));
}

function chosen(item, label, value, ids, choose) {
  const clear = () => {
    choose(null);
    redraw();
  };
  return h("div", { key: `${item.action_id} chosen`, class: "chosen", ...ids, "data-value": value },
    h("span", {}, label),
    h("button", { type: "button", class: "icon-button", "aria-label": `Ta bort ${label}`, on: { click: clear } }, icon("close")));
}

function lines(box, least, listId, pick) {
  if (box.problem) return h("li", { class: "options-note" }, box.problem);
  if (!box.options) return h("li", { class: "options-note" }, box.query.length < least ? `Skriv minst ${least} tecken` : "Söker …");
  if (!box.options.length) return h("li", { class: "options-note" }, "Ingen träff");
  return box.options.map((option, i) => h("li", {
    key: option.value, id: `${listId}-${i}`, role: "option", "aria-selected": String(i === box.at), "data-value": option.value,
    on: { pointerdown: (event) => { event.preventDefault(); pick(option); } },
  }, literal(option.text), option.description && h("small", {}, literal(option.description))));
}

function look(surface, block, item, box, least, query) {
  clearTimeout(box.timer);
  const asked = ++box.asked;
  Object.assign(box, { query, open: true, options: null, at: 0, problem: null });
  redraw();
  if (query.length < least) return;
  box.timer = setTimeout(async () => {
    try {
      const answer = await api.suggest(surface.user, { ...surface.address, block_id: block.block_id, action_id: item.action_id, value: query });
      if (asked !== box.asked) return;
      if (answer.shown) box.problem = answer.shown;
      box.options = answer.options ?? (answer.option_groups ?? []).flatMap((group) => group.options);
    } catch (error) {
      if (asked === box.asked) box.problem = error.message;
    }
    redraw();
  }, WAIT_MS);
}

function close(box) {
  box.open = false;
  redraw();
}

function steer(event, box, shown, pick) {
  if (event.key === "Escape" && box.open) {
    event.stopPropagation();
    return close(box);
  }
  if (event.key === "Enter") {
    event.preventDefault();
    if (shown[box.at]) pick(shown[box.at]);
    return undefined;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !shown.length) return undefined;
  event.preventDefault();
  box.at = (box.at + step + shown.length) % shown.length;
  return redraw();
}
