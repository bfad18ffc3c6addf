// The rich_text block: what a person wrote in Slack's own editor, or quotes that a bot wants kept literal.

import { h } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { channelById, userById } from "./store.js";

export const richText = (block) => h("div", { class: "rich" }, (block.elements ?? []).map(part));

function part(item) {
  const inner = (item.elements ?? []).map(piece);
  if (item.type === "rich_text_quote") return h("blockquote", {}, inner);
  if (item.type === "rich_text_preformatted") return h("pre", { class: "code-block" }, inner);
  if (item.type === "rich_text_list") return h(item.style === "ordered" ? "ol" : "ul", {}, item.elements.map((line) => h("li", {}, (line.elements ?? []).map(piece))));
  return h("div", { class: "text" }, inner);
}

function piece(item) {
  const words = {
    text: () => plain(item.text),
    link: () => h("span", { class: "link", title: item.url }, item.text ?? item.url),
    user: () => h("span", { class: "mention" }, `@${userById(item.user_id)?.real_name ?? item.user_id}`),
    channel: () => h("span", { class: "mention" }, `#${channelById(item.channel_id)?.name ?? item.channel_id}`),
    broadcast: () => h("span", { class: "mention mention-all" }, `@${item.range}`),
    emoji: () => (item.unicode ? String.fromCodePoint(...item.unicode.split("-").map((code) => Number.parseInt(code, 16))) : `:${item.name}:`),
  }[item.type]?.() ?? "";
  const { bold, italic, strike, code } = item.style ?? {};
  return [[code, "code"], [strike, "s"], [italic, "em"], [bold, "strong"]].reduce((inner, [on, tag]) => (on ? h(tag, {}, inner) : inner), words);
}
