// A phone that rings, or that calls us: what a person can do with it, what is heard, and how the newest call ended.

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { attempt } from "./notify.js";
import { prettyNumber } from "./people.js";
import { time } from "./time.js";

const ENDS = {
  busy: "Avvisat samtal", "no-answer": "Missat samtal", failed: "Samtalet gick inte fram", canceled: "Den som ringde la på",
};

export const isRinging = (phone) => phone.calls.some(rings);
const rings = (call) => !call.mine && (call.status === "queued" || call.status === "ringing");
const goesOn = (call) => call.status === "in-progress" || (call.mine && (call.status === "queued" || call.status === "ringing"));

export function calls(phone, label) {
  const newest = phone.calls.at(-1);
  if (!newest) return null;
  const live = phone.calls.filter((call) => rings(call) || goesOn(call));
  return h("div", { key: "calls", class: "calls", role: "region", "aria-label": `Telefonsamtal på ${phone.name}s telefon`, "aria-live": "polite" },
    live.length ? live.map((call) => (rings(call) ? ring(call, label) : ongoing(call, label))) : over(newest));
}

export function callButton(phone, line) {
  const call = async () => {
    await attempt(() => api.callUs(phone.number, { to: line.number }));
    await refresh();
  };
  const busy = phone.calls.some((one) => rings(one) || goesOn(one));
  return h("button", { type: "button", class: "button", disabled: busy, "data-testid": "phone-call", title: `Ring ${prettyNumber(line.number)}`, on: { click: call } }, icon("phone"), "Ring");
}

function over(call) {
  return h("div", { key: call.sid, class: "call-end", "data-testid": "call-end" }, icon("phone"),
    h("span", {}, `${ended(call)} ${time(new Date(call.at))}`, call.mine && call.says ? h("span", { class: "call-heard", "data-testid": "call-heard" }, `”${call.says}”`) : null));
}

function ended(call) {
  if (call.digits) return `Svarade och tryckte ${call.digits}`;
  if (call.bridged) return "Samtal avslutat";
  if (call.mine) return "Du ringde, ingen tog samtalet";
  return call.status === "completed" ? "Röstbrevlådan svarade" : ENDS[call.status] ?? call.status;
}

const doing = (call, order) => ({
  click: async () => {
    await attempt(() => api.answerCall(call.sid, order));
    await refresh();
  },
});

function ring(call, label) {
  return h("div", { key: call.sid, class: "call", "data-testid": "call" },
    h("strong", {}, icon("phone"), `${label} ringer`),
    call.says && h("p", {}, `”${call.says}”`),
    h("div", { class: "row" },
      call.asks
        ? h("button", { type: "button", class: "button primary", "data-testid": "call-key", on: doing(call, { do: "key", digits: "1" }) }, "Svara och tryck 1")
        : h("button", { type: "button", class: "button primary", "data-testid": "call-answer", on: doing(call, { do: "voicemail" }) }, "Svara"),
      call.asks && h("button", { type: "button", class: "button", "data-testid": "call-voicemail", on: doing(call, { do: "voicemail" }) }, "Röstbrevlåda"),
      h("button", { type: "button", class: "button", "data-testid": "call-decline", on: doing(call, { do: "decline" }) }, "Avvisa")));
}

function ongoing(call, label) {
  const words = call.bridged ? `Samtal pågår med ${label}` : call.mine ? `Ringer ${label} …` : "Du väntar på att kopplas";
  return h("div", { key: call.sid, class: "call", "data-testid": "call-ongoing" },
    h("strong", {}, icon("phone"), words),
    h("div", { class: "row" },
      h("button", { type: "button", class: "button", "data-testid": "call-hang-up", on: doing(call, { do: "hang_up" }) }, "Lägg på")));
}
