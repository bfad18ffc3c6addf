// Faces without photographs: initials on one of a few calm colours, the same for the same person every time.

import { h } from "./dom.js";

const TONES = 8;

function tone(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % TONES;
}

export function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  if (!words.length) return "?";
  const last = words.length > 1 ? words.at(-1) : "";
  return (words[0][0] + (last[0] ?? "")).toUpperCase();
}

export function avatar(name, { bot = false, dot = false } = {}) {
  return h("span", { class: `avatar ${bot ? "avatar-bot" : `tone-${tone(name)}`}`, "aria-hidden": "true" },
    bot ? botFace() : initials(name),
    dot && h("span", { class: "dot" }));
}

function botFace() {
  return h("svg", { viewBox: "0 0 24 24", class: "icon" },
    h("path", { d: "M4 12a8 8 0 1 1 3.4 6.5L4 19.5l.9-3A8 8 0 0 1 4 12Z", fill: "none", stroke: "currentColor", "stroke-width": "1.8", "stroke-linejoin": "round" }),
    h("circle", { cx: "9.2", cy: "12", r: "1.2", fill: "currentColor" }),
    h("circle", { cx: "14.8", cy: "12", r: "1.2", fill: "currentColor" }));
}

/** +46701740605 -> 070-174 06 05, as it is read aloud in Sweden. */
export function prettyNumber(number) {
  const match = /^\+46(\d{2})(\d{3})(\d{2})(\d{2})$/.exec(number);
  return match ? `0${match[1]}-${match[2]} ${match[3]} ${match[4]}` : number;
}
