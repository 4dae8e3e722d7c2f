// Open the inbox rows in which somebody typed, each once on a page: once a row is open, its form shows the text again
// (pwa/desk-texts.js).
import { keptNames } from "./desk-texts.js";

const opened = new Set();

document.addEventListener("row-opened", ({ target: row }) => opened.add(row.id));
document.addEventListener("htmx:afterSettle", openRows); // "Show more" has brought rows
addEventListener("load", openRows); // htmx is ready by then

async function openRows() {
  const names = await keptNames();
  for (const link of document.querySelectorAll("[data-row] a[data-open]")) {
    const [row, path] = [link.closest("[data-row]"), `~${new URL(link.href).pathname}/`];
    if (opened.has(row.id) || !names.some((name) => name.startsWith(path))) continue;
    opened.add(row.id);
    link.click();
  }
}
