"use strict";
// Staff: urgent alerts on this device.

document.getElementById("staff-push")?.addEventListener("click", async () => {
  const state = document.getElementById("staff-push-state");
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new Error(state.dataset.denied);
    const { key } = await (await fetch("/push/key")).json();
    const registration = await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const answer = await fetch("/staff/push/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(subscription),
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    state.textContent = state.dataset.on;
  } catch (error) {
    state.textContent = error.message;
  }
});
