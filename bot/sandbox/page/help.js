// Three steps to try. They tick themselves off as one goes.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { set, store, ui } from "./store.js";

const KEY = "sandbox-help-seen";

const STEPS = [
  { done: "texted", tab: "phones", title: "Skriv som ungdom", words: "Välj en telefon, skriv ett sms och tryck Enter." },
  { done: "answered", tab: "slack", title: "Svara som den som har beredskap", words: "I Slack: välj den som fick en prick, öppna kortet som kom och skriv ett svar." },
  { done: "received", tab: "phones", title: "Se svaret på telefonen", words: "Sms:et dyker upp på telefonen, med operatörens besked under." },
];

export function startHelp() {
  let seen = false;
  try {
    seen = localStorage.getItem(KEY) === "1";
  } catch { /* a browser without storage shows the help again */ }
  ui.help = !seen && !location.hash;
}

function hide() {
  try {
    localStorage.setItem(KEY, "1");
  } catch { /* as above */ }
  set({ help: false });
}

export function toggleHelp() {
  if (ui.help) return hide();
  document.querySelector(".page").scrollTop = 0;
  return set({ help: true });
}

/** Step three is done when an sms has come to a phone after an answer in Slack. */
export function watchSteps() {
  const texts = store.world.phones.flatMap((phone) => phone.messages).filter((sms) => !sms.mine).length;
  if (ui.steps.answered && ui.steps.before === undefined) ui.steps.before = ui.steps.last ?? 0;
  if (ui.steps.before !== undefined && texts > ui.steps.before) ui.steps.received = true;
  if (!ui.steps.answered) ui.steps.last = texts;
}

export function helpStrip() {
  if (!ui.help) return null;
  return h("section", { class: "help", "aria-label": "Så fungerar det", "data-testid": "help" },
    h("ol", {}, STEPS.map((step, i) => h("li", { key: step.done, class: ui.steps[step.done] ? "done" : "" },
      h("span", { class: "step-number", "aria-hidden": "true" }, ui.steps[step.done] ? icon("check") : i + 1),
      h("button", { type: "button", class: "step", on: { click: () => set({ tab: step.tab }) } }, h("strong", {}, step.title), h("span", {}, step.words))))),
    h("p", { class: "help-more" }, "Allt här är påhittat: inga riktiga sms skickas. Flytta klockan framåt för att se vad som händer på kvällen, natten och nästa morgon."),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dölj hjälpen", "data-testid": "help-close", on: { click: hide } }, icon("close")));
}
