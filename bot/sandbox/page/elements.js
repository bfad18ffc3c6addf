// The things in a block that can be pressed, chosen or filled in.

import { h } from "./dom.js";
import { combobox } from "./combobox.js";
import { setValue, valueOf } from "./forms.js";
import { spinner } from "./icons.js";
import { menu } from "./menu.js";
import { literal, textObject } from "./mrkdwn.js";
import { act, busyKey, clearProblem, elementId } from "./surface.js";
import { redraw, slack, ui } from "./store.js";
import { dayInWords } from "./time.js";

export function element(surface, block, item, field = {}) {
  const make = KINDS[item.type];
  return make ? make(surface, block, item, field) : unknown(item.type);
}

export const unknown = (type) => h("p", { class: "unknown" }, `[${type} går inte att visa här]`);

const ids = (block, item) => ({ "data-block-id": block.block_id, "data-action-id": item.action_id });
const keyOf = (item) => item.action_id;

const isToldAtOnce = (block) => block.type !== "input" || block.dispatch_action;
const mayBeEmptied = (block) => block.type === "input" && block.optional;

/** Note the choice; outside an input block, or when the block asks for it, the app hears at once. */
async function choose(surface, block, item, value) {
  const before = valueOf(surface, block, item);
  setValue(surface, block, item, value);
  clearProblem(surface, block.block_id);
  redraw();
  if (!isToldAtOnce(block) || (await act(surface, block, item, value ?? ""))) return;
  setValue(surface, block, item, before); // a confirmation was asked for, and the answer was no
  redraw();
}

const aria = ({ describedBy, invalid, label }) => ({
  "aria-describedby": describedBy || null, "aria-invalid": invalid ? "true" : null, "aria-label": label ?? null,
});

/** What a field without a label of its own is called: by its placeholder, or by the text that it stands beside. */
const spoken = (block, item, fallback) => literal(item.placeholder) || literal(block.text) || fallback;

// --- press ------------------------------------------------------------------------------------------------------

function button(surface, block, item) {
  const busy = ui.busy.has(busyKey(surface, block, item));
  return h("button", {
    key: keyOf(item), type: "button", class: `button ${item.style ?? ""}`, ...ids(block, item), "aria-busy": busy ? "true" : null,
    "aria-label": item.accessibility_label ?? null, title: item.url ?? null,
    on: { click: () => busy || act(surface, block, item) },
  }, busy && spinner(), h("span", {}, literal(item.text)));
}

function overflow(surface, block, item) {
  return h("span", { key: keyOf(item), class: "menu-holder", ...ids(block, item) }, menu({
    id: elementId(surface, block, item), label: "Fler val", size: "button button-small",
    items: (item.options ?? []).map((option) => ({
      key: option.value, value: option.value, words: literal(option.text), pick: () => act(surface, block, item, option.value),
    })),
  }));
}

// --- choose -----------------------------------------------------------------------------------------------------

function select(surface, block, item, field) {
  const option = (choice) => h("option", { key: choice.value, value: choice.value }, literal(choice.text));
  const chosen = valueOf(surface, block, item) ?? "";
  return h("select", {
    key: keyOf(item), id: field.id, class: "field", ...ids(block, item), ...aria({ ...field, label: field.id ? null : spoken(block, item, "Välj") }), value: chosen,
    on: { change: (event) => choose(surface, block, item, event.target.value || null) },
  },
  h("option", { key: "", value: "", disabled: !mayBeEmptied(block) }, literal(item.placeholder) || "Välj …"),
  (item.options ?? []).map(option),
  (item.option_groups ?? []).map((group, i) => h("optgroup", { key: `group ${i}`, label: literal(group.label) }, group.options.map(option))));
}

function usersSelect(surface, block, item, field) {
  const options = slack().users.map((user) => ({ text: user.real_name, value: user.id }));
  return select(surface, block, { ...item, options }, field);
}

function radios(surface, block, item, field) {
  const chosen = valueOf(surface, block, item);
  return choices(block, item, field, "radiogroup", (option, i) => ({
    type: "radio", name: elementId(surface, block, item), id: `${elementId(surface, block, item)}-${i}`, checked: chosen === option.value,
    on: { change: () => choose(surface, block, item, option.value) },
  }));
}

function checks(surface, block, item, field) {
  const chosen = valueOf(surface, block, item) ?? [];
  return choices(block, item, field, "group", (option, i) => ({
    type: "checkbox", id: `${elementId(surface, block, item)}-${i}`, checked: chosen.includes(option.value),
    on: {
      change: (event) => {
        const ticked = new Set(valueOf(surface, block, item) ?? []);
        ticked[event.target.checked ? "add" : "delete"](option.value);
        choose(surface, block, item, optionsOf(item).map(({ value }) => value).filter((value) => ticked.has(value)));
      },
    },
  }));
}

const optionsOf = (item) => item.options ?? (item.option_groups ?? []).flatMap((group) => group.options);

function choices(block, item, field, role, input) {
  const options = optionsOf(item);
  return h("div", { key: keyOf(item), class: `choices ${options.length > 8 ? "choices-many" : ""}`, role, "aria-labelledby": field.labelledBy ?? null, ...aria({ ...field, label: field.labelledBy ? null : spoken(block, item, "Val") }), ...ids(block, item) },
    options.map((option, i) => h("label", { key: option.value, class: "choice" },
      h("input", { "data-value": option.value, ...input(option, i) }),
      h("span", {}, textObject(option.text), option.description && h("small", {}, textObject(option.description))))));
}

// --- fill in ----------------------------------------------------------------------------------------------------

function field(attributes) {
  return (surface, block, item, extra) => h("input", {
    key: keyOf(item), id: extra.id, class: "field", autocomplete: "off", placeholder: literal(item.placeholder) || null, min: item.min_value ?? null,
    max: item.max_value ?? null, ...attributes, ...ids(block, item), ...aria({ ...extra, label: extra.id ? null : spoken(block, item, "Fält") }),
    initial: valueOf(surface, block, item) ?? "",
    on: { change: (event) => choose(surface, block, item, event.target.value || null) },
  });
}

/** A day, shown in Swedish words whatever the browser speaks; a click opens the browser's calendar. */
function day(surface, block, item, extra) {
  const chosen = valueOf(surface, block, item);
  const follow = (el) => {
    const value = valueOf(surface, block, item) ?? "";
    if (el.value !== value) el.value = value;
  };
  const settle = async (el) => {
    if ((el.value || null) === valueOf(surface, block, item)) return;
    await choose(surface, block, item, el.value || null);
    follow(el); // the app may have been kept from hearing it
  };
  const leave = (el) => {
    el.classList.remove("typed");
    settle(el);
  };
  return h("span", { key: `${keyOf(item)} day`, class: "day-field" },
    h("input", {
      key: keyOf(item), id: extra.id, class: "field", type: "date", required: !mayBeEmptied(block), max: "9999-12-31", ...ids(block, item),
      ...aria({ ...extra, label: extra.id ? null : spoken(block, item, "Dag") }), initial: chosen ?? "",
      on: {
        focus: (event) => follow(event.target), // it may have been chosen where the message stands a second time
        click: (event) => openCalendar(event.target),
        // Typed digit by digit a year passes 0002 and 0020 on its way: the app hears when the person is done.
        keydown: (event) => {
          if (/^(\d$|Arrow|Backspace|Delete)/.test(event.key)) event.target.classList.add("typed");
          if (event.key !== "Enter") return;
          event.preventDefault();
          leave(event.target);
        },
        change: (event) => (event.target.matches(".typed") && isToldAtOnce(block)) || settle(event.target),
        blur: (event) => leave(event.target),
      },
    }),
    h("span", { class: `day-words ${chosen ? "" : "day-none"}`, "aria-hidden": "true" }, chosen ? dayInWords(chosen) : literal(item.placeholder) || "Välj dag"));
}

function openCalendar(el) {
  el.classList.remove("typed");
  try {
    el.showPicker();
  } catch { /* an older browser: there the field is typed in */ }
}

function textInput(surface, block, item, extra) {
  const type = (event) => {
    setValue(surface, block, item, event.target.value);
    clearProblem(surface, block.block_id);
    redraw(); // the counter below
    if (block.dispatch_action && triggers(item).includes("on_character_entered")) act(surface, block, item, event.target.value);
  };
  const enter = (event) => {
    if (event.key !== "Enter" || event.isComposing || item.multiline) return;
    event.preventDefault();
    if (block.dispatch_action && triggers(item).includes("on_enter_pressed")) act(surface, block, item, event.target.value);
  };
  const value = valueOf(surface, block, item) ?? "";
  return [
    h(item.multiline ? "textarea" : "input", {
      key: keyOf(item), id: extra.id, class: "field", rows: item.multiline ? 4 : null, type: item.multiline ? null : "text", autocomplete: "off",
      placeholder: literal(item.placeholder) || null, ...ids(block, item), ...aria(extra), initial: value, on: { input: type, keydown: enter },
    }),
    item.max_length && h("span", { key: `${keyOf(item)} count`, class: "count", "aria-hidden": "true" }, remaining(value, item.max_length)),
  ];
}

const triggers = (item) => item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];

function remaining(value, most) {
  const left = most - value.length;
  if (left < 0) return `${-left} tecken för långt`;
  return left <= Math.max(20, most / 5) ? `${left} tecken kvar` : "";
}

const KINDS = {
  button,
  overflow,
  static_select: select,
  users_select: usersSelect,
  external_select: (surface, block, item, extra) => combobox(surface, block, item, extra, (value) => choose(surface, block, item, value)),
  radio_buttons: radios,
  checkboxes: checks,
  multi_static_select: checks,
  datepicker: day,
  timepicker: field({ type: "time" }),
  number_input: field({ type: "number", inputmode: "decimal", step: "any" }),
  email_text_input: field({ type: "email" }),
  url_text_input: field({ type: "url" }),
  plain_text_input: textInput,
};
