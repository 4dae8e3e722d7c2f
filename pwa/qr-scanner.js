// Read the clinic's QR code with the camera, if the browser can read one. Elsewhere, and on every iPhone, people type
// the eight digits.
export {};

const INTERVAL = 250; // ms between two scans
const opener = document.getElementById("camera-open");
const viewer = document.getElementById("camera");
const failure = document.getElementById("camera-failed");
const closer = document.getElementById("camera-close");
/** @type {MediaStream | null} */
let stream = null;
let isOpen = false;

offer();

async function offer() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (!formats.includes("qr_code") || !navigator.mediaDevices) return;
  opener.hidden = false;
  opener.onclick = () => open().catch(fail);
  closer.onclick = close;
  addEventListener("pagehide", close);
}

async function open() {
  isOpen = true;
  failure.hidden = true;
  stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = viewer.querySelector("video");
  video.srcObject = stream;
  [viewer.hidden, opener.hidden] = [false, true];
  closer.focus();
  await video.play();
  await scan(new BarcodeDetector({ formats: ["qr_code"] }), video);
}

/** @type {(detector: BarcodeDetector, video: Found) => Promise<void>} */
async function scan(detector, video) {
  while (isOpen) {
    const found = await detector.detect(video);
    const code = found.map(({ rawValue }) => codeIn(rawValue)).find(Boolean);
    if (code) return submit(code);
    await new Promise((done) => setTimeout(done, INTERVAL));
  }
}

// The code in a link to this server; a link to another server counts as none.
/** @param {string} text */
function codeIn(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.origin === location.origin ? url.hash.match(/^#(\d{8})$/)?.[1] : null;
}

/** @param {string} code */
function submit(code) {
  close();
  const field = document.getElementById("code");
  field.value = code;
  field.form.requestSubmit();
}

function close() {
  isOpen = false;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  [viewer.hidden, opener.hidden] = [true, false];
}

function fail() {
  if (!isOpen) return; // the person closed it while it scanned
  close();
  failure.hidden = false;
}
