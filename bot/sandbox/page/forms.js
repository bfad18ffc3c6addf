// What has been filled in, kept beside the elements: it survives that a view is updated, covered by another or looked away from.
// Where nothing has been filled in here, what Slack remembers of the field stands, and else what the field begins with.

const forms = new Map();

const formOf = (surface) => {
  if (!forms.has(surface.key)) forms.set(surface.key, new Map());
  return forms.get(surface.key);
};
const fieldOf = (block, element) => `${block.block_id}\n${element.action_id}\n${element.type}`;

export function valueOf(surface, block, element) {
  const form = formOf(surface);
  const field = fieldOf(block, element);
  if (form.has(field)) return form.get(field);
  const held = heldOf(surface, block, element);
  return held ? valueIn(held) : initialOf(element);
}

/** The state of a field as Slack remembers it, if it does. */
export function heldOf(surface, block, element) {
  const held = surface.held?.[block.block_id]?.[element.action_id];
  return held?.type === element.type ? held : null;
}

function valueIn(held) {
  if (held.selected_options) return held.selected_options.map((option) => option.value);
  if ("selected_option" in held) return held.selected_option?.value ?? null;
  return held.value ?? held.selected_date ?? held.selected_time ?? held.selected_user ?? null;
}

export function setValue(surface, block, element, value) {
  formOf(surface).set(fieldOf(block, element), value);
}

/** A value as Slack would start it: an option's value, a list of them, or text. Null is empty. */
export function initialOf(element) {
  if (element.initial_options) return element.initial_options.map((option) => option.value);
  if (["checkboxes", "multi_static_select", "multi_external_select"].includes(element.type)) return [];
  if (element.initial_option) return element.initial_option.value;
  return element.initial_value ?? element.initial_date ?? element.initial_time ?? element.initial_user ?? null;
}

export const isEmpty = (value) => value === null || value === undefined || (typeof value === "string" ? !value.trim() : value.length === 0);

/** Every field with its value. Inputs first of all, but also what stands in actions and sections, as in Slack's view state. */
export function collect(surface, blocks) {
  const values = {};
  for (const block of blocks ?? []) {
    for (const element of fieldsIn(block)) {
      values[block.block_id] ??= {};
      values[block.block_id][element.action_id] = valueOf(surface, block, element);
    }
  }
  return values;
}

const FIELDS = new Set([
  "plain_text_input", "static_select", "external_select", "users_select", "multi_static_select", "multi_external_select",
  "radio_buttons", "checkboxes", "datepicker", "timepicker", "number_input", "email_text_input", "url_text_input",
]);

function fieldsIn(block) {
  const elements = block.type === "input" ? [block.element] : [...(block.elements ?? []), block.accessory];
  return elements.filter((element) => element && FIELDS.has(element.type) && element.action_id);
}

/** What Slack itself says before the app is asked: {block_id: words}. */
export function complaints(surface, blocks) {
  const found = {};
  for (const block of blocks ?? []) {
    if (block.type !== "input") continue;
    const value = valueOf(surface, block, block.element);
    if (isEmpty(value)) {
      if (!block.optional) found[block.block_id] = "Det här behöver fyllas i.";
      continue;
    }
    const { min_length: least, max_length: most } = block.element;
    if (most && value.length > most) found[block.block_id] = `Texten får vara högst ${most} tecken.`;
    else if (least && value.length < least) found[block.block_id] = `Texten behöver vara minst ${least} tecken.`;
  }
  return found;
}

/** Forget what a view no longer asks for, as Slack does, and the views that are gone. */
export function prune(open) {
  const surfaces = new Map(open.map((surface) => [surface.key, surface]));
  for (const [key, form] of forms) {
    if (key.startsWith("message ")) continue;
    const surface = surfaces.get(key);
    if (!surface) {
      forms.delete(key);
      continue;
    }
    const asked = new Set((surface.blocks ?? []).flatMap((block) => fieldsIn(block).map((element) => fieldOf(block, element))));
    for (const field of form.keys()) if (!asked.has(field)) form.delete(field);
  }
}

export const forgetForms = () => forms.clear();
