// The left half: the telephones of young people, parents and strangers.

import * as api from "./api.js";
import { callButton, calls, isRinging } from "./calls.js";
import { compose } from "./compose.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { refresh } from "./live.js";
import { menu } from "./menu.js";
import { attempt } from "./notify.js";
import { avatar, prettyNumber } from "./people.js";
import { lookAtLine, unreadLine, unreadPhone } from "./seen.js";
import { REPORTS, isLost, linked, stateWords } from "./sms.js";
import { now, phoneByNumber, redraw, set, store, togglePanel, ui } from "./store.js";
import { dayHeading, dayKey, time } from "./time.js";

const SEGMENTED_AT_MOST = 3;

export function phonesPanel(visible) {
  const { phones, numbers } = store.world;
  const phone = phoneByNumber(ui.phone);
  const line = phone && lineOf(phone, numbers);
  if (phone && line && visible) lookAtLine(phone, line.number);
  return h("section", { class: "panel phones", "aria-label": "Telefoner" },
    rail(phones),
    h("div", { class: "phone-side" },
      picker(phones),
      phone?.note && h("p", { class: "phone-note" }, phone.note),
      ui.panel === "add-phone" && addForm(),
      phone ? handset(phone, line, numbers) : h("p", { class: "empty" }, "Det finns ingen telefon än. Lägg till en.")));
}

function lineOf(phone, numbers) {
  const chosen = numbers.find(({ number }) => number === ui.lines[phone.number]);
  return chosen ?? numbers.find(({ number }) => number === phone.messages.at(-1)?.with) ?? numbers[0];
}

const choosePhone = (number) => set({ phone: number, menu: null });

function rail(phones) {
  return h("nav", { class: "rail", "aria-label": "Välj telefon" },
    phones.map((phone) => {
      const unread = phone.number !== ui.phone && (unreadPhone(phone) || isRinging(phone));
      return h("button", {
        key: phone.number, type: "button", class: "rail-item", "data-testid": "phone-chip", "data-number": phone.number,
        "aria-pressed": String(phone.number === ui.phone), title: [phone.name, prettyNumber(phone.number), phone.note].filter(Boolean).join(" · "),
        on: { click: () => choosePhone(phone.number) },
      }, avatar(phone.name, { dot: unread }), h("span", { class: "rail-name" }, phone.name), unread && h("span", { class: "sr" }, isRinging(phone) ? "(ringer)" : "(nytt)"));
    }),
    h("button", { type: "button", class: "rail-item rail-add", "data-testid": "phone-add", "aria-expanded": String(ui.panel === "add-phone"), on: { click: () => togglePanel("add-phone") } },
      h("span", { class: "avatar avatar-add" }, icon("plus")), h("span", { class: "rail-name" }, "Ny telefon")));
}

function picker(phones) {
  return h("label", { class: "picker" }, h("span", { class: "picker-label" }, "Telefon:"),
    h("select", { "data-testid": "phone-select", value: ui.phone ?? "", on: { change: (event) => choosePhone(event.target.value) } },
      phones.map((phone) => h("option", { key: phone.number, value: phone.number },
        `${phone.name} · ${prettyNumber(phone.number)}${phone.number !== ui.phone && unreadPhone(phone) ? "  ●" : ""}`))));
}

function addForm() {
  const add = async (event) => {
    event.preventDefault();
    const form = event.target;
    const number = international(form.elements.number.value);
    const name = form.elements.name.value.trim() || "Okänd";
    const answer = await attempt(() => api.addPhone(number, name));
    if (!answer) return;
    await refresh();
    set({ phone: number, panel: null });
  };
  return h("form", { class: "add-phone", "data-testid": "phone-add-form", on: { submit: add } },
    h("label", {}, "Nummer", h("input", { class: "field", name: "number", type: "tel", required: true, pattern: "\\+?[0-9 \\-]{6,20}", placeholder: "070-174 06 33", "data-testid": "phone-add-number", created: (el) => el.focus() })),
    h("label", {}, "Vems telefon är det?", h("input", { class: "field", name: "name", placeholder: "till exempel Mormor", "data-testid": "phone-add-name" })),
    h("div", { class: "row" },
      h("button", { class: "button primary", "data-testid": "phone-add-submit" }, "Lägg till"),
      h("button", { type: "button", class: "button", on: { click: () => set({ panel: null }) } }, "Avbryt")));
}

function international(written) {
  const digits = written.replace(/[^\d+]/g, "");
  return digits.startsWith("0") ? `+46${digits.slice(1)}` : digits;
}

// --- one telephone ----------------------------------------------------------------------------------------------

function handset(phone, line, numbers) {
  const messages = phone.messages.filter((sms) => !line || sms.with === line.number);
  const image = Boolean(ui.media[phone.number]);
  const send = async (body) => {
    const media = image ? 1 : 0;
    ui.media[phone.number] = false;
    await api.text(phone.number, { body, to: line?.number, media });
    ui.steps.texted = true;
    await refresh();
  };
  return h("div", { key: phone.number, class: "handset" },
    h("div", { class: "handset-top" },
      h("span", { class: "status-time" }, time(now())),
      h("span", { class: "island" }),
      h("span", { class: "status-icons", "aria-hidden": "true" }, signal(), battery())),
    h("div", { class: "handset-head" },
      h("div", { class: "handset-contact" },
        avatar(line?.label ?? "Sms", { bot: true }),
        h("div", {}, h("strong", {}, line?.label ?? "Inget nummer"), h("small", {}, line ? prettyNumber(line.number) : ""))),
      numbers.length > 1 && lines(phone, line, numbers),
      line && callButton(phone, line)),
    calls(phone, line?.label ?? "Beredskapen"),
    h("div", { key: `texts ${line?.number}`, class: "texts", role: "log", "aria-label": `Sms på ${phone.name}s telefon`, "data-stick": true, tabindex: 0 },
      messages.length ? bubbles(phone, messages) : h("p", { class: "empty" }, `Inga sms än. Skriv till ${line?.label ?? "oss"} här nedanför.`)),
    line && compose({
      draft: `phone ${phone.number} ${line.number}`, label: `Skriv sms från ${phone.name}`, placeholder: "Sms", testid: "phone-compose", sendTestid: "phone-send",
      allowEmpty: image, send, before: imageToggle(phone, image),
      hint: image && h("p", { class: "compose-hint" }, icon("image"), "En bild följer med."),
    }),
    h("div", { class: "handset-bar", "aria-hidden": "true" }));
}

const signal = () => h("svg", { viewBox: "0 0 18 12", class: "glyph" },
  [0, 1, 2, 3].map((i) => h("rect", { x: i * 4.5, y: 9 - i * 3, width: 3, height: 3 + i * 3, rx: 0.8, fill: "currentColor" })));

const battery = () => h("svg", { viewBox: "0 0 26 12", class: "glyph" },
  h("rect", { x: 0.6, y: 0.6, width: 21.8, height: 10.8, rx: 3, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5 }),
  h("rect", { x: 2.2, y: 2.2, width: 15, height: 7.6, rx: 1.6, fill: "currentColor" }),
  h("path", { d: "M24 4v4a2 2 0 0 0 0-4Z", fill: "currentColor", "fill-opacity": 0.5 }));

function lines(phone, line, numbers) {
  const choose = (number) => {
    ui.lines[phone.number] = number;
    redraw();
  };
  if (numbers.length > SEGMENTED_AT_MOST) {
    return h("select", { class: "field line-select", "aria-label": "Vilket nummer sms:et går till", "data-testid": "phone-line", value: line.number, on: { change: (event) => choose(event.target.value) } },
      numbers.map(({ number, label }) => h("option", { key: number, value: number }, `${label}${unreadLine(phone, number) ? "  ●" : ""}`)));
  }
  return h("div", { class: "lines", role: "group", "aria-label": "Vilket nummer sms:et går till" },
    numbers.map(({ number, label }) => h("button", {
      key: number, type: "button", "data-testid": "phone-line", "data-number": number, "aria-pressed": String(number === line.number), on: { click: () => choose(number) },
    }, label, number !== line.number && unreadLine(phone, number) && h("span", { class: "dot", title: "Nytt sms" }))));
}

function imageToggle(phone, image) {
  const turn = () => {
    ui.media[phone.number] = !image;
    redraw();
  };
  return h("button", { type: "button", class: "icon-button", "aria-pressed": String(image), "aria-label": "Bifoga bild", title: "Bifoga bild", "data-testid": "phone-media", on: { click: turn } }, icon("image"));
}

// --- bubbles ----------------------------------------------------------------------------------------------------

function bubbles(phone, messages) {
  const today = now();
  let day = null;
  return messages.map((sms) => {
    const at = new Date(sms.at);
    const heading = dayKey(at) !== day && dayHeading(at, today);
    day = dayKey(at);
    return [
      heading && h("p", { key: `day ${day}`, class: "day" }, heading),
      bubble(phone, sms, at),
    ];
  });
}

function bubble(phone, sms, at) {
  const lost = !sms.mine && isLost(sms);
  const pending = !sms.mine && ["queued", "accepted", "sending", "scheduled"].includes(sms.status);
  const media = sms.media > 0 && h("span", { class: "bubble-image" }, icon("image"), sms.media > 1 ? `${sms.media} bilder` : "Bild");
  return h("div", {
    key: sms.sid, class: `bubble-row ${sms.mine ? "mine" : "theirs"} ${lost ? "lost" : ""} ${pending ? "pending" : ""}`, "data-testid": "phone-message", "data-sid": sms.sid,
    "data-status": sms.status, "data-mine": String(Boolean(sms.mine)),
  },
  h("div", { class: "bubble" }, media, sms.body && h("span", { class: "bubble-text" }, linked(sms.body))),
  h("div", { class: "bubble-meta" },
    lost && icon("warn"),
    h("span", {}, time(at)),
    sms.mine ? h("span", { class: "sr" }, "skickat av telefonen") : h("span", { class: "bubble-state" }, stateWords(sms)),
    !sms.mine && reports(sms)));
}

function reports(sms) {
  const report = async (status, code) => {
    await attempt(() => api.smsStatus(sms.sid, status, code));
    await refresh();
  };
  return h("span", { class: "menu-holder" }, menu({
    id: `sms ${sms.sid}`, label: "Låt operatören rapportera något annat", title: "Operatören rapporterar", size: "icon-button tiny", testid: "sms-menu",
    items: REPORTS.map(([status, code, words]) => ({ key: words, words, pick: () => report(status, code) })),
  }));
}
