// Every call to the control interface. Paths are relative, so that the page may live under any prefix.

export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

// The control interface answers with code words; what is not here is shown as it is.
const WORDS = {
  action_not_found: "Knappen finns inte längre.",
  bad_number: "Skriv numret som 070-174 06 33.",
  channel_not_found: "Kanalen finns inte.",
  is_archived: "Kanalen är arkiverad.",
  message_not_found: "Meddelandet finns inte längre.",
  no_text: "Skriv något först.",
  not_a_channel: "Det går bara i en kanal.",
  not_found: "Numret finns inte.",
  not_in_channel: "Personen är inte med i kanalen.",
  not_your_message: "Det går bara att ändra sina egna meddelanden.",
  number_taken: "Numret finns redan.",
  thread_not_found: "Tråden finns inte längre.",
  user_not_found: "Personen finns inte.",
  view_not_found: "Rutan har redan stängts.",
};

const inWords = (error, status) => WORDS[error] ?? error ?? `Sandlådan svarade med fel ${status}.`;

async function call(path, body) {
  const options = body === undefined
    ? { headers: { Accept: "application/json" } }
    : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError("Sandlådan svarar inte.", 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.ok === false) throw new ApiError(inWords(answer.error, response.status), response.status);
  return answer;
}

const part = encodeURIComponent;
const asUser = (user, verb, body) => call(`control/slack/users/${part(user)}/${verb}`, body);

export const CHANGES = "control/changes";
export const state = () => call("control/state");
export const clock = (body) => call("control/clock", body);
export const reset = () => call("control/reset", {});
export const faults = (switches) => call("control/faults", switches);
export const addPhone = (number, name) => call("control/phones", { number, name });
export const text = (phone, body) => call(`control/phones/${part(phone)}/text`, body);
export const smsStatus = (sid, status, errorCode) =>
  call(`control/sms/${part(sid)}/status`, { status, error_code: errorCode });

export const callUs = (number, order) => call(`control/phones/${part(number)}/call`, order);
export const answerCall = (sid, order) => call(`control/calls/${part(sid)}`, order);

export const say = (user, channel, words, threadTs) =>
  asUser(user, "say", { channel, text: words, thread_ts: threadTs ?? null });
export const edit = (user, channel, ts, words) => asUser(user, "edit", { channel, ts, text: words });
export const remove = (user, channel, ts) => asUser(user, "delete", { channel, ts });
export const click = (user, body) => asUser(user, "click", body);
export const suggest = (user, body) => asUser(user, "suggest", body);
export const submit = (user, viewId, values) => asUser(user, "submit", { view_id: viewId, values });
export const close = (user, viewId, all) => asUser(user, "close", { view_id: viewId, all });
export const home = (user) => asUser(user, "home", {});
export const invite = (channel, user) => call(`control/slack/channels/${part(channel)}/invite`, { user });
export const kick = (channel, user) => call(`control/slack/channels/${part(channel)}/kick`, { user });
export const share = (channel, on) => call(`control/slack/channels/${part(channel)}/shared`, { on });
export const command = (user, name, rest, channel) => asUser(user, "command", { command: name, text: rest, channel });
