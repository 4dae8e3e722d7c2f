"use strict";
importScripts("/static/store.js", "/static/held.js", "/static/outbox.js", "/static/receipts.js");
// Shows every push, tells what became of it, answers from the notification, and stands in when there is no network.

const SHELL = "shell-0"; // the server puts in what all pages, words and scripts hash to: what changes there is fetched anew
// Two pages, and the words of a notification that can't be read: all in the language of the pages. The first goes on
// with a check-in that this phone holds (pwa/walk.js).
const [OFFLINE, UNSENT, WORDS] = ["/offline", "/offline/unsent", "/offline/words"];
const PATIENCE = 10000; // ms for a page
const FALLBACK = { title: "Interlude", body: "Open Interlude to see what is new.", tag: "interlude" };

addEventListener("install", (event) => event.waitUntil(keepShell()));
addEventListener("activate", (event) => event.waitUntil(dropOldCaches()));
addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(pageOrOffline(event));
  else if (new URL(event.request.url).pathname.startsWith("/static/")) event.respondWith(assetOnceFetched(event.request));
});
addEventListener("push", (event) => event.waitUntil(showPush(event)));
addEventListener("notificationclick", (event) => event.waitUntil(takeTap(event)));
addEventListener("message", (event) => event.waitUntil(sendReceipts()));
addEventListener("sync", (event) => event.waitUntil(event.tag === "outbox" ? Outbox.flush() : sendReceipts()));

async function keepShell() {
  const shell = await caches.open(SHELL);
  await shell.addAll([OFFLINE, UNSENT, WORDS].map((path) => new Request(path, { cache: "reload" })));
  const page = await /** @type {Response} */ (await shell.match(OFFLINE)).text();
  await shell.addAll(/** @type {string[]} */ (page.match(/\/static\/[^"]+\.(js|css)/g)));
  await skipWaiting();
}

async function dropOldCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL && name !== RECEIPTS).map((name) => caches.delete(name)));
  await clients.claim();
}

async function pageOrOffline(event, request = event.request) {
  const isForm = request.method !== "GET";
  try {
    const answer = await (isForm ? fetch(request) : fetchInTime(request));
    event.waitUntil(followLook(answer.headers.get("interlude-look")));
    // A form leads on to another page, and what leads on is opaque to us.
    if (isForm && (answer.ok || answer.type === "opaqueredirect")) await forgetReplies(new URL(request.url).pathname);
    return answer;
  } catch {
    const goesOn = /^\/check-ins\/[^/]+\/(same|who)$/.test(new URL(request.url).pathname);
    return standIn(isForm && !goesOn ? UNSENT : OFFLINE);
  }
}

// A network that hangs is none, where a page stands in.
async function fetchInTime(request) {
  const answer = fetch(request);
  if (!(await caches.match(OFFLINE))) return answer;
  answer.catch(() => {}); // when it comes too late to be looked at
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));
  return Promise.race([answer, late]);
}

// The language, the size of text and the scanning that were chosen hold without a network too.
async function followLook(look) {
  const held = await caches.match(OFFLINE);
  if (look && held?.headers.get("interlude-look") !== look) await keepShell().catch(() => {});
}

// Never as if it were the page that was asked for: what a form held has not arrived.
async function standIn(path) {
  const held = await caches.match(path);
  return held ? new Response(held.body, { status: 503, headers: held.headers }) : Response.error();
}

// Names carry a hash, so what was fetched once never changes. Pages are never kept: they hold health data.
async function assetOnceFetched(request) {
  const held = await caches.match(request);
  if (held) return held;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(SHELL)).put(request, answer.clone());
  return answer;
}

// A push is always shown: an iPhone ends a subscription after three silent ones.
async function showPush(event) {
  const fallback = { ...FALLBACK, ...(await (await caches.match(WORDS))?.json()) };
  const said = readPush(event.data, fallback);
  await show(said).catch(() => show(fallback)); // what the browser does not take is shown all the same
  if (said.data?.token) await tell("/push/receipts", { token: said.data.token, event: "shown" });
  await Held.refresh(said.tag).catch(() => {}); // its check-in, while there is a network
}

function show(said) {
  return registration.showNotification(said.title, {
    body: said.body,
    tag: said.tag,
    lang: said.lang,
    data: said.data,
    actions: said.data?.reply ? said.actions : [],
    requireInteraction: Boolean(said.data?.reply),
  });
}

function readPush(data, fallback) {
  try {
    return { ...fallback, ...data.json().notification };
  } catch {
    return fallback;
  }
}

async function takeTap(event) {
  event.notification.close();
  const { token, url, reply } = event.notification.data ?? {};
  const about = new URL(url ?? "/", location.origin).pathname;
  if (event.action && reply && token && (await tell(reply, { token, reply: event.action }, about))) return;
  const opened = openPage(url ?? "/");
  if (token) await tell("/push/receipts", { token, event: "opened" });
  await opened;
}

async function openPage(url) {
  const target = new URL(url, location.origin);
  target.search = "";
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const here = windows.find((client) => new URL(client.url).pathname === target.pathname);
  return here ? here.focus() : clients.openWindow(target.href);
}
