// A browser may clear a site's data while answers wait there. A cookie that says that answers wait often outlives them:
// if the cookie is there and the database is gone, Home says so.
import { within } from "./requests.js";

const NAME = location.protocol === "http:" ? "local-waiting" : "__Host-waiting"; // as in server/web/cookies.py
const LOOKS = 2000; // ms: a browser that never lists its databases must not hold up the entries that wait
const MONTHS = 90 * 86400; // s
const says = (/** @type {string} */ state) => document.cookie.split("; ").includes(`${NAME}=${state}`);

/** @type {(state: string, life?: number) => void} */
function write(state, life = MONTHS) {
  const secure = NAME.startsWith("__") ? "; secure" : "";
  document.cookie = `${NAME}=${state}; path=/; max-age=${life}; samesite=lax${secure}`;
}

// Look before the outbox opens, because opening creates its database anew.
export async function lookForCleared() {
  const stored = await within(LOOKS, indexedDB.databases?.() ?? Promise.resolve(null)).catch(() => null);
  if (stored && says("yes") && !stored.some(({ name }) => name === "interlude-outbox")) write("cleared");
  const place = document.getElementById("cleared");
  if (place) place.hidden = !says("cleared");
  document.getElementById("cleared-read")?.addEventListener("click", () => {
    write("no", 0);
    place.hidden = true;
  });
}

document.addEventListener("outbox", ({ detail: entries }) => {
  if (!says("cleared")) write("yes", entries.length ? MONTHS : 0);
});
