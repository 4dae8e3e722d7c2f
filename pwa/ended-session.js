// The session in this browser has ended: say which entries of its person still wait here, and of others whose session
// has ended too. They are sent after the next sign-in.
import { waitingText } from "./waiting-text.js";

const place = document.getElementById("waiting");
const owners = place.dataset.owner.split(" ");
const waits = (await Outbox.all()).filter(({ owner, state }) => owners.includes(owner ?? "") && state === "waiting");
place.querySelector("[data-words]").textContent = waitingText(waits, place.dataset);
place.hidden = waits.length === 0;
