// Things that go wrong in the real world, as switches.

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { attempt } from "./notify.js";
import { store, togglePanel, ui } from "./store.js";

const SERVICE = [
  ["ok", "fungerar"], ["down", "är nere"], ["slow", "är långsam"], ["limited", "säger: för många anrop"], ["error", "svarar med fel"],
  ["lost_answer", "gör det, men svaret försvinner"],
];

const SWITCHES = [
  { name: "slack", label: "Slack", normal: "ok", values: SERVICE },
  { name: "carrier", label: "Operatören", normal: "ok", values: SERVICE },
  { name: "sms", label: "Sms från oss", normal: "delivered", values: [
    ["delivered", "kommer fram"], ["undelivered", "når inte telefonen"], ["filtered", "stoppas av operatörens filter"],
    ["stuck", "fastnar på skickat"], ["silent", "kommer fram utan besked"]] },
  { name: "slack_event_copies", label: "Händelser från Slack", normal: "1", values: [
    ["1", "kommer en gång"], ["2", "kommer två gånger"], ["4", "kommer fyra gånger"]] },
  { name: "callback_order", label: "Operatörens besked", normal: "normal", values: [
    ["normal", "kommer i ordning"], ["reversed", "kommer baklänges"], ["doubled", "kommer dubbelt"], ["early", "kommer före svaret"]] },
];

const valueOf = (item) => String(store.world.faults?.[item.name] ?? item.normal);
const isOn = (item) => valueOf(item) !== item.normal;

/** Numbers stay numbers on the wire. */
const wire = (value) => (/^\d+$/.test(value) ? Number(value) : value);

async function turn(changes) {
  await attempt(() => api.faults(changes));
  await refresh();
}

const calm = () => turn(Object.fromEntries(SWITCHES.filter(isOn).map((item) => [item.name, wire(item.normal)])));

export function faultsControl() {
  const on = SWITCHES.filter(isOn);
  return h("div", { class: "popover-holder faults" },
    h("button", { type: "button", class: `button quiet ${on.length ? "alarmed" : ""}`, "data-testid": "faults-open", "aria-expanded": String(ui.panel === "faults"), on: { click: () => togglePanel("faults") } },
      icon("bolt"), h("span", { class: "wide" }, "Störningar"),
      on.length > 0 && h("span", { class: "badge", "data-testid": "faults-badge" }, on.length, h("span", { class: "sr" }, " påslagna"))),
    h("div", { class: `popover faults-panel ${ui.panel === "faults" ? "open" : ""}`, "data-testid": "faults-panel" },
      h("h2", {}, "Störningar"),
      h("p", { class: "hint" }, "Se vad boten gör när omvärlden krånglar."),
      SWITCHES.map(row),
      on.length > 0 && h("button", { type: "button", class: "button", "data-testid": "faults-off", on: { click: calm } }, icon("check"), "Stäng av alla störningar")));
}

function row(item) {
  const known = item.values.some(([value]) => value === valueOf(item));
  const values = known ? item.values : [...item.values, [valueOf(item), valueOf(item)]];
  return h("label", { key: item.name, class: `fault ${isOn(item) ? "on" : ""}` }, h("span", {}, item.label),
    h("select", { class: "field", "data-testid": `fault-${item.name}`, value: valueOf(item), on: { change: (event) => turn({ [item.name]: wire(event.target.value) }) } },
      values.map(([value, words]) => h("option", { key: value, value }, words))));
}
