"use strict";
// Turning reminders on and off for this device; the browser is asked only after the person said yes here.

const page = (id) => document.getElementById(id);

page("turn-on")?.addEventListener("click", turnOn);
page("turn-off")?.addEventListener("click", turnOff);
page("sign-out")?.addEventListener("submit", giveUpEndpoint);
describe();

// The server ends its side; the browser's side must not live on for whoever joins next.
async function giveUpEndpoint(event) {
  event.preventDefault();
  const held = await heldSubscription();
  await held?.unsubscribe().catch(() => {});
  await Held.end().catch(() => {}); // what waits to be sent stays
  event.target.submit();
}

async function turnOn() {
  for (const id of ["denied", "failed", "not-installed"]) page(id).hidden = true;
  if (!("PushManager" in window)) return show("not-installed");
  try {
    if ((await Notification.requestPermission()) !== "granted") return show("denied");
    page("one-moment").hidden = false;
    await subscribe("/push/subscriptions");
    page("test-form").submit();
  } catch (error) {
    console.warn(error);
    show("failed");
  }
}

// The server's side ends first: it is what sends.
async function turnOff() {
  page("failed").hidden = true;
  try {
    const answer = await fetch("/push/subscriptions", { method: "DELETE", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`ending: ${answer.status}`);
    const held = await heldSubscription();
    await held?.unsubscribe().catch(() => {});
    location.reload();
  } catch (error) {
    console.warn(error);
    show("failed");
  }
}

function describe() {
  const permission = page("permission");
  if (permission && "Notification" in window) permission.textContent = permission.dataset[Notification.permission];
  const installed = page("installed");
  const standalone = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  if (installed) installed.textContent = standalone ? installed.dataset.yes : installed.dataset.no;
}

// What went wrong and what to do next; where it is read first.
function show(id) {
  page("one-moment").hidden = true;
  page(id).hidden = false;
  page(id).scrollIntoView({ block: "center" });
  describe();
}
