import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostView, JoinedRouterView } from "../../src/core/host/view.ts";
import type { Snapshot, VirtualRouterView } from "../../src/core/view.ts";
import type { NotifyIntakeView } from "../../src/metrics/agent-view.ts";
import { sampleAgent, sampleRouter, sampleSnapshot } from "../metrics/sample.ts";
import { hostileName, sampleHost } from "../metrics/sample-host.ts";
import { sampleApp } from "./harness.ts";

const way = { path: "/run/vrrpwatch/notify.fifo", up: false, problem: "it is a regular file" };
const notify: NotifyIntakeView = { fifo: way, socket: { ...way, up: true, problem: null } };

/** The routers of an engine are live objects: their answers are spelled out. */
const withWire = (router: JoinedRouterView, wire: VirtualRouterView): JoinedRouterView => {
  const { id, instance, vips, drift, driftJudged, contradictions, sendersHere, isMasterHere, confirmedMaster, conditions } = router;
  return { id, wire, confirmedMaster, instance, vips, drift, driftJudged, contradictions, sendersHere, isMasterHere, conditions };
};

/** What the wire shows of the sample host's first virtual router is a sample too. */
function snapshot(host: HostView = sampleHost()): Snapshot {
  const wire = sampleRouter();
  const routers = host.routers.map((router) => (router.wire === null ? router : withWire(router, wire)));
  return { ...sampleSnapshot([wire]), host: { ...host, routers } };
}
const app = (host?: HostView): ReturnType<typeof sampleApp> => sampleApp({ snapshot: snapshot(host), agent: sampleAgent({ notify }) });
const get = async (url: string, host?: HostView): Promise<{ status: number; body: string; json: () => Record<string, never> }> => {
  const answer = await app(host).inject({ url });
  return { status: answer.statusCode, body: answer.body, json: () => answer.json() };
};

test("a virtual router is listed with the wire's, the kernel's and keepalived's answer", async () => {
  const { virtual_routers: all } = (await get("/api/v1/virtual-routers")).json() as unknown as {
    virtual_routers: Record<string, unknown>[];
  };
  assert.equal(all.length, 2);
  const first = all[0] as { keepalived: { state: string; by: string; configured: { priority: number } }; [key: string]: unknown };
  const { state, by, configured } = first.keepalived;
  assert.deepEqual([state, by, configured.priority], ["master", "notify", 100]);
  assert.equal(first["is_master_here"], true);
  const [vip] = first["addresses_here"] as unknown as { address: string; devices: unknown[] }[];
  assert.equal(vip?.address, "192.0.2.100");
  assert.deepEqual(vip?.devices, [
    {
      dev: "eth0",
      present: true,
      configured: true,
      tentative: false,
      dad_failed: false,
      deprecated: false,
      nodad: false,
      secondary: false,
    },
  ]);
});

test("one that was never heard has the same keys, and is found by its path", async () => {
  const heard = (await get("/api/v1/virtual-routers/eth0/ipv4/51")).json() as Record<string, unknown>;
  const unheard = (await get("/api/v1/virtual-routers/eth0/ipv6/60")).json() as Record<string, unknown>;
  assert.deepEqual(Object.keys(unheard).sort(), Object.keys(heard).sort());
  assert.equal(unheard["state"], "unheard");
  assert.deepEqual(unheard["contradictions"], [
    "keepalived is not master here (fault), but this host has 2001:db8::100",
    "2001:db8::100 does not answer on eth0: duplicate address detection found another host that has it",
  ]);
});

test("keepalived is told as a whole", async () => {
  const body = (await get("/api/v1/keepalived")).json() as Record<string, unknown>;
  assert.equal(body["up"], true);
  assert.equal(body["version"], "2.2.7");
  assert.equal((body["config"] as { state: string }).state, "read");
  assert.deepEqual((body["notify"] as { fifo: unknown }).fifo, way);
  assert.deepEqual(
    (body["instances"] as { instance: string; state: string }[]).map(({ instance, state }) => [instance, state]),
    [
      ["VI_1", "master"],
      [hostileName, "fault"],
    ],
  );
  assert.deepEqual((body["sync_groups"] as { group: string; state: string }[])[0]?.state, "fault");
});

test("a balancer is answered by what keepalived is, with the reason", async () => {
  const master = await get("/lb/eth0/ipv4/51");
  assert.equal(master.status, 200);
  assert.match(master.body, /^this host is master: keepalived's state is master since .* \(notify\)\n$/);
  const fault = await get("/lb/eth0/ipv6/60");
  assert.equal(fault.status, 503);
  assert.match(fault.body, /not master: keepalived's state is fault/);
});

test("without keepalived a balancer is answered by the wire", async () => {
  const none: HostView = { ...sampleHost(), routers: [], instances: [], process: null };
  const answer = await get("/lb/eth0/ipv4/51", none);
  assert.equal(answer.status, 503);
  assert.equal(answer.body, "this host is not master: by its adverts 192.0.2.1 is\n");
});

for (const [url, status] of [
  ["/lb/eth0/ipv4/99", 404],
  ["/lb/eth0/ipx/51", 400],
  ["/lb/eth0/ipv4/0", 400],
  ["/lb/eth0/ipv4/51?vlan=x", 400],
] as const) {
  test(`GET ${url} is answered with ${status}`, async () => assert.equal((await get(url)).status, status));
}

test("the landing page shows state, addresses and trouble of this host, and lets no name break it", async () => {
  const { body } = await get("/");
  assert.ok(body.includes('<span class="pill ok" title="VI_1: keepalived said so">master</span>'));
  assert.ok(body.includes('has <span class="mono">192.0.2.100</span> on eth0'));
  assert.ok(body.includes("does not answer on eth0: duplicate address detection"));
  assert.ok(body.includes(">never heard</span>"));
  assert.ok(body.includes("it is a regular file"));
  assert.ok(body.includes("Sync group G1"));
  assert.ok(!body.includes("<b>") && body.includes("VI &quot;6&quot; \\ &lt;b&gt;"));
});

test("a host without keepalived has no section about it", async () => {
  const body = (await sampleApp({ snapshot: sampleSnapshot([sampleRouter()]), agent: sampleAgent({ notify }) }).inject({ url: "/" })).body;
  assert.ok(!body.includes("keepalived on this host"));
});
