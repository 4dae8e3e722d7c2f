// A phone runs what rjsmin leaves of a script. Its syntax tree is the one of the script that we wrote.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import * as espree from "espree";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SERVED = `
import json, pathlib
from server.web import assets
print(json.dumps({path.name: assets._script(path) for path in pathlib.Path("pwa").glob("*.js")}))
`;
const served = JSON.parse(
  execFileSync(".venv/bin/python", ["-c", SERVED], { cwd: root, env: { ...process.env, PYTHONPATH: root } }).toString(),
);
const treeOf = (source) => JSON.stringify(espree.parse(source, { ecmaVersion: "latest", sourceType: "module" }), bare);

/** Positions and the spelling of a literal differ; what it means does not. */
function bare(key, value) {
  if (["start", "end", "range", "loc"].includes(key)) return undefined;
  return value instanceof RegExp ? String(value) : value;
}

for (const name of readdirSync(`${root}/pwa`).filter((file) => file.endsWith(".js"))) {
  test(`${name} means what it says`, () => {
    const written = readFileSync(`${root}/pwa/${name}`, "utf8");
    assert.ok(served[name].length < written.length);
    assert.equal(treeOf(served[name]), treeOf(written));
  });
}

test("a tree tells apart what a careless blank changes", () => {
  assert.notEqual(treeOf("a+ +b"), treeOf("a++\nb"));
  assert.notEqual(treeOf("const t = `a  b`"), treeOf("const t = `a b`"));
});
