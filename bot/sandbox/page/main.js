// The page: a bar with the world's clock, phones to the left, Slack to the right. Everything is drawn from `store` and `ui`.

import * as api from "./api.js";
import { clockButtons, clockFace } from "./clock.js";
import { h, render } from "./dom.js";
import { faultsControl } from "./faults.js";
import { forgetForms } from "./forms.js";
import { helpStrip, startHelp, toggleHelp, watchSteps } from "./help.js";
import { icon } from "./icons.js";
import { connect, refresh } from "./live.js";
import { afterDrawing } from "./modal.js";
import { ask, attempt } from "./notify.js";
import { phonesPanel } from "./phones.js";
import { forgetSeen, unreadPhone, unreadUser } from "./seen.js";
import { slackPanel } from "./slack.js";
import { onDraw, readAddress, redraw, set, settleChoices, store, ui, whileBusy, writeAddress } from "./store.js";

const TICK_MS = 5000;
const NEAR_BOTTOM_PX = 48;
const narrow = matchMedia("(max-width: 820px)");

const root = document.getElementById("app");
let drawn = null;

function draw() {
  if (!store.world) {
    drawn = render(root, drawn, h("p", { class: "starting" }, store.connection === "lost" ? "Sandlådan svarar inte än. Försöker igen …" : "Startar …"));
    return;
  }
  watchSteps();
  const followed = bottoms();
  const still = holdStill();
  drawn = render(root, drawn, page());
  follow(followed);
  still();
  writeAddress();
  afterDrawing();
}

function page() {
  const shows = (tab) => !narrow.matches || ui.tab === tab;
  return h("div", { class: "page", "data-tab": ui.tab },
    topBar(),
    store.connection === "lost" && h("p", { class: "lost-contact", role: "alert", "data-testid": "lost-contact" }, icon("warn"), "Tappade kontakten med sandlådan. Försöker igen …"),
    helpStrip(),
    h("main", { class: "halves" }, phonesPanel(shows("phones")), slackPanel(shows("slack"))),
    tabs());
}

function topBar() {
  return h("header", { class: "bar" },
    clockFace(),
    clockButtons(),
    h("div", { class: "bar-end" },
      faultsControl(),
      h("button", { type: "button", class: "button quiet", "data-testid": "reset", "aria-busy": ui.busy.has("reset") ? "true" : null, on: { click: startOver } }, icon("restart"), h("span", { class: "wide" }, "Börja om")),
      h("button", { type: "button", class: "button quiet", "data-testid": "help-open", "aria-expanded": String(ui.help), on: { click: toggleHelp } }, icon("help"), h("span", { class: "wide" }, "Så fungerar det"))));
}

async function startOver() {
  const yes = await ask({
    title: "Börja om från början?", text: "Alla sms, samtal och anteckningar i sandlådan försvinner, och klockan ställs tillbaka.", yes: "Börja om", danger: true,
  });
  if (!yes) return;
  await whileBusy("reset", async () => {
    await attempt(() => api.reset());
    forgetSeen();
    forgetForms();
    ui.drafts.clear();
    Object.assign(ui, { threads: {}, editing: null, steps: { texted: false, answered: false, received: false } });
    await refresh();
  });
}

function tabs() {
  const unread = {
    phones: store.world.phones.some(unreadPhone),
    slack: store.world.slack.users.some((user) => unreadUser(user.id)),
  };
  const tab = (name, mark, words) => h("button", {
    key: name, type: "button", "data-testid": `tab-${name}`, "aria-current": ui.tab === name ? "page" : null, on: { click: () => set({ tab: name, panel: null }) },
  }, h("span", { class: "tab-icon" }, icon(mark), unread[name] && ui.tab !== name && h("span", { class: "dot" })), words);
  return h("nav", { class: "tabs", "aria-label": "Vyer" }, tab("phones", "phone", "Telefoner"), tab("slack", "chat", "Slack"), tab("world", "globe", "Världen"));
}

// --- lists that follow what is new ------------------------------------------------------------------------------

/** Who stood at the bottom before the drawing. */
function bottoms() {
  return new Map([...document.querySelectorAll("[data-stick]")].map((el) => [el, el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_BOTTOM_PX]));
}

/** They still do, and so does a list that has just come. */
function follow(before) {
  for (const el of document.querySelectorAll("[data-stick]")) if (before.get(el) ?? true) el.scrollTop = el.scrollHeight;
}

/** What is being typed in a modal or in App Home stays where it is on the screen, however the text above it grows. */
function holdStill() {
  const field = document.activeElement;
  const scroller = field?.closest(".modal-body, .home");
  if (!scroller) return () => {};
  const before = field.getBoundingClientRect().top;
  return () => {
    if (field.isConnected) scroller.scrollTop += field.getBoundingClientRect().top - before;
  };
}

// --- start ------------------------------------------------------------------------------------------------------

onDraw(draw);
startHelp();
readAddress();
redraw();
refresh();
connect();
setInterval(redraw, TICK_MS);
narrow.addEventListener("change", redraw);
addEventListener("hashchange", () => {
  readAddress();
  if (store.world) settleChoices();
  redraw();
});
document.addEventListener("focusin", ({ target }) => {
  if (target.matches(".modal-body .field")) target.closest(".block")?.scrollIntoView({ block: "nearest" });
});
document.addEventListener("pointerdown", (event) => {
  if (ui.menu && !event.target.closest(".menu-holder")) set({ menu: null });
  if (["faults", "jump", "members"].includes(ui.panel) && !event.target.closest(".popover-holder")) set({ panel: null });
});
document.addEventListener("scroll", () => ui.menu && set({ menu: null }), true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !(ui.menu || ui.panel)) return;
  event.preventDefault();
  set({ menu: null, panel: null });
}, true);
