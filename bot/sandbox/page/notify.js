// Short notices that go away by themselves, and questions that wait for an answer.

import { h, render } from "./dom.js";

const STAY_MS = 6500;
const notices = [];
let drawn = null;
let next = 0;

function drawNotices() {
  drawn = render(document.getElementById("notices"), drawn, notices.map(({ id, words, tone }) =>
    h("div", { key: id, class: `notice notice-${tone}`, "data-testid": "toast" },
      h("p", {}, words),
      h("button", { type: "button", class: "icon-button", "aria-label": "Stäng meddelandet", on: { click: () => dismiss(id) } }, "×"))));
}

function dismiss(id) {
  const at = notices.findIndex((notice) => notice.id === id);
  if (at >= 0) notices.splice(at, 1);
  drawNotices();
}

export function notify(words, tone = "plain") {
  const id = next++;
  notices.push({ id, words, tone });
  if (notices.length > 3) notices.shift();
  drawNotices();
  setTimeout(() => dismiss(id), STAY_MS);
}

export const notifyError = (error) => notify(error?.message ?? String(error), "bad");

/** Run something that may fail and tell the person if it did; answers undefined then. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    notifyError(error);
    return undefined;
  }
}

/** Ask; true means yes. */
export function ask({ title, text, yes, no = "Avbryt", danger = false }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "ask";
    dialog.setAttribute("aria-labelledby", "ask-title");
    const answer = (value) => () => {
      resolve(value);
      dialog.close();
    };
    render(dialog, null, [
      h("h2", { id: "ask-title" }, title),
      h("div", { class: "ask-text" }, text),
      h("div", { class: "ask-buttons" },
        h("button", { type: "button", class: "button", "data-testid": "confirm-no", on: { click: answer(false) } }, no),
        h("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, "data-testid": "confirm-yes", on: { click: answer(true) } }, yes)),
    ]);
    dialog.addEventListener("close", () => {
      resolve(false);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
