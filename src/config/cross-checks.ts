import { canonicalAddress, familyOf } from "../lib/addresses.ts";
import { patternsProblem } from "../lib/interface-names.ts";
import { formatListen, parseListen } from "../lib/listen.ts";
import type { Path } from "./problems.ts";
import { checkHeartbeat, checkReceiver } from "./receiver-checks.ts";
import { checkSilence } from "./silence-checks.ts";

/** A problem between settings that are each right on their own. */
export interface CrossProblem {
  readonly path: Path;
  readonly message: string;
}

/**
 * Checks what no single setting shows. Works on the raw values and passes over what the schema refuses,
 * so that these problems are listed together with the schema's.
 */
export function crossCheck(raw: unknown): CrossProblem[] {
  const root = group(raw);
  const routers = list(root["virtual_routers"]);
  const alerts = group(root["alerts"]);
  return [
    ...routers.flatMap((entry, i) => checkVirtualRouter(group(entry), ["virtual_routers", i])),
    ...list(root["silences"]).flatMap((entry, i) => checkSilence(group(entry), ["silences", i])),
    ...repeated(routers.map(identityOf), (first) => `the same virtual router as virtual_routers[${first}]: join the two entries`).map(
      ({ index, message }) => ({ path: ["virtual_routers", index], message }),
    ),
    ...list(alerts["receivers"]).flatMap((entry, i) => checkReceiver(group(entry), ["alerts", "receivers", i])),
    ...(isGroup(alerts["heartbeat"]) ? checkHeartbeat(alerts["heartbeat"], ["alerts", "heartbeat"]) : []),
    ...repeated(
      list(alerts["receivers"]).map((entry) => textOf(group(entry)["name"])),
      (first) => `alerts.receivers[${first}] has the same name: give each receiver its own`,
    ).map(({ index, message }) => ({ path: ["alerts", "receivers", index, "name"], message })),
    ...repeated(list(group(root["web"])["listen"]).map(listenText), (first) => `the same address as web.listen[${first}]`).map(
      ({ index, message }) => ({ path: ["web", "listen", index], message }),
    ),
    ...checkInterfaces(group(root["capture"])),
  ];
}

function checkInterfaces(capture: Record<string, unknown>): CrossProblem[] {
  const patterns = list(capture["interfaces"]).filter((value) => typeof value === "string");
  const problem = patternsProblem(patterns);
  return problem === null ? [] : [{ path: ["capture", "interfaces"], message: problem }];
}

function checkVirtualRouter(entry: Record<string, unknown>, path: Path): CrossProblem[] {
  const problems: CrossProblem[] = [];
  const family = entry["family"];
  for (const key of ["senders", "addresses"] as const) {
    const addresses = list(entry[key]).map((value) => (typeof value === "string" ? canonicalAddress(value) : null));
    if (family === "ipv4" || family === "ipv6") {
      for (const [i, address] of addresses.entries()) {
        if (address !== null && familyOf(address) !== family) {
          problems.push({ path: [...path, key, i], message: `is an ${label(familyOf(address))} address, but family says ${family}` });
        }
      }
    }
    for (const { index, message } of repeated(addresses, (first) => `the same address as ${key}[${first}]`)) {
      problems.push({ path: [...path, key, index], message });
    }
  }
  if (entry["inner_vlan"] !== undefined && entry["vlan"] === undefined) {
    problems.push({ path: [...path, "inner_vlan"], message: "needs vlan, the outer of the two tags, as well" });
  }
  return problems;
}

const label = (family: "ipv4" | "ipv6"): string => (family === "ipv4" ? "IPv4" : "IPv6");

function identityOf(value: unknown): string | null {
  const { interface: name, vlan, inner_vlan, family, vrid } = group(value);
  return typeof vrid === "number" ? JSON.stringify([name ?? null, vlan ?? null, inner_vlan ?? null, family ?? null, vrid]) : null;
}

function listenText(value: unknown): string | null {
  const parsed = typeof value === "string" ? parseListen(value) : null;
  // Port 0 means "any free port", so two of them are two listeners.
  return parsed?.ok && !(parsed.value.kind === "tcp" && parsed.value.port === 0) ? formatListen(parsed.value) : null;
}

/** Every key that stood before, with the index where it stood first. null is never a repetition. */
function repeated(keys: ReadonlyArray<string | null>, message: (first: number) => string): Array<{ index: number; message: string }> {
  const seen = new Map<string, number>();
  const found: Array<{ index: number; message: string }> = [];
  for (const [index, key] of keys.entries()) {
    if (key === null) continue;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else found.push({ index, message: message(first) });
  }
  return found;
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function group(value: unknown): Record<string, unknown> {
  return isGroup(value) ? Object.fromEntries(Object.entries(value)) : {};
}
