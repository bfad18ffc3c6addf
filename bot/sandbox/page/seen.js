// What has been looked at in this window, per person and conversation: the source of every unread dot.

import { channelsOf, dmOf, slack, store } from "./store.js";

const KEY = "sandbox-seen";
const seen = new Map();

export function forgetSeen() {
  seen.clear();
  keep();
}

function look(key, mark) {
  if (mark === null || mark <= (seen.get(key) ?? "")) return;
  seen.set(key, mark);
  keep();
}

/** A reload in the same tab remembers; a world that has started afresh does not. */
function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ version: store.world?.version ?? 0, marks: [...seen] }));
  } catch { /* without storage a reload shows the dots again */ }
}

export function recallSeen(version) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    if (kept.version <= version) for (const [key, mark] of kept.marks) seen.set(key, mark);
  } catch { /* as above */ }
}

const unread = (key, mark) => mark !== null && mark > (seen.get(key) ?? "");

// --- Slack ------------------------------------------------------------------------------------------------------

/** A reply that stays in its thread. */
export const isReply = (message) => isInThread(message) && !message.broadcast;
export const isInThread = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

/** Everything in a channel that this person may see, oldest first. */
export function visibleTo(user, channel) {
  return (slack().messages?.[channel] ?? [])
    .filter((message) => !message.ephemeral_to || message.ephemeral_to === user)
    .sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}

function newest(messages, user) {
  return messages.reduce((mark, message) =>
    message.user !== user && !message.deleted && message.ts > (mark ?? "") ? message.ts : mark, null);
}

const inChannel = (user, channel) => visibleTo(user, channel).filter((message) => !isReply(message));
/** What is broadcast to the channel is seen there. */
const inThread = (user, channel, ts) => visibleTo(user, channel).filter((message) => message.thread_ts === ts && isReply(message));

export const lookAtChannel = (user, channel) => look(`${user} ${channel}`, newest(inChannel(user, channel), user));
export const lookAtThread = (user, channel, ts) =>
  look(`${user} ${channel} ${ts}`, newest(inThread(user, channel, ts), user));
export const unreadThread = (user, channel, ts) => unread(`${user} ${channel} ${ts}`, newest(inThread(user, channel, ts), user));

export function unreadChannel(user, channel) {
  if (unread(`${user} ${channel}`, newest(inChannel(user, channel), user))) return true;
  const threads = new Set(visibleTo(user, channel).filter(isReply).map((message) => message.thread_ts));
  return [...threads].some((ts) => unreadThread(user, channel, ts));
}

export function unreadUser(user) {
  return [dmOf(user), ...channelsOf(user)].some((channel) => channel && unreadChannel(user, channel.id));
}

// --- phones -----------------------------------------------------------------------------------------------------

const count = (phone, line) => {
  const texts = phone.messages.filter((sms) => !sms.mine && (!line || sms.with === line));
  return texts.length ? String(texts.length).padStart(6, "0") : null;
};

export const lookAtLine = (phone, line) => look(`${phone.number} ${line}`, count(phone, line));
export const unreadLine = (phone, line) => unread(`${phone.number} ${line}`, count(phone, line));
export const unreadPhone = (phone) => store.world.numbers.some(({ number }) => unreadLine(phone, number));
