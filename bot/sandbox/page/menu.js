// A small menu that opens beside its button, wherever there is room, and is never cut off by a list that scrolls.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toggleMenu, ui } from "./store.js";

const GAP_PX = 4;
const EDGE_PX = 8;

/** `items` are `{key, words, pick, value?}`. */
export function menu({ id, label, title = null, items, size = "", testid = null }) {
  const open = ui.menu === id;
  const choose = (item) => () => {
    toggleMenu(id);
    item.pick();
  };
  return [
    h("button", {
      type: "button", class: size, "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": String(open), "data-testid": testid,
      on: { click: () => toggleMenu(id) },
    }, icon("more")),
    open && h("span", { class: "menu", role: "menu", created: place, on: { keydown: steer } },
      title && h("span", { class: "menu-title" }, title),
      items.map((item) => h("button", { key: item.key, type: "button", role: "menuitem", "data-value": item.value ?? null, on: { click: choose(item) } }, item.words))),
  ];
}

function place(el) {
  queueMicrotask(() => {
    const button = el.previousElementSibling.getBoundingClientRect();
    const { width, height } = el.getBoundingClientRect();
    const below = button.bottom + GAP_PX + height < innerHeight - EDGE_PX;
    el.style.top = `${below ? button.bottom + GAP_PX : Math.max(EDGE_PX, button.top - GAP_PX - height)}px`;
    el.style.left = `${Math.min(Math.max(EDGE_PX, button.left), innerWidth - width - EDGE_PX)}px`;
    el.querySelector("button")?.focus({ preventScroll: true });
  });
}

function steer(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("button")];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}
