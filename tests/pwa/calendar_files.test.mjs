// Reads our calendar files with ical.js, the reader inside Thunderbird and Nextcloud.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import ICAL from "ical.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const written = execFileSync(".venv/bin/python", ["-m", "tests.exchange.calendar_files"], {
  cwd: root,
  env: { ...process.env, PYTHONPATH: root },
  maxBuffer: 64 * 1024 * 1024,
});
const files = JSON.parse(written.toString());

/** The zone as the file says it: ical.js knows no other. */
function visitIn(body) {
  const calendar = new ICAL.Component(ICAL.parse(body));
  ICAL.TimezoneService.reset();
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
  ICAL.TimezoneService.register(zone);
  return new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
}

const byZone = new Map();
for (const file of files) byZone.set(file.zone, [...(byZone.get(file.zone) ?? []), file]);

test("case 109: there are files of a dozen zones, of every month", () => {
  assert.ok(byZone.size >= 12);
});

for (const [zone, ofZone] of byZone) {
  test(`case 109: ${zone} gives the same moments and texts`, () => {
    for (const { body, starts, begins, ends, text } of ofZone) {
      const visit = visitIn(body);
      assert.deepEqual([visit.startDate.toUnixTime(), visit.endDate.toUnixTime()], [begins, ends], starts);
      assert.deepEqual([visit.summary, visit.location, visit.description], [text, text, text], starts);
    }
  });
}
