"use strict";
// The inbox: a row opens in its place, keys, "Show more", and what is new comes in without moving the row in hand.

const LOOK_EVERY = 10000; // ms, while somebody looks at the page
const lists = document.getElementById("lists");
const news = document.getElementById("news");
const help = document.getElementById("keys-help");
const rows = () => [...document.querySelectorAll("[data-row]")];
const mainLink = (row) => row.querySelector(".who a");
let version = lists.dataset.version;
let current = null;

document.addEventListener("click", opensInPlace);
document.addEventListener("click", showsMore);
document.addEventListener("submit", remembersNext);
document.addEventListener("focusin", (event) => (current = event.target.closest?.("[data-row]") ?? current));
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_EVERY);
addEventListener("load", () => requestAnimationFrame(standWhereItWas)); // after the browser has gone to the #row
prepareHelp();

// A row opens in its place

async function opensInPlace(event) {
  const link = event.target.closest?.("a[data-open]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  await toggle(link.closest("[data-row]"));
}

async function toggle(row, open = !row.querySelector(".detail")) {
  const link = mainLink(row);
  if (!link.matches("[data-open]")) return null;
  if (!open) row.querySelector(".detail")?.remove();
  else if (!row.querySelector(".detail")) {
    const page = await fragment(link.href);
    const detail = page?.querySelector(".detail");
    if (!detail) return null;
    if (!row.querySelector(".detail")) row.append(detail);
  }
  link.setAttribute("aria-expanded", String(open));
  return row.querySelector(".detail");
}

// The inside of a page's <main>, as the server sends it to whoever asks for a fragment; null when it does not come.
async function fragment(url) {
  try {
    const answer = await fetch(url, { headers: { accept: "text/html", "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    console.warn(error);
    news.textContent = news.dataset.failed;
    return null;
  }
}

async function showsMore(event) {
  if (!event.target.closest?.("#more")) return;
  event.preventDefault();
  const page = await nextPage();
  if (!page) return;
  const fresh = [...lists.querySelectorAll("ul[data-live]")].flatMap((list) => appendRows(list, page));
  showSections(page);
  const last = rows().at(-1);
  renewMore(page);
  const next = fresh[0] ?? last;
  if (next) mainLink(next).focus();
}

// What is new may come in while the next page is on its way, and then the link is another one.
async function nextPage() {
  const more = document.getElementById("more");
  const page = more && (await fragment(more.href));
  return page && !more.isConnected ? nextPage() : page;
}

// Each list of a tab goes on: those to call, those called, those still in time.
function appendRows(list, page) {
  const found = [...page.querySelectorAll(`#${list.id} > [data-row]`)];
  const fresh = found.filter((row) => !document.getElementById(row.id));
  list.append(...fresh);
  if (fresh.length) list.querySelector(":scope > .empty")?.remove();
  return fresh;
}

function showSections(page) {
  for (const section of lists.querySelectorAll("section[id]"))
    if (section.querySelector("[data-row]") || page.getElementById(section.id)?.hidden === false) section.hidden = false;
}

// The link knows which rows have been shown. That of another page goes on after that page's rows.
function renewMore(page) {
  const more = document.getElementById("more");
  const next = page.getElementById("more");
  if (more && next) more.replaceWith(next);
  else if (more) more.remove();
  else if (next) lists.append(next.closest(".more"));
}

// After an act the page is loaded anew; then the next row is in hand.

function remembersNext(event) {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  const all = rows();
  const stays = new URL(event.target.action).pathname.match(/\/(own|assign|note)$/);
  const next = stays ? row : (all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1]);
  if (next) sessionStorage.setItem("inbox-next", JSON.stringify({ id: next.id, many: all.length }));
}

async function standWhereItWas() {
  const kept = JSON.parse(sessionStorage.getItem("inbox-next") ?? "null");
  sessionStorage.removeItem("inbox-next");
  const id = kept?.id ?? location.hash.slice(1);
  if (kept && !document.getElementById(id) && rows().length < kept.many) await showAsManyAs(kept.many);
  const row = document.getElementById(id);
  if (row?.matches("[data-row]")) mainLink(row).focus();
}

// A page that was loaded anew is the first one; the row in hand may have come with "Show more".
async function showAsManyAs(many) {
  const page = await fragment(`/staff?show=${lists.dataset.show}&many=${many}`);
  if (page?.getElementById("lists")) takeIn(page);
}

// Keys

function onKey(event) {
  const keysOff = localStorage.getItem("inbox-keys") === "off";
  if (keysOff || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.target.closest?.("textarea, select, input:not([type=radio], [type=checkbox])")) return;
  const act = { j: () => step(1), k: () => step(-1), "?": showHelp, u: undo }[event.key];
  const opens = { a: "[data-act=a] input[type=radio]", e: "[data-act=e] select", s: "[data-act=s] select" }[event.key];
  if (act || opens) event.preventDefault();
  if (act) act();
  else if (opens) openAt(opens);
  else if (event.key === "Escape" && current?.querySelector(".detail")) closeCurrent();
}

function step(by) {
  const all = rows();
  const next = all[current ? all.indexOf(current) + by : 0];
  if (next) mainLink(next).focus();
}

async function openAt(selector) {
  const row = current?.isConnected ? current : rows()[0];
  const detail = row && (await toggle(row, true));
  const field = detail?.querySelector(selector);
  const folded = field?.closest("details");
  if (folded) folded.open = true;
  field?.focus();
}

function closeCurrent() {
  toggle(current, false);
  mainLink(current).focus();
}

function undo() {
  const button = current?.querySelector("[data-undo]") ?? document.querySelector(".did [data-undo]");
  button?.click();
}

function showHelp() {
  help.showModal();
}

function prepareHelp() {
  const button = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  button.hidden = false;
  button.onclick = showHelp;
  document.getElementById("keys-close").onclick = () => help.close();
  on.checked = localStorage.getItem("inbox-keys") !== "off";
  on.onchange = () => localStorage.setItem("inbox-keys", on.checked ? "on" : "off");
}

// What is new: asked for in one small request; the list itself comes only when it reads otherwise.

async function look() {
  if (document.hidden || new URLSearchParams(location.search).has("after")) return;
  const answer = await fetch("/staff/inbox/changes", {
    headers: { "If-None-Match": `"${version}"`, accept: "application/json" },
    cache: "no-store",
  }).catch(() => null);
  if (answer?.status !== 200) return;
  const many = rows().length;
  const page = await fragment(`/staff?show=${lists.dataset.show}&many=${many}`);
  if (!page?.getElementById("lists") || rows().length > many) return; // "Show more" was quicker: the next look
  version = page.getElementById("lists").dataset.version;
  takeIn(page);
}

function takeIn(page) {
  const hold = current?.isConnected ? current : rows().find((row) => row.getBoundingClientRect().bottom > 0);
  const before = hold?.getBoundingClientRect().top;
  const fresh = [...lists.querySelectorAll("ul[data-live]")].flatMap((list) => merge(list, page.getElementById(list.id)));
  for (const section of lists.querySelectorAll("section[id]"))
    section.hidden = (page.getElementById(section.id)?.hidden ?? section.hidden) && !section.querySelector("[data-row]");
  renewMore(page);
  for (const part of document.querySelectorAll("[data-live-part]")) renew(part, page);
  if (hold?.isConnected) scrollBy(0, hold.getBoundingClientRect().top - before);
  const names = fresh.map((row) => mainLink(row).textContent);
  if (names.length) news.textContent = news.dataset.one.replace("{names}", [...new Set(names)].slice(0, 5).join(", "));
}

// Someone works on this row: it has the focus, or is open.
const inHand = (row) => row.contains(document.activeElement) || row.querySelector(".detail, details[open]") !== null;

// Makes `list` read as `wanted`; rows in hand stay as and where they are. The rows that were not there before.
function merge(list, wanted) {
  if (!wanted) return [];
  const ids = new Set([...wanted.children].map((row) => row.id));
  for (const row of [...list.children]) if (!ids.has(row.id)) leave(row);
  const fresh = [];
  let place = list.firstElementChild;
  for (const row of [...wanted.children]) {
    let held = document.getElementById(row.id);
    if (held && held.parentElement !== list && inHand(held)) continue; // where it is worked on it stays
    if (!held) fresh.push((held = row));
    else if (!inHand(held) && held.innerHTML !== row.innerHTML) {
      if (held === place) place = row;
      held.replaceWith(row);
      held = row;
    }
    if (held === place || inHand(held)) place = held.nextElementSibling;
    else list.insertBefore(held, place);
  }
  return fresh.filter((row) => row.matches("[data-row]"));
}

function leave(row) {
  if (!inHand(row)) return row.remove();
  if (row.querySelector(".changed")) return;
  const said = document.createElement("p");
  said.className = "changed";
  said.textContent = news.dataset.gone;
  row.append(said);
}

function renew(part, page) {
  const now = page.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
  if (!now || now.innerHTML === part.innerHTML) return;
  part.innerHTML = now.innerHTML;
  part.hidden = now.hidden;
}
