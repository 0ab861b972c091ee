/** The tables of a run: as text for the terminal and as Markdown for docs/benchmark.md. A table is {title, head, rows}. */

const thousand = (n) => `${n / 1_000}k`;
const text = (value) =>
  value === undefined || value === null || Number.isNaN(value)
    ? "-"
    : typeof value === "number"
      ? value.toLocaleString("en-US")
      : String(value);

function floodTable({ routers, seconds, rows }) {
  return {
    title: `Flood: ${routers} virtual routers, ${rows[0].rounds.length} x ${seconds} s at each rate`,
    head: ["adverts/s", "reached", "listener", "sent", "lost on the link", "processed", "drops", "CPU µs/advert", "% of a core", "RSS MB"],
    rows: rows.map((row) => [
      thousand(row.rate),
      row.achievedRate,
      row.listener,
      row.sent,
      row.lostOnTheLink,
      row.processed,
      row.drops,
      row.cpuMicrosecondsPerAdvert,
      row.cpuPercentOfACore,
      Math.max(...row.rounds.map((one) => one.rssMegabytes ?? Number.NaN)),
    ]),
  };
}

function scrapeTable({ rows }) {
  return {
    title: `Scrapes (${rows[0].text.ms.count} of each kind) and memory`,
    head: [
      "virtual routers",
      "samples",
      "kind",
      "bytes",
      "median ms",
      "p95 ms",
      "max ms",
      "CPU ms",
      "stall ms, median",
      "max",
      "RSS MB",
      "RSS MB at start",
    ],
    rows: rows.flatMap((row) => [
      [row.routers, row.samples, "text", ...scrapeCells(row.text), row.rssMegabytes, row.rssMegabytesAtStart],
      [row.routers, row.samples, "OpenMetrics, gzip", ...scrapeCells(row.openMetricsGzip), row.rssMegabytes, row.rssMegabytesAtStart],
    ]),
  };
}

const scrapeCells = ({ ms, bytes, cpuMsPerScrape, stallMs }) => [
  bytes,
  ms.median,
  ms.p95,
  ms.max,
  cpuMsPerScrape,
  stallMs.median,
  stallMs.max,
];

function startTable({ firstAdvertMs, firstAnswerMs }) {
  return {
    title: `Start (${firstAdvertMs.count} times)`,
    head: ["from process start to", "median ms", "max ms"],
    rows: [
      ["the first answer over HTTP", firstAnswerMs.median, firstAnswerMs.max],
      ["the first advert counted", firstAdvertMs.median, firstAdvertMs.max],
    ],
  };
}

function hostileTable({ rate, rows }) {
  return {
    title: `Hostile adverts (random VRID, source, MAC, VLAN, priority, address) at ${thousand(rate)}/s`,
    head: ["sent", "captured", "rejected", "drops", "evictions", "virtual routers", "samples", "bytes of /metrics", "RSS MB"],
    rows: rows.map((row) => [
      row.sent,
      row.captured,
      row.rejected,
      row.drops,
      row.evictions,
      row.routers,
      row.samples,
      row.bytes,
      row.rssMegabytes,
    ]),
  };
}

function forwardTable({ seconds, rows }) {
  return {
    title: `Plain traffic through a forwarding namespace, ${rows[0].measured.off.length} rounds of ${seconds} s`,
    head: ["traffic", "unit", "nobody listens", "agent", "tcpdump", "with agent / without", "with tcpdump / without", "agent % of a core"],
    rows: rows.map(({ kind, unit, medians, ratios, agentCpuPercent }) => [
      kind,
      unit,
      medians.off,
      medians.on,
      medians.tcpdump,
      ratios.on,
      ratios.tcpdump,
      agentCpuPercent.length > 0 ? Math.max(...agentCpuPercent) : undefined,
    ]),
  };
}

function notifyTable({ rows }) {
  return {
    title: `Notify lines through the FIFO into the engine, ${rows[0].runs.length} rounds`,
    head: ["writers", "sent", "lost", "out of order", "lines/s", "CPU µs/line"],
    rows: rows.map((row) => [row.writers, row.sent, row.sent - row.taken, row.outOfOrder, row.linesPerSecond, row.cpuMicrosecondsPerLine]),
  };
}

function netlinkTable({ bursts }) {
  return {
    title: "Bursts of address changes through the event socket into the engine",
    head: [
      "receive buffer",
      "changes",
      "changes/s",
      "events read",
      "overruns",
      "dumps",
      "CPU µs/change",
      "longest stall ms",
      "equal after ms",
    ],
    rows: bursts.map((row) => [
      row.buffer,
      row.changes,
      row.changesPerSecond,
      row.events,
      row.overruns,
      row.dumps,
      row.cpuMicrosecondsPerChange,
      row.longestStallMs,
      row.equalAfterMs ?? "never",
    ]),
  };
}

function detectorsTable({ rounds, rows }) {
  return {
    title: `All detectors in the engine alone, least CPU time of ${rounds} rounds`,
    head: ["what comes", "ns with all", "ns with none", "ns of the detectors", "all / none", "per", "events", "events/ms"],
    rows: rows.map((row) => [
      row.what,
      row.nanosecondsWithAll,
      row.nanosecondsWithNone,
      row.nanosecondsOfDetectors,
      row.ratio,
      row.unit,
      row.events,
      row.eventsPerMillisecond,
    ]),
  };
}

function webTable({ rows, rssAfterMegabytes }) {
  return {
    title: `The same beside clients that mean ill (RSS ${rssAfterMegabytes} MB some seconds after them)`,
    head: [
      "condition",
      "clients that mean ill",
      "connections",
      "refused so far",
      "CPU of the agent",
      "RSS MB",
      "drops",
      "waited for a CPU, ms",
      "expected",
      "seen",
      "event p50 ms",
      "p99",
      "max",
      "client p50 ms",
      "p99",
      "max",
    ],
    rows: rows.map((row) => [
      row.what,
      row.attack ? "yes" : "no",
      row.connections,
      row.refused,
      row.cpuShare,
      row.rssMegabytes,
      row.drops,
      row.waitedMs,
      row.expected,
      row.seen,
      ...[row.eventMs, row.clientMs].flatMap(({ p50, p99, max }) => [p50, p99, max]),
    ]),
  };
}

function detectionTable({ rows }) {
  return {
    title: "From the deciding packet, or the deadline, to the event",
    head: [
      "condition",
      "decided by",
      "other adverts/s",
      "left out",
      "expected",
      "seen",
      "event p50 ms",
      "p99",
      "max",
      "client p50 ms",
      "p99",
      "max",
    ],
    rows: rows.map((row) => [
      row.what,
      row.decidedBy,
      row.advertsPerSecond,
      row.drops,
      row.waitedMs,
      row.leftOut,
      row.expected,
      row.seen,
      ...[row.eventMs, row.clientMs].flatMap(({ p50, p99, max }) => [p50, p99, max]),
    ]),
  };
}

function alertLatencyTable({ latency }) {
  return {
    title: "From a condition's event to the first byte of the POST, beyond group_wait",
    head: ["group_wait ms", "other alerts", "events", "p50 ms", "p99", "max", "the very first ms"],
    rows: latency.map((row) => [row.groupWaitMs, row.standing, row.events, row.p50, row.p99, row.max, row.firstMs]),
  };
}

function alertTable({ mass, cost, outage, memory }) {
  return {
    title: "Alerts: much at once, cost, and a receiver that was away",
    head: ["what", "value", "details"],
    rows: [
      [
        "255 masters lost at once: notifications",
        mass.notifications,
        `${mass.alerts} alerts, ${text(mass.bytes)} bytes; ${mass.rounds} agents that had told of nothing yet`,
      ],
      ["first byte after the last event, beyond group_wait, ms", mass.firstByteMs.median, `median; max ${mass.firstByteMs.max}`],
      ["longest stall of the event loop, ms", mass.stallMs.median, `median; max ${mass.stallMs.max}; the events alone ${mass.eventsMs}`],
      [
        "CPU µs per condition event, delivery included",
        cost.microsecondsWithDelivery,
        `of ${text(cost.events)}; ${cost.microsecondsInEvent} until the call returns; ${cost.notifications} POSTs`,
      ],
      [
        "receiver down for an hour: notifications",
        outage.notifications,
        `of ${text(outage.alerts)} alerts, ${text(outage.over)} of them over meanwhile; ${outage.waiting} wait at the end; CPU ${outage.cpuSecondsOfTheHour} s`,
      ],
      [
        "POSTs until all is told",
        outage.posts,
        `${text(outage.bytes)} bytes in ${outage.drainSeconds} s; ${text(outage.told)} alerts told, ${text(outage.toldOver)} as over; ${outage.lost} deliveries lost`,
      ],
      ["RSS MB with a receiver, idle", memory?.withMegabytes, `without ${text(memory?.withoutMegabytes)}`],
    ],
  };
}

function replayTable({ fileMegabytes, rows }) {
  return {
    title: `Replay of a capture of ${fileMegabytes} MB (start of the process included)`,
    head: ["program", "packets", "seconds", "packets/s", "peak RSS MB"],
    rows: rows.map((row) => [row.program, row.packets, row.seconds, row.packetsPerSecond, row.peakRssMegabytes]),
  };
}

const tablesOf = {
  flood: floodTable,
  scrape: scrapeTable,
  start: startTable,
  hostile: hostileTable,
  forward: forwardTable,
  notify: notifyTable,
  netlink: netlinkTable,
  detection: detectionTable,
  web: webTable,
  detectors: detectorsTable,
  alerts: [alertLatencyTable, alertTable],
  replay: replayTable,
};

function addAlerts(add, { latency, mass, memory } = {}) {
  for (const standing of [0, 1_000]) {
    const worst = latency?.filter((row) => row.standing === standing).sort((a, b) => b.p99 - a.p99)[0];
    add(
      `an alert's POST after its event, beyond group_wait, ${text(standing)} other alerts`,
      "p50 10 ms, p99 50 ms",
      worst && `p50 ${worst.p50} ms, p99 ${worst.p99} ms (the very first ${worst.firstMs})`,
      worst && worst.p50 <= 10 && worst.p99 <= 50,
    );
  }
  add(
    "notifications of 255 masters lost at once",
    "1 with all of them",
    mass && `${mass.notifications} with ${mass.alerts}`,
    mass?.notifications === 1 && mass.alerts === 255,
  );
  add(
    "stall of the event loop by that, median",
    "50 ms",
    mass && `${mass.stallMs.median} ms (max ${mass.stallMs.max})`,
    mass?.stallMs.median <= 50,
  );
  add("RSS that alerts add, idle", "10 MB", memory && `${memory.differenceMegabytes} MB`, memory?.differenceMegabytes <= 10);
}

/** What the project demands of itself, judged: `met` is null where this run did not measure it. */
export function judge({ flood, scrape, start, hostile, notify, netlink, detection, web, detectors, alerts, replay }) {
  const budgets = [];
  const add = (what, limit, value, met) =>
    budgets.push({ what, limit, measured: value ?? "not measured", met: value === undefined ? null : met });
  const addDelay = (what, decidedBy, limit, load) => {
    const rows = detection?.rows.filter((row) => row.load === load && row.decidedBy === decidedBy);
    const worst = rows && Math.max(...rows.map(({ clientMs }) => clientMs.p99));
    const unseen = rows?.reduce((all, { expected, seen }) => all + expected - seen, 0);
    add(what, `${limit} ms, none unseen`, rows && `${text(worst)} ms (unseen: ${unseen})`, rows && worst <= limit && unseen === 0);
  };
  const at100k = (listener) => flood?.rows.find((row) => row.rate === 100_000 && row.listener === listener);
  const agent = at100k("agent");
  const dump = at100k("tcpdump -n");
  const full = scrape?.rows.find((row) => row.routers === 510);

  const missing = agent && Math.max(0, agent.sent - agent.lostOnTheLink - agent.processed);
  add("adverts lost at 100k adverts/s", "0", agent && `${missing} (drops reported: ${agent.drops})`, missing === 0 && agent.drops === 0);
  const pair = agent && dump && [agent.cpuMicrosecondsPerAdvert, dump.cpuMicrosecondsPerAdvert];
  add(
    "CPU per advert at 100k adverts/s",
    pair ? `${pair[1]} µs (tcpdump -n)` : "tcpdump -n",
    pair && `${pair[0]} µs`,
    pair && pair[0] <= pair[1],
  );
  const untold = notify?.rows.reduce((all, row) => all + row.sent - row.taken + row.outOfOrder, 0);
  add("notify lines lost or out of order at full speed", "0", untold, untold === 0);
  const single = netlink?.single;
  add(
    "an address change known to the engine, p99 (all changes known, in order)",
    "5 ms",
    single && `${single.p99Ms} ms (p50 ${single.p50Ms}, max ${single.maxMs}; ${single.known} of ${single.changes})`,
    single && single.p99Ms <= 5 && single.known === single.changes,
  );
  const unequal = netlink?.bursts.filter(({ equalAfterMs }) => equalAfterMs === null).length;
  add("bursts after which the addresses are not the kernel's", "0", unequal, unequal === 0);
  for (const load of detection ? detection.loads : [undefined]) {
    const beside = load === undefined ? "" : load === 0 ? ", idle" : `, at ${thousand(load)} adverts/s`;
    addDelay(`a condition known to a client after the packet that decides it, p99${beside}`, "packet", 20, load);
    addDelay(`a condition known to a client after its deadline, p99${beside}`, "deadline", 30, load);
  }
  const attacked = web?.rows.filter(({ attack }) => attack);
  const late = attacked && Math.max(...attacked.map(({ clientMs }) => clientMs.p99));
  const lost = attacked?.reduce((all, { expected, seen, drops }) => all + expected - seen + drops, 0);
  add(
    "a condition known to a client beside 1,000 idle connections, 200 slow requests, 50 scrapes at once and wrong passwords, p99",
    "50 ms, none unseen",
    attacked && `${text(late)} ms (unseen: ${lost})`,
    attacked && late <= 50 && lost === 0,
  );
  const healthy = detectors?.rows.find(({ what }) => what.startsWith("healthy masters"));
  add(
    "all detectors on an advert of a healthy master",
    "100 ns",
    healthy && `${healthy.nanosecondsOfDetectors} ns of ${text(healthy.nanosecondsWithAll)}`,
    healthy?.nanosecondsOfDetectors <= 100,
  );
  const dearest = detectors?.rows.filter(({ unit }) => unit === "advert").sort((a, b) => b.nanosecondsWithAll - a.nanosecondsWithAll)[0];
  add(
    "engine with all detectors, the dearest kind of advert",
    "50,000 ns",
    dearest && `${text(dearest.nanosecondsWithAll)} ns (${dearest.what})`,
    dearest?.nanosecondsWithAll <= 50_000,
  );
  addAlerts(add, alerts);
  const speed = replay?.rows.find((row) => row.program.startsWith("vrrpwatch"));
  add(
    "replay",
    "500,000 packets/s",
    speed && `${text(speed.packetsPerSecond)} packets/s${speed.complete ? "" : ", not all adverts counted"}`,
    speed?.complete && speed.packetsPerSecond >= 500_000,
  );
  add("RSS with 510 virtual routers", "90 MB", full && `${full.rssMegabytes} MB`, full?.rssMegabytes <= 90);
  const flooded = flood?.rows
    .filter((row) => row.listener === "agent" && flood.routers === 510)
    .flatMap((row) => row.rounds.map((one) => one.rssMegabytes));
  const floodedMost = flooded?.length > 0 ? Math.max(...flooded) : undefined;
  add("RSS after the floods", "90 MB", floodedMost && `${floodedMost} MB`, floodedMost <= 90);
  add(
    "/metrics for 510 virtual routers, median",
    "25 ms",
    full && `${full.text.ms.median} ms (max ${full.text.ms.max})`,
    full?.text.ms.median <= 25,
  );
  const stall = full && [full.text.stallMs, full.openMetricsGzip.stallMs].sort((a, b) => b.median - a.median)[0];
  add("stall of the event loop by such a scrape, median", "25 ms", full && `${stall.median} ms (max ${stall.max})`, stall?.median <= 25);
  add(
    "first advert counted after start, slowest",
    "500 ms",
    start && `${start.firstAdvertMs.max} ms (median ${start.firstAdvertMs.median})`,
    start?.firstAdvertMs.max <= 500,
  );
  const middle = hostile?.rows[Math.floor(hostile.rows.length / 2) - 1];
  const last = hostile?.rows.at(-1);
  const growth = last && Number((last.rssMegabytes - middle.rssMegabytes).toFixed(1));
  add(
    "growth in the second half of the hostile adverts",
    "10 MB, 2 % of the samples",
    last && `${growth} MB, ${last.samples - middle.samples} of ${last.samples} samples`,
    growth <= 10 && last.samples <= middle.samples * 1.02,
  );
  return budgets;
}

function budgetTable(budgets) {
  return {
    title: "Must reach",
    head: ["what", "limit", "measured", "verdict"],
    rows: budgets.map(({ what, limit, measured, met }) => [what, limit, measured, met === null ? "not measured" : met ? "met" : "NOT MET"]),
  };
}

/** Every table of a run in the order in which a person reads them. */
export function tables(results) {
  const made = Object.entries(tablesOf).flatMap(([part, all]) =>
    results.parts[part] ? [all].flat().map((table) => table(results.parts[part])) : [],
  );
  return [...made, budgetTable(results.budgets)];
}

export function asText({ title, head, rows }) {
  const cells = [head, ...rows.map((row) => row.map(text))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const numeric = head.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const line = (row) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return `${title}\n${cells.map((row) => `  ${line(row)}`).join("\n")}\n`;
}

export function asMarkdown({ title, head, rows }) {
  const numeric = head.map((_, column) => rows.every((row) => typeof row[column] !== "string"));
  const lines = [head, numeric.map((right) => (right ? "--:" : "---")), ...rows.map((row) => row.map(text))];
  return `### ${title}\n\n${lines.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}
