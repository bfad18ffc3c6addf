// A box to write in. Enter sends, Shift+Enter makes a new line; a draft waits until one comes back.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { notifyError } from "./notify.js";
import { redraw, ui } from "./store.js";

/** `send(words)` may fail: then what was written comes back. */
export function compose({ draft, label, placeholder, testid, sendTestid, send, before = null, hint = null, allowEmpty = false }) {
  const words = ui.drafts.get(draft) ?? "";
  const field = (event) => event.target.closest(".compose").querySelector("textarea");
  const go = async (textarea) => {
    const written = textarea.value;
    if (!written.trim() && !allowEmpty) return;
    put(textarea, draft, "");
    try {
      await send(written);
    } catch (error) {
      notifyError(error);
      if (!textarea.value) put(textarea, draft, written);
    }
  };
  return h("div", { key: `compose ${draft}`, class: "compose" },
    hint,
    h("div", { class: "compose-row" },
      before,
      h("textarea", {
        rows: 1, "aria-label": label, placeholder, "data-testid": testid, initial: words, enterkeyhint: "send",
        created: (el) => queueMicrotask(() => grow(el)),
        on: {
          input: (event) => {
            ui.drafts.set(draft, event.target.value);
            grow(event.target);
            redraw();
          },
          keydown: (event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            go(event.target);
          },
        },
      }),
      h("button", {
        type: "button", class: `send ${words.trim() || allowEmpty ? "ready" : ""}`, "aria-label": "Skicka", title: "Skicka (Enter)", "data-testid": sendTestid,
        on: { click: (event) => go(field(event)) },
      }, icon("send"))));
}

function put(textarea, draft, words) {
  textarea.value = words;
  ui.drafts.set(draft, words);
  grow(textarea);
  redraw();
}

export function grow(textarea) {
  textarea.style.height = "auto";
  if (textarea.scrollHeight) textarea.style.height = `${textarea.scrollHeight}px`;
}
