// What was typed in a row of the inbox is back in its form once the row is open (pwa/desk-texts.js): open such rows, each
// once on a page.
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
