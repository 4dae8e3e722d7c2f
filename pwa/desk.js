// On the staff's pages: turn on urgent alerts for this device, and print the sheet for an appointment.
import { workerReady } from "./requests.js";

const printer = document.getElementById("print");
if (printer) {
  printer.hidden = false;
  printer.onclick = () => print();
}

document.getElementById("staff-push")?.addEventListener("click", async () => {
  const state = document.getElementById("staff-push-state");
  try {
    if ((await Notification.requestPermission()) !== "granted") return (state.textContent = state.dataset.denied);
    const registration = await workerReady();
    const { key } = await (await fetch("/push/key")).json();
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const response = await fetch("/staff/push/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(subscription),
    });
    if (!response.ok) throw new Error(`subscribing: ${response.status}`);
    state.textContent = state.dataset.on;
  } catch (error) {
    console.warn(error);
    state.textContent = state.dataset.failed;
  }
});
