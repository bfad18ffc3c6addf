// Line icons, drawn here: nothing is fetched from elsewhere.

import { h } from "./dom.js";

const PATHS = {
  home: "M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1z",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  send: "M5 12h13M12.5 6l6 6-6 6",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  reply: "M5 6h14v10h-7l-4 3.5V16H5z",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v6M13.5 10.5v6",
  more: "M6 12h.01M12 12h.01M18 12h.01", // drawn thicker, see below
  help: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.5 9.5a2.6 2.6 0 1 1 3.6 2.4c-.8.4-1.1.9-1.1 1.8M12 17h.01",
  bolt: "M13 3 5 13.5h6L10.5 21 19 10h-6.2z",
  restart: "M5 12a7 7 0 1 0 2.2-5.1L5 9M5 4v5h5",
  phone: "M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2",
  chat: "M4.5 5.5h15v10.5h-8l-4 3.5v-3.5h-3z",
  globe: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c3 3 3 14 0 17M12 3.5c-3 3-3 14 0 17",
  people: "M9 11.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3.5 19c.4-3 2.5-4.6 5.5-4.6s5.1 1.6 5.5 4.6M15.5 5.4a3 3 0 0 1 0 5.8M17 14.8c2 .5 3.2 1.9 3.5 4.2",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  eye: "M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM12 9.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  warn: "M12 4.5 21 19.5H3zM12 10v4.5M12 17h.01",
  forward: "M5 6l7 6-7 6zM13 6l7 6-7 6z",
  moon: "M12 6v6l4 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
};

export function icon(name) {
  return h("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    h("path", { d: PATHS[name], fill: "none", stroke: "currentColor", "stroke-width": name === "more" ? "3" : "1.8", "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

export const spinner = () => h("span", { class: "spinner", "aria-hidden": "true" });
