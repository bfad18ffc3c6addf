// A very small virtual DOM. A node that keeps its tag and key keeps its element: what is being typed, the caret and the
// scroll position survive every update. Text only ever becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "line"]);

/** Describe an element. `props.initial` is the value it is born with; later it belongs to the person who types. */
export function h(tag, props, ...children) {
  const { key, ...rest } = props ?? {};
  return { tag, key, props: rest, children: flatten(children), el: null };
}

function flatten(children, prefix = "", into = []) {
  children.forEach((child, index) => {
    if (child === null || child === undefined || child === false || child === true) return;
    const place = `${prefix}${index}`;
    if (Array.isArray(child)) flatten(child, `${place}.`, into);
    else if (typeof child === "object") into.push(named(child, place, into));
    else into.push({ text: String(child), id: `t${place}`, el: null });
  });
  return into;
}

function named(node, place, siblings) {
  node.id = node.key === undefined ? `p${place}:${node.tag}` : `k${node.key}:${node.tag}`;
  while (siblings.some((other) => other.id === node.id)) node.id += "'";
  return node;
}

/** Make `parent` show `next`; `previous` is what the last call returned. */
export function render(parent, previous, next) {
  const nodes = flatten([next]);
  patchChildren(parent, previous ?? [], nodes);
  return nodes;
}

function create(node) {
  if (node.tag === undefined) {
    node.el = document.createTextNode(node.text);
    return node.el;
  }
  const el = SVG_TAGS.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  node.el = el;
  setProps(el, {}, node.props);
  patchChildren(el, [], node.children);
  if (node.props.initial !== undefined) setInitial(el, node.props.initial);
  setLive(el, node.props);
  node.props.created?.(el);
  return el;
}

function patch(old, node) {
  node.el = old.el;
  if (node.tag === undefined) {
    if (old.text !== node.text) node.el.data = node.text;
    return;
  }
  setProps(node.el, old.props, node.props);
  patchChildren(node.el, old.children, node.children);
  setLive(node.el, node.props);
}

function patchChildren(parent, old, next) {
  const byId = new Map(old.map((node) => [node.id, node]));
  const kept = new Set(next.map((node) => node.id));
  for (const node of old) if (!kept.has(node.id)) node.el.remove();
  // What stays in order is never moved: moving an element would take the focus from it.
  let at = parent.firstChild;
  for (const node of next) {
    const before = byId.get(node.id);
    if (before) {
      patch(before, node);
      if (node.el === at) at = at.nextSibling;
      else parent.insertBefore(node.el, at);
    } else {
      parent.insertBefore(create(node), at);
    }
  }
}

function setProps(el, old, props) {
  for (const name of Object.keys(old)) if (!(name in props)) setProp(el, name, null);
  for (const [name, value] of Object.entries(props)) if (name === "on" || old[name] !== value) setProp(el, name, value);
}

function setProp(el, name, value) {
  if (name === "on") return listen(el, value ?? {});
  if (["initial", "value", "checked", "created"].includes(name)) return;
  if (name === "style") {
    for (const [property, text] of Object.entries(value ?? {})) el.style.setProperty(property, text);
    return;
  }
  if (value === null || value === undefined || value === false) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? "" : value);
}

/** `value` and `checked` follow the state at every update, unlike `initial`. */
function setLive(el, props) {
  if (props.value !== undefined && el.value !== props.value) el.value = props.value;
  if (props.checked !== undefined && el.checked !== props.checked) el.checked = props.checked;
}

function setInitial(el, value) {
  if (el.type === "checkbox" || el.type === "radio") el.checked = Boolean(value);
  else el.value = value;
}

function listen(el, handlers) {
  el.handlers ??= {};
  for (const type of Object.keys(el.handlers)) el.handlers[type] = null;
  for (const [type, handler] of Object.entries(handlers)) {
    if (!(type in el.handlers)) el.addEventListener(type, (event) => el.handlers[type]?.(event));
    el.handlers[type] = handler;
  }
}
