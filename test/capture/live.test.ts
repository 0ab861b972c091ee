import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { advert, taggedAdvert, unwanted, wanted } from "../native/frames.ts";
import { type Line, liveSkip, type Script, VethPair } from "../native/support.ts";

const pcapMissing = spawnSync(process.execPath, ["-e", 'require("pcap")']).status !== 0;

const said = (observer: Script, type: string, fields: Readonly<Record<string, unknown>>): boolean =>
  observer.of(type).some((line) => Object.entries(fields).every(([key, value]) => line[key] === value));

const hearing = (observer: Script, name: string, state: string, times = 1): boolean =>
  observer.of("hearing").filter((line) => line.name === name && line.state === state).length >= times;

for (const backend of ["af_packet", "libpcap"]) {
  const skip = liveSkip() || (backend === "libpcap" && pcapMissing && "needs the optional package pcap");
  describe(`capture with ${backend}`, { skip }, () => {
    let net: VethPair;
    before(() => {
      net = new VethPair();
    });
    after(() => net.remove());

    test("frames come with their direction, both ways", async () => {
      const observer = await net.observe("b", [backend]);
      await net.send("a", "vw0", [advert(1, "a")]);
      await net.send("b", "vw1", [advert(2, "b")]);
      await observer.until("two frames", () => observer.of("frame").length === 2);
      const directions = new Map(observer.of("frame").map((line) => [line.hex, line.direction]));
      assert.deepEqual([directions.get(advert(1, "a")), directions.get(advert(2, "b"))], ["in", "out"]);
      assert.equal(await observer.quit(), 0);
    });

    test("nothing is lost once a link is up again", async () => {
      const observer = await net.observe("b", [backend]);
      for (let round = 1; round <= 3; round++) {
        net.ip("b", "link set vw1 down");
        await observer.until("deafness", () => hearing(observer, "vw1", "deaf", round));
        net.ip("b", "link set vw1 up");
        await observer.until("hearing", () => hearing(observer, "vw1", "hearing", round + 1));
        await net.send("a", "vw0", [advert(10 * round), advert(10 * round + 1), advert(10 * round + 2)]);
        await observer.until("three frames", () => observer.of("frame").length === 3 * round);
      }
      assert.equal(await observer.quit(), 0);
    });

    test("a renamed interface goes on under its new name", async () => {
      const observer = await net.observe("b", [backend]);
      net.ip("b", "link set vw1 name vw-new");
      await observer.until("the new name", () => hearing(observer, "vw-new", "hearing"));
      assert.ok(hearing(observer, "vw1", "deaf"));
      await net.send("a", "vw0", [advert(7)]);
      await observer.until("a frame", () => said(observer, "frame", { name: "vw-new", hex: advert(7) }));
      assert.equal(await observer.quit(), 0);
      net.ip("b", "link set vw-new name vw1");
    });

    test("an interface that was deleted and made anew is heard again", async () => {
      const observer = await net.observe("b", [backend]);
      for (let round = 1; round <= 3; round++) {
        net.ip("b", "link delete vw1");
        await observer.until("deafness", () => hearing(observer, "vw1", "deaf", round));
        net.connect();
        await observer.until("hearing", () => hearing(observer, "vw1", "hearing", round + 1));
        await net.send("a", "vw0", [advert(round)]);
        await observer.until("a frame", () => said(observer, "frame", { name: "vw1", hex: advert(round) }));
      }
      assert.equal(await observer.quit(), 0);
    });

    test("an interface that capture.interfaces names is waited for, with one warning", async () => {
      const observer = await net.observe("b", [backend, "vw1,vw7"]);
      net.ip("b", "link add vw7 type veth peer name vw8");
      await observer.until("the link", () => observer.of("links").length > 0);
      net.ip("b", "link set vw8 up");
      net.ip("b", "link set vw7 up");
      await observer.until("hearing", () => hearing(observer, "vw7", "hearing"));
      assert.ok(!hearing(observer, "vw8", "hearing"));
      const warnings = observer.of("warn").map((line) => String(line.message));
      assert.equal(warnings.filter((message) => message.includes("vw7") && message.includes("does not exist")).length, 1);
      assert.equal(await observer.quit(), 0);
      net.ip("b", "link delete vw7");
    });

    test("drain delivers at once what a blocked loop left in the ring", async () => {
      const observer = await net.observe("b", [backend]);
      const frames = Array.from({ length: 40 }, (_, i) => advert(i + 1));
      await observer.whileBlocked(() => net.send("a", "vw0", frames, { count: 400 }));
      observer.command("drain");
      await observer.until("all frames", () => observer.of("frame").length === 400);
      assert.deepEqual(
        observer.of("frame").map((line) => line.hex),
        Array.from({ length: 400 }, (_, i) => frames[i % 40]),
      );
      assert.equal(await observer.quit(), 0);
    });
  });
}

describe("both backends on the same traffic", { skip: liveSkip() || (pcapMissing && "needs the optional package pcap") }, () => {
  let net: VethPair;
  before(() => {
    net = new VethPair();
  });
  after(() => net.remove());

  /** The tag that af_packet gives as metadata, put back where libpcap has it. */
  const withTag = (line: Line): string => {
    const hex = String(line.hex);
    if (line.vlanTci === null) return hex;
    return `${hex.slice(0, 24)}VLAN${Number(line.vlanTci).toString(16).padStart(4, "0")}${hex.slice(24)}`;
  };

  test("they hear the same frames in the same order, tagged ones too", async () => {
    const observers = await Promise.all([net.observe("b", ["af_packet"]), net.observe("b", ["libpcap"])]);
    const all = [...wanted, ...unwanted].map(([, frame]) => frame);
    const end = advert(255);
    await net.send("a", "vw0", [...all, end]);
    for (const observer of observers) await observer.until("the last frame", () => observer.of("frame").some((line) => line.hex === end));
    const [ours, theirs] = observers.map((observer) => observer.of("frame"));
    assert.equal(ours?.length, wanted.length + 1);
    assert.deepEqual(
      theirs?.map((line) => String(line.hex).replace(/^(.{24})(?:8100|88a8)/, "$1VLAN")),
      ours?.map(withTag),
    );
    for (const observer of observers) assert.equal(await observer.quit(), 0);
  });
});

describe("a frame that macvlan and parent both see", { skip: liveSkip() }, () => {
  let net: VethPair;
  before(() => {
    net = new VethPair();
  });
  after(() => net.remove());

  test("counts once, on the parent", async () => {
    net.ip("b", "link add mv0 link vw1 address 02:00:00:00:00:03 type macvlan mode bridge");
    net.ip("b", "link set mv0 up");
    const observer = await net.observe("b");
    await net.send("a", "vw0", [advert(1), taggedAdvert([{ type: "8100", vid: 5 }]), advert(2)]);
    await observer.until("the last frame", () => said(observer, "frame", { hex: advert(2) }));
    assert.deepEqual(
      observer.of("frame").map((line) => [line.name, line.vlanTci]),
      [
        ["vw1", null],
        ["vw1", 5],
        ["vw1", null],
      ],
    );
    assert.equal(await observer.quit(), 0);
    net.ip("b", "link delete mv0");
  });

  test("counts once on a bridge whose port it came in by", async () => {
    net.ip("b", "link add br0 type bridge forward_delay 0");
    net.ip("b", "link set vw1 master br0");
    net.ip("b", "link set br0 up");
    const observer = await net.observe("b");
    await observer.until("the bridge", () => hearing(observer, "br0", "hearing"));
    await net.send("a", "vw0", [advert(1), advert(2)]);
    await observer.until("the last frame", () => said(observer, "frame", { hex: advert(2) }));
    assert.deepEqual(
      observer.of("frame").map((line) => line.name),
      ["br0", "br0"],
    );
    assert.equal(await observer.quit(), 0);
    net.ip("b", "link delete br0");
  });
});

describe("group membership on real devices", { skip: liveSkip() }, () => {
  let net: VethPair;
  before(() => {
    net = new VethPair();
    for (const name of ["all", "default", "vw1"]) {
      spawnSync("ip", ["netns", "exec", net.b, "sysctl", "-qw", `net.ipv6.conf.${name}.disable_ipv6=0`]);
    }
  });
  after(() => net.remove());

  const members = (): string[] => ["224.0.0.18", "ff02::12"].filter((group) => net.ip("b", "maddress show dev vw1").includes(group));

  test("the groups are joined, joined again on a device made anew, and left at the end", async () => {
    const observer = await net.observe("b", ["af_packet", "*", "true"]);
    assert.deepEqual(members(), ["224.0.0.18", "ff02::12"]);
    net.ip("b", "link delete vw1");
    await observer.until("the end of the device", () => hearing(observer, "vw1", "deaf"));
    net.connect();
    await observer.until("the groups on the next one", () => observer.of("joined").at(-1)?.groups === "vw1 ipv4, vw1 ipv6");
    assert.deepEqual(members(), ["224.0.0.18", "ff02::12"]);
    assert.equal(await observer.quit(), 0);
    assert.deepEqual(members(), []);
  });
});

describe("without CAP_NET_RAW", { skip: liveSkip() || (spawnSync("setpriv", ["--version"]).status !== 0 && "needs setpriv") }, () => {
  test("opening fails with the command that grants it", () => {
    const script = `
      import { createSource } from ${JSON.stringify(new URL("../../src/capture/open.js", import.meta.url).href)};
      import { LinkTable } from ${JSON.stringify(new URL("../../src/netlink/link-table.js", import.meta.url).href)};
      try {
        createSource({ backend: "af_packet", patterns: ["*"], links: new LinkTable(), warn() {} }).open({});
      } catch (error) {
        console.log(error.code, error.message);
      }`;
    const { stdout } = spawnSync(
      "setpriv",
      ["--bounding-set=-all", "--inh-caps=-all", process.execPath, "--input-type=module", "-e", script],
      { encoding: "utf8" },
    );
    assert.match(stdout, /^ERR_CAPTURE_DENIED .*setcap cap_net_raw\+ep/);
  });
});
