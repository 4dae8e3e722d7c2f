// The session in this browser has ended: say what of its person still waits here. It is sent after the next sign-in.
import { waitingText } from "./waiting-text.js";

const place = document.getElementById("waiting");
const waits = (await Outbox.all()).filter(({ owner, state }) => owner === place.dataset.owner && state === "waiting");
place.querySelector("[data-words]").textContent = waitingText(waits, place.dataset);
place.hidden = waits.length === 0;
