// Block Kit into elements, one function for each kind of block.

import { h } from "./dom.js";
import { element, unknown } from "./elements.js";
import { icon } from "./icons.js";
import { literal, plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { elementId, problemsOf } from "./surface.js";

/** All blocks of a surface. A block_id is the key, so that what stays keeps its elements. */
export function blocks(surface, list) {
  return (list ?? []).map((block, i) => {
    const make = KINDS[block.type];
    return h("div", { key: block.block_id ?? `${block.type} ${i}`, class: `block block-${block.type}`, "data-block": block.block_id ?? null },
      make ? make(surface, block) : unknown(block.type));
  });
}

function section(surface, block) {
  return [
    h("div", { class: "section-text" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields && h("div", { class: "section-fields" }, block.fields.map((field) => h("div", { class: "text" }, textObject(field))))),
    block.accessory && h("div", { class: "section-accessory" }, accessory(surface, block)),
  ];
}

const accessory = (surface, block) => (block.accessory.type === "image" ? picture(block.accessory) : element(surface, block, block.accessory));

const header = (surface, block) => h("h3", { class: "header-block" }, literal(block.text));
const divider = () => h("hr");

function context(surface, block) {
  return (block.elements ?? []).map((item) => (item.type === "image" ? picture(item, "small") : h("span", { class: "text" }, textObject(item))));
}

const actions = (surface, block) => (block.elements ?? []).map((item) => element(surface, block, item));

/** Nothing is fetched from outside: a picture is a frame with its alt text. */
function picture(block, size = "") {
  return h("figure", { class: `picture ${size}`, role: "img", "aria-label": block.alt_text },
    icon("image"), size !== "small" && h("figcaption", {}, literal(block.title) || block.alt_text));
}

function input(surface, block) {
  const item = block.element;
  const id = elementId(surface, block, item);
  const problem = problemsOf(surface)[block.block_id];
  const grouped = ["radio_buttons", "checkboxes", "multi_static_select"].includes(item.type);
  const described = [block.hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return [
    h(grouped ? "span" : "label", { class: "label", for: grouped ? null : id, id: `${id}-label` },
      literal(block.label), block.optional && h("span", { class: "optional" }, " (valfritt)")),
    element(surface, block, item, { id, labelledBy: `${id}-label`, describedBy: described, invalid: Boolean(problem) }),
    problem && h("p", { class: "problem", id: `${id}-problem`, role: "alert", "data-testid": "field-error" }, icon("warn"), problem),
    block.hint && h("p", { class: "hint", id: `${id}-hint` }, literal(block.hint)),
  ];
}

const KINDS = {
  section,
  header,
  divider,
  context,
  actions,
  input,
  image: (surface, block) => picture(block),
  rich_text: (surface, block) => richText(block),
  markdown: (surface, block) => h("div", { class: "text" }, plain(block.text)),
  video: (surface, block) => picture(block),
};
