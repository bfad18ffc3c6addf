// Times as people in Sweden read them. The world lives in Stockholm, wherever the browser is.

const ZONE = "Europe/Stockholm";
const formatter = new Intl.DateTimeFormat("sv-SE", {
  timeZone: ZONE, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
  hourCycle: "h23",
});
const numeric = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  hourCycle: "h23",
});
const partsOf = (format, date) => Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));

export function dayAndTime(date) {
  const p = partsOf(formatter, date);
  return { day: `${p.weekday} ${p.day} ${p.month} ${p.year}`, time: `${p.hour}.${p.minute}` };
}

/** 2026-11-20 in words: fredag 20 november 2026. */
export const dayInWords = (iso) => dayAndTime(new Date(`${iso}T12:00:00Z`)).day;

export function time(date) {
  return dayAndTime(date).time;
}

/** 2026-11-20T16:55, as a date-time field wants it, in Stockholm. */
export function fieldValue(date) {
  const p = partsOf(numeric, date);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

export const dayKey = (date) => fieldValue(date).slice(0, 10);

/** The day as a heading in a list of messages, seen from `now`. */
export function dayHeading(date, now) {
  const p = partsOf(formatter, date);
  if (dayKey(date) === dayKey(now)) return "I dag";
  if (dayKey(date) === dayKey(new Date(now.getTime() - 86400000))) return "I går";
  return `${p.weekday} ${p.day} ${p.month}`;
}

/** Turn a Stockholm date-time field into ISO 8601 with the offset that holds on that day. */
export function stockholmIso(field) {
  const asUtc = new Date(`${field.slice(0, 16)}:00Z`);
  let offset = offsetMinutes(asUtc);
  offset = offsetMinutes(new Date(asUtc.getTime() - offset * 60000));
  const sign = offset < 0 ? "-" : "+";
  const pad = (n) => String(Math.abs(n)).padStart(2, "0");
  return `${field.slice(0, 16)}:00${sign}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`;
}

function offsetMinutes(date) {
  const p = partsOf(numeric, date);
  const local = Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second);
  return Math.round((local - Math.floor(date.getTime() / 1000) * 1000) / 60000);
}

export const tsDate = (ts) => new Date(Number.parseFloat(ts) * 1000);
