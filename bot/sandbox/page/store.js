// What the world says (`world`), what this window looks at (`ui`), and one way to draw them again.

export const store = { world: null, fetchedAt: 0, connection: "connecting" };

export const ui = {
  tab: "phones", // which of the three tabs a narrow screen shows
  phone: null, // number of the chosen phone
  lines: {}, // phone -> which of our numbers it texts
  media: {}, // phone -> an image goes with the next sms
  user: null,
  places: {}, // user -> channel id or "home"
  threads: {}, // user -> {channel, ts} or null
  editing: null, // {user, channel, ts}
  menu: null, // id of the one open menu
  panel: null, // "faults", "jump", "add-phone" or "members"
  help: false,
  steps: { texted: false, answered: false, received: false },
  busy: new Set(),
  drafts: new Map(),
};

let draw = () => {};
let waiting = false;

export function onDraw(callback) {
  draw = callback;
}

/** Draw soon; many calls in one turn become one drawing. */
export function redraw() {
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    draw();
  });
}

export function set(changes) {
  Object.assign(ui, changes);
  redraw();
}

export function now() {
  if (!store.world) return new Date();
  return new Date(Date.parse(store.world.clock.now) + (performance.now() - store.fetchedAt));
}

export async function whileBusy(key, work) {
  ui.busy.add(key);
  redraw();
  try {
    return await work();
  } finally {
    ui.busy.delete(key);
    redraw();
  }
}

/** Open one menu or panel at a time; the same again closes it. */
export const toggleMenu = (id) => set({ menu: ui.menu === id ? null : id });
export const togglePanel = (id) => set({ panel: ui.panel === id ? null : id });

// --- looking things up ------------------------------------------------------------------------------------------

export const slack = () => store.world?.slack ?? { users: [], channels: [], messages: {}, views: {}, homes: {} };
export const userById = (id) => slack().users.find((user) => user.id === id);
export const channelById = (id) => slack().channels.find((channel) => channel.id === id);
export const phoneByNumber = (number) => (store.world?.phones ?? []).find((phone) => phone.number === number);
export const viewsOf = (user) => slack().views?.[user] ?? [];

export function channelsOf(user) {
  return slack().channels.filter((channel) => channel.kind !== "im" && channel.members.includes(user));
}

export function dmOf(user) {
  return slack().channels.find((channel) => channel.kind === "im" && channel.members.includes(user));
}

export function botName() {
  return slack().bot?.name ?? slack().channels.find((channel) => channel.kind === "im")?.name ?? "Boten";
}

export function placeOf(user) {
  const place = ui.places[user];
  if (place === "home" || (place && channelById(place)?.members.includes(user))) return place;
  return dmOf(user)?.id ?? channelsOf(user)[0]?.id ?? "home";
}

/** Choose what this window shows when the world has changed under it. */
export function settleChoices() {
  const { phones, slack: { users } } = store.world;
  if (!phoneByNumber(ui.phone)) ui.phone = phones[0]?.number ?? null;
  if (!userById(ui.user)) ui.user = users[0]?.id ?? null;
}

// --- the address bar --------------------------------------------------------------------------------------------

const LINKED = ["phone", "user", "channel", "thread", "tab"];
let followed = null; // the address that the page shows, or that it wrote itself

export function readAddress() {
  const wanted = {};
  followed = location.hash;
  for (const pair of location.hash.slice(1).split("&")) {
    const [name, value] = pair.split("=");
    if (!LINKED.includes(name) || value === undefined) continue;
    try {
      wanted[name] = decodeURIComponent(value); // not URLSearchParams: there + would become a space
    } catch { /* a broken link chooses nothing */ }
  }
  if (wanted.phone) ui.phone = wanted.phone;
  if (wanted.user) ui.user = wanted.user;
  if (wanted.user && wanted.channel) ui.places[wanted.user] = wanted.channel;
  if (wanted.user && wanted.channel && wanted.thread) ui.threads[wanted.user] = { channel: wanted.channel, ts: wanted.thread };
  if (["phones", "slack", "world"].includes(wanted.tab)) ui.tab = wanted.tab;
}

export function writeAddress() {
  if (!ui.phone && !ui.user) return;
  if (location.hash !== followed) return; // somebody has followed a link: hashchange is on its way, and must find it
  const thread = ui.threads[ui.user];
  const values = {
    phone: ui.phone, user: ui.user, channel: ui.user && placeOf(ui.user),
    thread: thread && thread.channel === placeOf(ui.user) ? thread.ts : null, tab: ui.tab,
  };
  const hash = Object.entries(values)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replace("%2B", "+")}`)
    .join("&");
  if (`#${hash}` !== location.hash) history.replaceState(null, "", `#${hash}`);
  followed = location.hash;
}
