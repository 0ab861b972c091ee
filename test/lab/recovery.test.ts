import assert from "node:assert/strict";
import test, { after, before, describe } from "node:test";
import { Agent } from "./framework/agent.ts";
import { microseconds } from "./framework/changes.ts";
import type { Host } from "./framework/host.ts";
import { createPair, type Pair, untilMaster, type Watched } from "./framework/pair.ts";
import { type RecordedAdvert, Recorder } from "./framework/recorder.ts";
import { labSkip, pcapSkip } from "./framework/requirements.ts";
import { waitFor } from "./framework/wait.ts";

const skip = labSkip("keepalived", "tcpdump", "tshark");
const noPcap = await pcapSkip();
const router: Watched = { family: "ipv4", vrid: 51 };
const instances = [{ name: "V4_51", vrid: 51, version: 3 as const, interval: 0.2, addresses: ["192.0.2.100/24"] }];

/** What has been counted from a sender, and when its last counted advert was sent. */
interface Count {
  readonly adverts: number;
  readonly at: number;
}

for (const backend of ["af_packet", "libpcap"]) {
  describe(`a listener (${backend}) whose own interface fails`, { skip: skip || (backend === "libpcap" && noPcap) }, () => {
    let pair: Pair;
    let agent: Agent;
    let recorder: Recorder;
    const counts: [Count, Count][] = [];

    before(async () => {
      pair = await createPair(instances);
      // The witness stands at the sender: a recorder on the listener would go deaf as well.
      recorder = await Recorder.start(pair.lab, pair.a);
      agent = await Agent.start(pair.lab, pair.listener, { config: `capture: {backend: ${backend}}\n` });
      await pair.first.start();
      await untilMaster(agent, pair.a, [router]);
      await pair.second.start();
      await recorder.more(5, 5_000);
    });
    after(() => pair.lab.close());

    const count = async (): Promise<Count> => {
      const sender = (await agent.router(router.family, router.vrid))?.senders.find(({ source }) => source === pair.a.ipv4);
      return { adverts: sender?.adverts_received ?? 0, at: microseconds(sender?.last_advert.at ?? "1970-01-01T00:00:00.000000Z") };
    };

    /** Deaf for far longer than the master-down time, then hearing again for a while. */
    const recover = async (deafen: (host: Host) => Promise<void>, restore: (host: Host) => Promise<void>): Promise<void> => {
      await deafen(pair.listener);
      const before = await count();
      await recorder.more(12, 10_000);
      const deaf = await count();
      assert.ok(deaf.adverts <= before.adverts + 1, "it was not deaf");
      await restore(pair.listener);
      const since = await waitFor("adverts to be counted again", async () => ((await count()).adverts > deaf.adverts ? count() : null), {
        within: 10_000,
      });
      await recorder.more(15, 10_000);
      counts.push([since, await count()]);
    };

    test("adverts are counted again after link down and up", () =>
      recover(
        (host) => host.linkDown(),
        (host) => host.linkUp(),
      ));

    test("adverts are counted again after the cable was out", () =>
      recover(
        (host) => host.cable("out"),
        (host) => host.cable("in"),
      ));

    test("adverts are counted again after the interface was deleted and made anew", async () => {
      const before = await pair.listener.interfaceIndex();
      await recover(
        (host) => host.removeInterface(),
        (host) => host.addInterface(),
      );
      assert.notEqual(await pair.listener.interfaceIndex(), before);
    });

    test("its own deafness is never reported as a lost or changed master", async () => {
      const reported = (await agent.events()).map(({ event, reason }) => [event, reason]);
      assert.deepEqual(reported, [
        ["virtual_router_seen", undefined],
        ["master_changed", "initial"],
      ]);
    });

    test("no advert is lost once it hears again", async () => {
      const adverts = await recorder.stop();
      // An advert is stamped a little later at the listener than at the sender, and adverts are 200 ms apart.
      const sentBetween = (from: Count, to: Count): RecordedAdvert[] =>
        adverts.filter(({ at }) => at > from.at + 50_000 && at <= to.at + 50_000);
      assert.equal(counts.length, 3);
      for (const [from, to] of counts) assert.equal(to.adverts - from.adverts, sentBetween(from, to).length);
    });
  });
}
