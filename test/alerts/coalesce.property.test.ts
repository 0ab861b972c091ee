import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Notification } from "../../src/alerts/alert.ts";
import { coalesce, type Waiting } from "../../src/alerts/coalesce.ts";
import { sampleAlert, sampleNotification } from "../helpers/deliveries.ts";

/** What may happen: an alert changes (told with what stands in its group), the receiver answers, the agent is killed while it joins. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      alert: fc.nat(3),
      moved: fc.boolean(),
      changes: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("attempt" as const), arrives: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("killed" as const), deleted: fc.nat(5) }) },
);

for (const perAlert of [false, true])
  test(`whatever happens, no alert goes backwards, and its last state arrives${perAlert ? ", alert by alert" : ""}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let ids = 0;
        const sequences = [0, 0, 0, 0];
        const groups = ["g", "g", "h", "h"];
        let waiting: Waiting[] = [];
        let sent = new Map<string, number>();
        const arrived = new Map<string, number>();
        const contents = new Map<string, string>();
        const options = { perAlert, maxAlerts: 300, sent: (name: string) => sent.get(name), newId: () => `n${ids++}` };
        const join = (): Waiting[] =>
          coalesce(waiting, options).map(({ notification, from }) => {
            const same = from.map((place) => waiting[place]).find((one) => one?.notification === notification);
            return { notification, attempted: same?.attempted ?? false, revived: from.some((place) => waiting[place]?.revived) };
          });
        const arrive = ({ id, alerts }: Notification): void => {
          const content = JSON.stringify(alerts);
          assert.equal(contents.get(id) ?? content, content, "an id has one content");
          contents.set(id, content);
          if (perAlert) assert.equal(alerts.length, 1);
          for (const { fingerprint, sequence } of alerts) {
            assert.ok(sequence >= (arrived.get(fingerprint) ?? 0), `${fingerprint} goes backwards`);
            arrived.set(fingerprint, sequence);
            sent.set(fingerprint, sequence);
          }
        };
        const attempt = (arrives: boolean): void => {
          waiting = join();
          const [head, ...rest] = waiting;
          if (head === undefined) return;
          if (arrives) arrive(head.notification);
          waiting = arrives ? rest : [{ ...head, attempted: true }, ...rest];
        };
        for (const happens of steps) {
          if (happens.kind === "attempt") attempt(happens.arrives);
          else if (happens.kind === "killed") {
            // The joined ones are written, and some of what they were joined from is not deleted yet.
            const old = waiting;
            waiting = [...old.slice(happens.deleted), ...join()].map(({ notification }) => ({
              notification,
              attempted: true,
              revived: true,
            }));
            sent = new Map();
          } else {
            const { alert, moved, changes } = happens;
            sequences[alert] = (sequences[alert] ?? 0) + changes;
            if (moved) groups[alert] = groups[alert] === "g" ? "h" : "g";
            const alerts = sequences.flatMap((sequence, i) =>
              i === alert || (!perAlert && groups[i] === groups[alert] && sequence % 2 === 1) ? sampleAlert(`a${i}`, sequence) : [],
            );
            const notification = sampleNotification(`e${ids++}`, alerts, { group_key: groups[alert] ?? "g" });
            waiting.push({ notification, attempted: false, revived: false });
          }
        }
        for (let rounds = 0; waiting.length > 0; rounds++) {
          assert.ok(rounds < 100, "it comes to an end");
          attempt(true);
        }
        assert.deepEqual(
          sequences.map((_, i) => arrived.get(`a${i}`) ?? 0),
          sequences,
        );
      }),
      { numRuns: 300 },
    );
  });
