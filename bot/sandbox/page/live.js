// Keep `store.world` fresh: the server says that something changed, we fetch all of it again.

import * as api from "./api.js";
import { forgetSeen, recallSeen } from "./seen.js";
import { readAddress, redraw, settleChoices, store } from "./store.js";

const DEBOUNCE_MS = 40;
const RETRY_MS = 1500;

let fetching = null;
let again = false;
let timer = null;

/** Fetch the state; calls that come while one is under way share the next. */
export function refresh() {
  if (fetching) {
    again = true;
    return fetching;
  }
  fetching = fetchAll().finally(() => {
    fetching = null;
  });
  return fetching;
}

async function fetchAll() {
  do {
    again = false;
    try {
      const world = await api.state();
      const first = store.world === null;
      if (first) recallSeen(world.version);
      else if (world.version < store.world.version) forgetSeen();
      store.world = world;
      store.fetchedAt = performance.now();
      store.connection = "live";
      if (first) readAddress();
      settleChoices();
    } catch {
      store.connection = "lost";
      setTimeout(refresh, RETRY_MS);
    }
    redraw();
  } while (again);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, DEBOUNCE_MS);
}

export function connect() {
  const source = new EventSource(api.CHANGES);
  source.onopen = soon;
  source.onmessage = soon;
  source.onerror = () => {
    store.connection = "lost";
    redraw();
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  };
}
