// What the carrier says about an sms, in words; and the words of an sms, as a phone shows them.

import { h } from "./dom.js";

const STATES = {
  accepted: "Köat", queued: "Köat", scheduled: "Väntar", sending: "Skickas", sent: "Skickat", delivered: "Levererat", read: "Läst",
  undelivered: "Kom inte fram", failed: "Kunde inte skickas", canceled: "Stoppat", partially_delivered: "Delvis levererat", received: "Skickat", receiving: "Skickas",
};

const REASONS = {
  21211: "numret är ogiltigt", 21610: "mottagaren har skrivit STOPP", 21614: "numret är ingen mobil", 30001: "kön var full",
  30002: "kontot är stängt", 30003: "telefonen är avstängd eller utan täckning", 30004: "mottagaren blockerar sms",
  30005: "numret finns inte", 30006: "fast telefon eller okänd operatör", 30007: "stoppat av operatörens filter",
  30008: "okänt fel hos operatören", 30017: "operatörens nät är överbelastat", 30036: "sms:et blev för gammalt", 30410: "operatören svarade inte",
};

const LOST = new Set(["undelivered", "failed", "canceled"]);

export const isLost = (sms) => LOST.has(sms.status);

export function stateWords(sms) {
  const words = STATES[sms.status] ?? sms.status;
  if (!sms.error_code) return words;
  return `${words} – ${REASONS[sms.error_code] ?? "fel"} (${sms.error_code})`;
}

/** What a person may make the carrier report about one sms: [status, error code, words]. */
export const REPORTS = [
  ["delivered", null, "Levererat"],
  ["undelivered", 30003, "Telefonen är avstängd"],
  ["undelivered", 30007, "Stoppat av filter"],
  ["failed", 30008, "Okänt fel"],
];

const ADDRESS = /(https?:\/\/[^\s]+)/;

/** The text with what looks like an address made into a link, as phones do. */
export const linked = (text) =>
  text.split(ADDRESS).map((part, index) => (index % 2 ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
