// A browser may clear what it stores for a site while answers wait in it. A cookie that says that something waits often
// outlives them; where the database is gone and the cookie is not, Home says so.
import { within } from "./requests.js";

const NAME = location.protocol === "http:" ? "local-waiting" : "__Host-waiting"; // as in server/web/cookies.py
const LOOKS = 2000; // ms: a browser that never says which databases it has must not hold up what waits
const MONTHS = 90 * 86400; // s
const says = (/** @type {string} */ state) => document.cookie.split("; ").includes(`${NAME}=${state}`);

/** @type {(state: string, life?: number) => void} */
function write(state, life = MONTHS) {
  const secure = NAME.startsWith("__") ? "; secure" : "";
  document.cookie = `${NAME}=${state}; path=/; max-age=${life}; samesite=lax${secure}`;
}

// Before the outbox is opened, which makes its database anew.
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
