import assert from "node:assert/strict";
import test, { after, before, describe, type TestContext } from "node:test";
import {
  assertClearedInTime,
  assertRaised,
  assertRaisedInTime,
  assertShown,
  now,
  SCHEDULING,
  untilCause,
  untilCleared,
  untilQuiet,
  untilRaised,
} from "./framework/conditions.ts";
import { keepalivedIsAtLeast } from "./framework/daemons.ts";
import type { Instance } from "./framework/keepalived.ts";
import type { PairInstance } from "./framework/pair.ts";
import { labSkip } from "./framework/requirements.ts";
import { createTrio, firstAdvertOf, routerOf, type Trio, wireStory } from "./framework/trio.ts";

const skip = labSkip("keepalived", "tcpdump");
const password = (word: string): string => `authentication {\n        auth_type PASS\n        auth_pass ${word}\n    }`;
const plain = (vrid: number, version: 2 | 3, interval: number, extra = ""): PairInstance => ({
  name: `V${vrid}`,
  vrid,
  version,
  interval,
  addresses: [`192.0.2.${vrid}/24`],
  extra,
});

/** What b is told otherwise by its next reload, and what that is called. */
interface Mismatch {
  readonly title: string;
  readonly condition: string;
  readonly before: PairInstance;
  readonly changed: Partial<Instance>;
}

const mismatches: readonly Mismatch[] = [
  {
    title: "another list of addresses",
    condition: "address_mismatch",
    before: plain(141, 3, 0.5),
    changed: { addresses: ["192.0.2.141/24", "192.0.2.241/24"] },
  },
  { title: "another interval in version 2", condition: "interval_mismatch", before: plain(142, 2, 1), changed: { interval: 3 } },
  {
    title: "another password",
    condition: "auth_mismatch",
    before: plain(143, 2, 1, password("first")),
    changed: { extra: password("second") },
  },
  { title: "another version", condition: "version_mismatch", before: plain(144, 2, 1), changed: { version: 3 } },
];
/** keepalived 2.3 notes another list of addresses in its log, and follows whoever sent it. */
const tolerated = keepalivedIsAtLeast("2.3") ? ["address_mismatch"] : [];
const refused = mismatches.filter(({ condition }) => !tolerated.includes(condition));
const followed = mismatches.filter(({ condition }) => tolerated.includes(condition));
const instances = mismatches.map(({ before }) => before);

describe("a node that was reloaded with something else than its peer has", { skip, concurrency: true }, () => {
  let trio: Trio;
  let reloaded: number;
  /** Resolves when every test has seen its split, and b has its former configuration again. */
  let healed: Promise<number>;
  const seen: (() => void)[] = [];
  const allSeen = Promise.all(mismatches.map(() => new Promise<void>((resolve) => seen.push(resolve))));
  const nowSeen = (mismatch: Mismatch): void => seen[mismatches.indexOf(mismatch)]?.();

  before(async () => {
    trio = await createTrio(instances);
    reloaded = now();
    trio.second.reload(mismatches.map(({ before, changed }) => ({ ...before, ...changed, priority: 100 })));
    healed = allSeen.then(() => {
      trio.second.reload(instances.map((one) => ({ ...one, priority: 100 })));
      return now();
    });
  });
  after(() => trio?.lab.close());

  for (const mismatch of refused) {
    const { title, condition, before: instance, changed } = mismatch;
    const router = routerOf(instance);
    const interval = Math.max(instance.interval, changed.interval ?? 0);

    /** Both are master, and everybody says so and why. */
    async function untilSplit(t: TestContext): Promise<void> {
      await trio.second.untilState(instance.name, "MASTER", 15_000);
      assert.equal(trio.first.stateOf(instance.name), "MASTER");
      const first = await firstAdvertOf(trio, "b", instance.vrid, reloaded);
      // It is a split once a goes on, which its timer may let it do only after some adverts of b.
      const goesOn = await firstAdvertOf(trio, "a", instance.vrid, first.at);
      const limit = { from: goesOn.at, interval, intervals: 3.5, slack: 20_000 };
      for (const told of ["split_brain", condition]) await assertRaisedInTime(t, trio.agents, told, router, reloaded, limit);
      for (const agent of trio.agents) {
        await assertShown(agent, condition, router, reloaded);
        await untilCause(agent, "split_brain", router, condition);
      }
      await trio.recorder.more(20, 15_000);
      // Neither yields, however seldom one of them says so.
      for (const node of [trio.first, trio.second]) assert.equal(node.stateOf(instance.name), "MASTER");
      for (const host of [trio.a, trio.b]) assert.ok(await host.holds(`192.0.2.${instance.vrid}`));
      for (const agent of trio.agents) await assertShown(agent, "split_brain", router, reloaded);
    }

    async function untilHealed(t: TestContext): Promise<void> {
      const from = await healed;
      await trio.second.untilState(instance.name, "BACKUP", 10_000);
      const limit = { from, interval, intervals: 3, slack: SCHEDULING };
      await assertClearedInTime(t, trio.agents, "split_brain", router, from, limit);
      await untilQuiet(trio.agents, router, 15_000);
      const consequences = ["vip_arp_stale", "state_inconsistent"];
      await assertRaised(trio.onM, router, reloaded, ["split_brain", condition], consequences);
      // Who is put off by what it refuses looks like one that cannot send, and just after the reload like one that did not hear.
      const onANode = [...consequences, "local_send_blocked", "local_receive_blocked"];
      for (const agent of [trio.onA, trio.onB]) await assertRaised(agent, router, reloaded, ["split_brain", condition], onANode);
    }

    test(`${title} is ${condition} and the cause of the split brain, for all three`, async (t) => {
      try {
        await untilSplit(t).finally(() => nowSeen(mismatch));
        await untilHealed(t);
      } catch (error) {
        t.diagnostic(`adverts since the reload: ${wireStory(trio, instance.vrid, reloaded)}`);
        throw error;
      }
    });
  }

  for (const mismatch of followed) {
    const { title, condition, before: instance } = mismatch;
    test(`${title} is ${condition} for the backup that follows it, and no split brain`, async () => {
      const router = routerOf(instance);
      try {
        await untilRaised(trio.onB, condition, router, reloaded);
        await trio.recorder.more(40, 15_000);
        await assertShown(trio.onB, condition, router, reloaded);
        assert.equal(trio.second.stateOf(instance.name), "BACKUP");
      } finally {
        nowSeen(mismatch);
      }
      const from = await healed;
      await untilCleared(trio.onB, condition, router, from, 10_000);
      await untilQuiet(trio.agents, router, 15_000);
      await assertRaised(trio.onB, router, reloaded, [condition]);
      for (const agent of [trio.onA, trio.onM]) await assertRaised(agent, router, reloaded, []);
    });
  }
});
