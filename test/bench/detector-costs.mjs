/**
 * What the detectors add to the engine, without network and capture. Arguments: the folder of the compiled program, rounds, the share of
 * the full number of inputs. Every case runs with all conditions and with none, in turn, in one process; the least CPU time of the rounds
 * counts, since whatever disturbs a round only adds to it. Prints one JSON array.
 */
import { join } from "node:path";

const [compiled, rounds, share] = process.argv.slice(2);
const { Engine } = await import(join(compiled, "core/engine.js"));
const { defaultConditionSettings } = await import(join(compiled, "core/conditions/settings.js"));

const disabled = Object.fromEntries(Object.entries(defaultConditionSettings).map(([id, setting]) => [id, { ...setting, enabled: false }]));
const EPOCH = Date.UTC(2026, 0, 1) * 1_000;
const SECOND = 1_000_000;
/** When the backup of priority 149 takes over, and when nobody comes any more. */
const DOWN_OF_THE_SECOND = 3_420_000;
const DOWN_OF_ANYBODY = 4_100_000;

/** What the decoder makes of an advert of a keepalived; the same one again is the same object, as in the agent. */
function advert(router, sender, spec = {}) {
  const ipv4 = router % 2 === 0;
  const vrid = (router >> 1) + 1;
  return {
    family: ipv4 ? "ipv4" : "ipv6",
    version: 3,
    vrid,
    priority: 150 - sender,
    interval: SECOND,
    addresses: ipv4 ? [`198.51.100.${vrid}`] : ["fe80::100", `2001:db8::${vrid.toString(16)}`],
    auth: "none",
    checksum: "pseudo_header",
    source: ipv4 ? `192.0.2.${11 + sender}` : `fe80::${11 + sender}`,
    destination: ipv4 ? "224.0.0.18" : "ff02::12",
    mac: `02:00:00:00:00:0${1 + sender}`,
    ttl: 255,
    flags: [],
    ...spec,
  };
}

const input = (at, fields) => ({ at, wall: EPOCH + at, interface: "eth0", direction: "in", ...fields });
const ofAdvert = (at, value, ipId = null) => input(at, { kind: "advert", advert: value, ipId });

/** So many adverts and nothing is new any more. */
const KNOWN_AFTER = 3;

/** Repeatable: the same numbers in every run. */
function randoms(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Counts what an engine was given and gave, and the CPU time of that. */
class Meter {
  inputs = 0;
  events = 0;
  #engine;
  #begun;

  constructor(conditions) {
    this.#engine = new Engine({ conditions: () => conditions });
  }

  /** What came before is not counted. */
  begin() {
    this.inputs = 0;
    this.events = 0;
    this.#begun = process.cpuUsage();
  }

  give(next) {
    this.inputs += 1;
    this.events += this.#engine.handle(next).length;
  }

  advance(now) {
    this.events += this.#engine.advance(now).length;
  }

  end() {
    const { user, system } = process.cpuUsage(this.#begun);
    return { inputs: this.inputs, events: this.events, nanoseconds: (user + system) * 1_000 };
  }
}

const steady = (routers) => (meter, count) => {
  const adverts = Array.from({ length: routers }, (_, router) => advert(router, 0));
  const turn = (n) => {
    for (let i = 0; i < routers; i++) meter.give(ofAdvert(n * SECOND + i, adverts[i], (n + 1) & 0xffff));
  };
  for (let n = 0; n < KNOWN_AFTER; n++) turn(n);
  meter.begin();
  for (let n = KNOWN_AFTER; n < KNOWN_AFTER + count / routers; n++) turn(n);
};

function split(meter, count) {
  const [better, weaker] = [advert(0, 0), advert(0, 1)];
  meter.begin();
  for (let turn = 0; turn < count / 2; turn++) {
    meter.give(ofAdvert(turn * SECOND, better));
    meter.give(ofAdvert(turn * SECOND + 400_000, weaker));
  }
}

/** As the hostile sender of the benchmark: every advert is somebody else's, in some virtual router. `routers`: how many there are. */
const hostile = (routers) => (meter, count) => {
  const random = randoms(routers);
  const adverts = Array.from({ length: count }, () =>
    advert(random(routers), 0, {
      version: 2 + random(2),
      priority: random(256),
      interval: 10_000 * (1 + random(4_095)),
      source: `192.0.2.${random(256)}`,
      mac: `02:00:00:00:${(16 + random(240)).toString(16)}:${(16 + random(240)).toString(16)}`,
      addresses: [`198.51.100.${random(256)}`],
      ...(routers > 510 && { vlan: 1 + random(4_094) }),
    }),
  );
  meter.begin();
  for (let i = 0; i < count; i++) meter.give(ofAdvert(i * 10, adverts[i], random(65_536)));
};

/** 255 virtual routers of one pair of hosts: the first host dies, the second takes over, dies as well, the first comes back. */
function failover(meter, count) {
  const routers = 255;
  const hosts = [0, 1].map((sender) => Array.from({ length: routers }, (_, i) => advert(2 * i, sender)));
  let at = 0;
  let last;
  const cycle = () => {
    for (const adverts of [hosts[0], hosts[0], hosts[1], hosts[1]]) {
      at += adverts === hosts[1] && last === hosts[0] ? DOWN_OF_THE_SECOND : SECOND;
      for (const [i, value] of adverts.entries()) meter.give(ofAdvert(at + i, value));
      last = adverts;
    }
    at += DOWN_OF_ANYBODY;
    meter.advance(at);
  };
  cycle();
  meter.begin();
  for (let done = 0; done < count; done += 4 * routers) cycle();
}

const claims = (ofStrangers) => (meter, count) => {
  const routers = 255;
  const adverts = Array.from({ length: routers }, (_, i) => advert(2 * i, 0));
  const random = randoms(1);
  for (let turn = 0; turn < KNOWN_AFTER; turn++) for (const [i, value] of adverts.entries()) meter.give(ofAdvert(turn * SECOND + i, value));
  const macs = Array.from({ length: 256 }, (_, i) => (ofStrangers ? `02:00:00:00:01:${(i + 256).toString(16).slice(1)}` : adverts[0].mac));
  meter.begin();
  for (let i = 0; i < count; i++) {
    const mac = macs[random(256)];
    const claim = { family: "ipv4", address: adverts[i % routers].addresses[0], mac, linkSource: mac, how: "gratuitous_arp" };
    meter.give(input(2.5 * SECOND + i, { kind: "claim", claim }));
  }
};

const cases = [
  ["healthy master, 1 virtual router", "advert", steady(1), 200_000],
  ["healthy masters, 510 virtual routers", "advert", steady(510), 200_000],
  ["split: two masters of one virtual router", "advert", split, 200_000],
  ["hostile: anything from anybody, 100 virtual routers", "advert", hostile(100), 10_000],
  ["hostile: anything from anybody, any VLAN", "advert", hostile(511), 10_000],
  ["255 virtual routers failing over at once", "advert", failover, 10_200],
  ["ARP claims by the master, 255 virtual addresses", "claim", claims(false), 50_000],
  ["ARP claims by strangers, 255 virtual addresses", "claim", claims(true), 50_000],
];

function once(run, count, conditions) {
  const meter = new Meter(conditions);
  run(meter, count);
  return meter.end();
}

const least = (runs) => runs.reduce((a, b) => (b.nanoseconds / b.inputs < a.nanoseconds / a.inputs ? b : a));

const rows = cases.map(([what, unit, run, full]) => {
  const count = Math.ceil(full * Number(share));
  const runs = { all: [], none: [] };
  for (let round = -1; round < Number(rounds); round++) {
    const order = round % 2 === 0 ? ["all", "none"] : ["none", "all"];
    for (const which of order) {
      const result = once(run, count, which === "all" ? defaultConditionSettings : disabled);
      if (round >= 0) runs[which].push(result); // the first one warms up
    }
  }
  const [all, none] = [least(runs.all), least(runs.none)];
  return {
    what,
    unit,
    inputs: all.inputs,
    events: all.events,
    nanosecondsWithAll: all.nanoseconds / all.inputs,
    nanosecondsWithNone: none.nanoseconds / none.inputs,
    eventsPerMillisecond: (all.events / all.nanoseconds) * 1e6,
  };
});
process.stdout.write(`${JSON.stringify(rows)}\n`);
