import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { liveSkip, type Script, VethPair } from "./support.ts";

describe("the addresses of a real kernel", { skip: liveSkip() }, () => {
  let net: VethPair;
  let folder: string;
  before(() => {
    net = new VethPair();
    folder = mkdtempSync(join(tmpdir(), "vw-addresses-"));
  });
  after(() => {
    net.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const changes = (script: Script): string[] => script.of("address").map(({ change }) => String(change));
  async function watch(...args: string[]): Promise<Script> {
    const script = net.run("a", "address-watch.js", args);
    await script.until("start", () => script.of("ready").length > 0);
    return script;
  }
  const until = (script: Script, change: string): Promise<void> => script.until(change, () => changes(script).includes(change));
  const allowIpv6 = (side: "a" | "b", device: string): Buffer =>
    execFileSync("ip", [
      "netns",
      "exec",
      net[side],
      "sysctl",
      "-qw",
      `net.ipv6.conf.all.disable_ipv6=0`,
      `net.ipv6.conf.${device}.disable_ipv6=0`,
    ]);
  /** Every address as `ip` lists it. */
  function kernel(): string[] {
    const links = JSON.parse(net.ip("a", "-j address")) as { ifname: string; addr_info: { local: string; prefixlen: number }[] }[];
    return links.flatMap(({ ifname, addr_info: infos }) => infos.map(({ local, prefixlen }) => `${ifname} ${local}/${prefixlen}`)).sort();
  }

  test("come and go with their flags, and a primary takes its secondaries along", async () => {
    const script = await watch();
    net.ip("a", "address add 192.0.2.1/24 dev vw0");
    net.ip("a", "address add 192.0.2.100/24 dev vw0");
    await until(script, "added 192.0.2.100/24 vw0 secondary");
    net.ip("a", "address del 192.0.2.1/24 dev vw0");
    await until(script, "removed 192.0.2.100/24 vw0 secondary");
    assert.deepEqual(changes(script), [
      "added 192.0.2.1/24 vw0",
      "added 192.0.2.100/24 vw0 secondary",
      "removed 192.0.2.100/24 vw0 secondary",
      "removed 192.0.2.1/24 vw0",
    ]);
    assert.equal(await script.quit(), 0);
  });

  test("of IPv6 show what keepalived sets on a /128, and a duplicate that another host holds", async () => {
    for (const [side, device] of [
      ["a", "vw0"],
      ["b", "vw1"],
    ] as const)
      allowIpv6(side, device);
    net.ip("b", "address add 2001:db8::100/64 dev vw1 nodad");
    const script = await watch();
    net.ip("a", "address add 2001:db8::7/128 dev vw0 nodad preferred_lft 0");
    await until(script, "added 2001:db8::7/128 vw0 nodad deprecated");
    net.ip("a", "address add 2001:db8::100/64 dev vw0");
    await script.until("the duplicate", () =>
      changes(script).some((change) => change.includes("2001:db8::100/64 vw0 tentative dadFailed")),
    );
    assert.ok(changes(script).includes("added 2001:db8::100/64 vw0 tentative"));
    assert.equal(await script.quit(), 0);
  });

  test("go with their device", async () => {
    net.ip("a", "link add m0 link vw0 type macvlan mode bridge");
    net.ip("a", "address add 192.0.2.55/32 dev m0");
    const script = await watch();
    net.ip("a", "link del m0");
    await script.until("the end of the address", () => changes(script).some((change) => change.startsWith("removed 192.0.2.55/32")));
    assert.equal(await script.quit(), 0);
  });

  test("stand on links whose state tells whether they answer", async () => {
    const up = async (device: string, expected: boolean): Promise<void> => {
      const is = (): boolean => {
        const links = script.of("links").at(-1)?.up as Record<string, boolean> | undefined;
        if (links?.[device] === expected) return true;
        script.command("links");
        return false;
      };
      await script.until(`${device} to be ${expected ? "up" : "down"}`, is);
    };
    for (const command of [
      "link add m1 link vw0 type macvlan mode bridge",
      "link set m1 up",
      "link add br1 type bridge",
      "link set br1 up",
    ])
      net.ip("a", command);
    const script = await watch();
    await up("m1", true);
    await up("vw0", true);
    // FRR holds the macvlan of a backup down like this, with its address on it.
    net.ip("a", "link set m1 protodown on");
    await up("m1", false);
    net.ip("a", "link set m1 protodown off");
    await up("m1", true);
    net.ip("b", "link set vw1 down");
    await up("vw0", false);
    await up("m1", false);
    net.ip("b", "link set vw1 up");
    await up("m1", true);
    net.ip("a", "link del m1");
    net.ip("a", "link del br1");
    assert.equal(await script.quit(), 0);
  });

  test("are the kernel's again after 20,000 changes that overran the receive buffer", async () => {
    const file = join(folder, "batch");
    const lines: string[] = [];
    for (let round = 0; round < 40; round++)
      for (const verb of ["add", "del"]) for (let i = 1; i <= 250; i++) lines.push(`address ${verb} 198.51.100.${i}/32 dev vw0`);
    for (let i = 1; i <= 250; i += 2) lines.push(`address add 198.51.100.${i}/32 dev vw0`);
    writeFileSync(file, `${lines.join("\n")}\n`);
    const script = await watch(String(1 << 17), "quiet");
    script.command(`flood ${file}`);
    await script.until("the end of the flood", () => script.of("flooded").length > 0);
    const same = (): boolean => {
      const table = script.of("table").at(-1);
      if (table !== undefined && JSON.stringify(table.addresses) === JSON.stringify(kernel())) return true;
      script.command("table");
      return false;
    };
    await script.until("the table to equal the kernel's", same);
    assert.ok(Number(script.of("table").at(-1)?.overruns) >= 1, "events were really lost");
    assert.deepEqual(script.of("warn"), []);
    assert.equal(await script.quit(), 0);
  });
});
