// The world's clock, and the buttons that move it. It only goes forward.

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon, spinner } from "./icons.js";
import { refresh } from "./live.js";
import { attempt } from "./notify.js";
import { now, set, store, togglePanel, ui, whileBusy } from "./store.js";
import { dayAndTime, fieldValue, stockholmIso } from "./time.js";

const TEN_MINUTES_S = 600;

export const clockMoves = () => ui.busy.has("clock");

async function move(body) {
  if (clockMoves()) return;
  set({ panel: null });
  await whileBusy("clock", async () => {
    await attempt(() => api.clock(body));
    await refresh();
  });
}

export function clockFace() {
  const { day, time } = dayAndTime(now());
  return h("div", { class: "clock", "data-testid": "clock", role: "timer", "aria-label": `Världens tid: ${day} ${time}`, "data-now": store.world.clock.now },
    h("span", { class: "clock-day" }, day), " ", h("span", { class: "clock-time" }, time), clockMoves() && spinner());
}

export function clockButtons() {
  const button = (label, testid, body) =>
    h("button", { key: testid, type: "button", class: "button", "data-testid": testid, disabled: clockMoves(), on: { click: () => move(body) } }, label);
  return h("div", { class: "clock-buttons", role: "group", "aria-label": "Flytta klockan framåt" },
    button("+10 min", "clock-10min", { advance_s: TEN_MINUTES_S }),
    button("Fredag 16.55", "clock-friday", { preset: "friday_1655" }),
    button("Nästa morgon 08.00", "clock-morning", { preset: "next_morning" }),
    h("span", { class: "popover-holder" },
      h("button", { type: "button", class: "button", "data-testid": "clock-jump", "aria-expanded": String(ui.panel === "jump"), disabled: clockMoves(), on: { click: () => togglePanel("jump") } }, "Hoppa till …"),
      ui.panel === "jump" && jumpForm()));
}

function jumpForm() {
  const jump = (event) => {
    event.preventDefault();
    move({ to: stockholmIso(event.target.elements.when.value) });
  };
  return h("form", { class: "popover jump", on: { submit: jump } },
    h("label", {}, "Till dag och tid", h("input", { class: "field", type: "datetime-local", name: "when", required: true, min: fieldValue(now()), initial: fieldValue(now()), "data-testid": "clock-when", created: (el) => queueMicrotask(() => el.focus()) })),
    h("p", { class: "hint" }, "Svensk tid. Allt som skulle ha hänt på vägen dit händer, i rätt ordning."),
    h("button", { class: "button primary", "data-testid": "clock-go" }, icon("forward"), "Hoppa dit"));
}
