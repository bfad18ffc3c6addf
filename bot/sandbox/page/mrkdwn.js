// Slack's mrkdwn into elements. Angle brackets carry mentions and links here, and nowhere else: in plain_text all is literal.

import { h } from "./dom.js";
import { channelById, slack, userById } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
export const unescape = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** The text of a person who types: what they see is what is sent. */
export const plain = (text) => String(text ?? "").split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));

/** A Block Kit text object, whichever its type. */
export function textObject(object) {
  if (!object) return null;
  if (typeof object === "string") return plain(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "") : plain(object.text ?? "");
}

export const literal = (object) => (typeof object === "string" ? object : object?.text ?? "");

export function mrkdwn(text) {
  const out = [];
  // Fenced code first: nothing inside it means anything.
  String(text ?? "").split(/```([\s\S]*?)```/).forEach((piece, i) => {
    if (i % 2) out.push(h("pre", { class: "code-block" }, unescape(piece.replace(/^\n|\n$/g, ""))));
    else out.push(...paragraphs(piece));
  });
  return out;
}

function paragraphs(text) {
  const out = [];
  let quote = null;
  const lines = text.split("\n");
  lines.forEach((line, i) => {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) out.push((quote = []));
      if (quote.length) quote.push(h("br"));
      quote.push(...inline(quoted[1]));
      return;
    }
    if (i > 0 && !quote) out.push(h("br"));
    quote = null;
    out.push(...inline(line));
  });
  return out.map((part) => (Array.isArray(part) ? h("blockquote", {}, part) : part));
}

const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|(https?:\/\/[^\s<>|]+)/g;

function inline(line) {
  const out = [];
  let at = 0;
  const marks = [];
  // Swap every token for one private-use character, so that *bold <@U1>* may span it.
  let flat = "";
  for (const match of line.matchAll(TOKEN)) {
    flat += line.slice(at, match.index);
    flat += String.fromCharCode(0xe000 + marks.length);
    marks.push(token(match));
    at = match.index + match[0].length;
  }
  flat += line.slice(at);
  styled(flat, marks, out);
  return out;
}

function token([all, code, angle, url]) {
  if (code !== undefined) return h("code", {}, unescape(code));
  if (url !== undefined) return link(unescape(url), unescape(url));
  const [target, label] = split(angle);
  if (target.startsWith("@")) return mention(`@${userById(target.slice(1))?.real_name ?? botOr(target.slice(1), label)}`);
  if (target.startsWith("#")) return mention(`#${channelById(target.slice(1))?.name ?? label ?? target.slice(1)}`);
  if (/^!(channel|here|everyone)$/.test(target)) return h("span", { class: "mention mention-all" }, `@${target.slice(1)}`);
  if (target.startsWith("!subteam^")) return mention(unescape(label ?? "@grupp"));
  if (target.startsWith("!date^")) return unescape(label ?? all);
  if (/^(https?|mailto|tel):/i.test(target)) return link(unescape(target), unescape(label ?? target.replace(/^(mailto|tel):/i, "")));
  return all;
}

function split(angle) {
  const bar = angle.indexOf("|");
  return bar < 0 ? [angle, undefined] : [angle.slice(0, bar), angle.slice(bar + 1)];
}

const botOr = (id, label) => (slack().bot?.id === id ? slack().bot.name : label ?? id);
const mention = (words) => h("span", { class: "mention" }, words);
const link = (url, words) => h("span", { class: "link", title: url }, words);

const STYLES = [
  ["strong", "\\*"],
  ["em", "_"],
  ["s", "~"],
].map(([tag, sign]) => ({
  tag,
  // Opens after a space or punctuation, closes before one, and does not begin or end with a space.
  pattern: new RegExp(`(^|[\\s\\p{P}\\p{S}\\uE000-\\uF8FF])${sign}(?!\\s)([^${sign}\\n]*[^\\s${sign}])${sign}(?=$|[\\s\\p{P}\\p{S}\\uE000-\\uF8FF])`, "u"),
}));

function styled(text, marks, out) {
  let first = null;
  for (const { tag, pattern } of STYLES) {
    const match = pattern.exec(text);
    if (!match) continue;
    const start = match.index + match[1].length;
    if (!first || start < first.start) first = { tag, start, end: match.index + match[0].length, inner: match[2] };
  }
  if (!first) return restore(text, marks, out);
  restore(text.slice(0, first.start), marks, out);
  const inner = [];
  styled(first.inner, marks, inner);
  out.push(h(first.tag, {}, inner));
  styled(text.slice(first.end), marks, out);
}

function restore(text, marks, out) {
  for (const piece of text.split(/([\uE000-\uF8FF])/)) {
    if (!piece) continue;
    const mark = piece.length === 1 ? marks[piece.charCodeAt(0) - 0xe000] : undefined;
    if (mark === undefined) out.push(unescape(piece));
    else out.push(mark);
  }
}

/** One line without any marks, for a short look at a message. */
export const glance = (text) => unescape(String(text ?? "").replace(/<[^|<>]+\|([^<>]+)>/g, "$1").replace(/\s+/g, " ")).trim();
