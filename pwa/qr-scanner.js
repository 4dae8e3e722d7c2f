"use strict";
// The clinic's square code, read by the camera inside the app, where the browser can read one. Elsewhere, and on every
// iPhone, the eight digits are typed.

const Camera = (() => {
  const LOOK_EVERY = 250; // ms
  const opener = document.getElementById("camera-open");
  const place = document.getElementById("camera");
  const refusal = document.getElementById("camera-failed");
  const stopper = document.getElementById("camera-close");
  let stream = null;
  let wanted = false;

  async function offer() {
    const formats = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
    if (!formats.includes("qr_code") || !navigator.mediaDevices) return;
    opener.hidden = false;
    opener.onclick = () => open().catch(failed);
    stopper.onclick = close;
    addEventListener("pagehide", close);
  }

  async function open() {
    wanted = true;
    refusal.hidden = true;
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const video = place.querySelector("video");
    video.srcObject = stream;
    [place.hidden, opener.hidden] = [false, true];
    stopper.focus();
    await video.play();
    await look(new BarcodeDetector({ formats: ["qr_code"] }), video);
  }

  async function look(detector, video) {
    while (wanted) {
      const seen = await detector.detect(video);
      const code = seen.map(({ rawValue }) => codeIn(rawValue)).find(Boolean);
      if (code) return take(code);
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
    }
  }

  // Only of an address that is our own: another's code is none.
  function codeIn(words) {
    const url = URL.canParse(words) ? new URL(words) : null;
    return url?.origin === location.origin ? url.hash.match(/^#(\d{8})$/)?.[1] : null;
  }

  function take(code) {
    close();
    const field = document.getElementById("code");
    field.value = code;
    field.form.requestSubmit();
  }

  function close() {
    wanted = false;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    [place.hidden, opener.hidden] = [true, false];
  }

  function failed() {
    if (!wanted) return; // it was closed while it looked
    close();
    refusal.hidden = false;
  }

  return { offer };
})();

Camera.offer();
