import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { manifest } from "../contract/packages.ts";
import { root } from "../contract/repository.ts";
import { configOf, filesIn, stateOf, versions } from "./fixtures.ts";
import { clockAt, readAlerts, readIncidents, readSilences, readSpool } from "./reading.ts";
import { unusedKeys } from "./used-keys.ts";

type Json = Readonly<Record<string, unknown>>;

const jsonOf = (directory: string, file: string): Json => JSON.parse(readFileSync(join(directory, file), "utf8")) as Json;
const savedAt = (directory: string): string => String(jsonOf(directory, "alerts/state.json")["saved_at"]);

test("this version's own state and configuration are kept for those to come", () => {
  assert.ok(versions.includes(manifest.version), `record test/upgrades/${manifest.version}: docs/upgrading.md says how`);
});

for (const version of versions) {
  describe(`what version ${version} left`, () => {
    test("its configuration is accepted", () => {
      const loaded = loadConfig(configOf(version), `${version}/config.yaml`);
      assert.deepEqual(loaded.ok ? [] : loaded.error, []);
    });

    test("its silences are taken over", async (t) => {
      const directory = stateOf(t, version);
      const stored = jsonOf(directory, "silences.json")["silences"] as readonly Json[];
      const { store, lines } = await readSilences(directory, clockAt(savedAt(directory)));
      assert.ok(stored.length > 0);
      assert.deepEqual(
        store.all().map(({ id, comment }) => [id, comment]),
        stored.map(({ id, comment }) => [id, comment]),
      );
      assert.deepEqual(lines, []);
      await store.close();
    });

    test("its alerts go on, and are not new", async (t) => {
      const directory = stateOf(t, version);
      const left = jsonOf(directory, "alerts/state.json")["alerts"] as readonly { readonly labels: Json; readonly sequence: number }[];
      const { restored, alerts, lines } = await readAlerts(directory, ["unreachable", "refusing/1"], clockAt(savedAt(directory)));
      assert.equal(restored, true);
      assert.ok(left.length > 0);
      assert.deepEqual(
        [...alerts.values()].map(({ kind, sequence, restored: isOld }) => [kind.labels, sequence, isOld]),
        left.map(({ labels, sequence }) => [labels, sequence, true]),
      );
      assert.deepEqual(lines, []);
    });

    test("its waiting and its refused deliveries are all there", async (t) => {
      const directory = stateOf(t, version);
      const before = filesIn(directory);
      const read = await readSpool(directory, clockAt(savedAt(directory)));
      assert.deepEqual(
        read.map(({ place, receiver, waiting }) => `${place} ${receiver} ${waiting}`),
        ["queue unreachable 2", "dead refusing/1 2"],
      );
      for (const { damaged, errors } of read) assert.deepEqual([damaged, errors], [0, []]);
      assert.deepEqual(filesIn(directory), before);
    });

    test("its incidents are listed, the closed ones unchanged, and the open one as interrupted", async (t) => {
      const directory = stateOf(t, version);
      const before = filesIn(directory);
      const { listed, log } = await readIncidents(directory, clockAt(savedAt(directory)));
      assert.deepEqual(
        listed.map(({ state, ended_by, segment }) => [state, ended_by, segment]),
        [
          ["closed", "interrupted", "dc1-front"],
          ["closed", "quiet", "dc1-front"],
        ],
      );
      const changed = [...filesIn(directory)].filter(([file, text]) => before.get(file) !== text).map(([file]) => file);
      assert.deepEqual(changed, [`incidents/${String(listed[0]?.["id"])}/incident.json`]);
      const { version: format, ended_by } = jsonOf(directory, changed[0] ?? "");
      assert.deepEqual([format, ended_by], [1, "interrupted"]);
      assert.deepEqual(log, []);
    });
  });
}

test("the configuration of this version has every key, so that a later one cannot drop one unseen", () => {
  const schema = JSON.parse(readFileSync(join(root, "config.schema.json"), "utf8")) as Json;
  assert.deepEqual(
    unusedKeys(schema, configOf(manifest.version)),
    // Instead of alerts.heartbeat.url.
    ["alerts.heartbeat.url_file"],
    `add them to test/upgrades/${manifest.version}/config.yaml while that version is not released`,
  );
});

describe("what a newer version left", () => {
  const newer = (text: string): string => text.replace(/"version": ?1\b/, (found) => found.replace("1", "99"));
  const version = manifest.version;

  /** The state with every file of a format that nobody knows yet. */
  function fromTheFuture(directory: string): Map<string, string> {
    for (const [file, text] of filesIn(directory)) {
      if (!file.endsWith(".json")) continue;
      assert.notEqual(newer(text), text, `${file} has no version`);
      writeFileSync(join(directory, file), newer(text), "latin1");
    }
    return filesIn(directory);
  }

  test("every file of JSON says of which format it is, and silences of another one are put aside whole", async (t) => {
    const directory = stateOf(t, version);
    const clock = clockAt(savedAt(directory));
    const before = fromTheFuture(directory);
    const { store, lines } = await readSilences(directory, clock);
    assert.deepEqual(store.all(), []);
    assert.match(
      String(lines[0]?.fields["problem"]),
      /a newer version of vrrpwatch wrote it \(format 99, and this one knows 1\).*put aside as .*damaged/,
    );
    await store.close();
    const kept = [...filesIn(directory)].filter(([file]) => file.startsWith("silences.json.damaged-"));
    assert.deepEqual(
      kept.map(([, text]) => text),
      [before.get("silences.json")],
    );
  });

  test("deliveries of another format are put aside whole", async (t) => {
    const directory = stateOf(t, version);
    const clock = clockAt(savedAt(directory));
    const before = fromTheFuture(directory);
    const read = await readSpool(directory, clock);
    assert.deepEqual(
      read.map(({ waiting, damaged }) => [waiting, damaged]),
      [
        [0, 2],
        [0, 2],
      ],
    );
    const after = filesIn(directory);
    for (const [file, text] of before)
      if (/^alerts\/(queue|dead)\//.test(file)) assert.deepEqual([after.get(file), after.get(`${file}.damaged`)], [undefined, text]);
  });

  test("the state of alerts in another format is not taken up, and stays as it is until there is something to write", async (t) => {
    const directory = stateOf(t, version);
    const clock = clockAt(savedAt(directory));
    const before = fromTheFuture(directory);
    const { restored, alerts } = await readAlerts(directory, ["unreachable"], clock);
    assert.equal(restored, false);
    assert.equal(alerts.size, 0);
    assert.deepEqual(filesIn(directory), before);
  });

  test("incidents of another format are listed as far as they are understood, and not touched", async (t) => {
    const directory = stateOf(t, version);
    const clock = clockAt(savedAt(directory));
    const before = fromTheFuture(directory);
    const { listed } = await readIncidents(directory, clock);
    assert.equal(listed.length, 2);
    assert.deepEqual(filesIn(directory), before);
  });
});
