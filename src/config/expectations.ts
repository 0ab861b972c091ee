import type { ConditionSettings } from "../core/conditions/settings.ts";
import { type ConditionName, conditionNames, type VirtualRouterId } from "../core/events.ts";
import { defaultEngineOptions, type EngineOptions } from "../core/options.ts";
import { familyOf } from "../lib/addresses.ts";
import type { Config, VirtualRouterExpectation } from "./schema.ts";

/**
 * The entry of `virtual_routers` that fits a virtual router best: a key that is left out fits anything,
 * and the entry with most keys wins; of equals the first.
 */
export function expectationFor(config: Pick<Config, "virtual_routers">, id: VirtualRouterId): VirtualRouterExpectation | null {
  let best: VirtualRouterExpectation | null = null;
  let bestKeys = -1;
  for (const entry of entriesOf(config.virtual_routers).get(id.vrid) ?? []) {
    const pairs: ReadonlyArray<readonly [unknown, unknown]> = [
      [entry.interface, id.interface],
      [entry.vlan, id.vlan],
      [entry.inner_vlan, id.innerVlan],
      [entry.family, id.family],
    ];
    if (!pairs.every(([wanted, actual]) => wanted === undefined || wanted === actual)) continue;
    const keys = pairs.filter(([wanted]) => wanted !== undefined).length;
    if (keys > bestKeys) {
      best = entry;
      bestKeys = keys;
    }
  }
  return best;
}

type Entries = Config["virtual_routers"];

/** The entries by VRID, in their order: thousands of them are asked for each virtual router at every scrape. */
const byVrid = new WeakMap<Entries, ReadonlyMap<number, VirtualRouterExpectation[]>>();

function entriesOf(entries: Entries): ReadonlyMap<number, VirtualRouterExpectation[]> {
  const known = byVrid.get(entries);
  if (known !== undefined) return known;
  const index = new Map<number, VirtualRouterExpectation[]>();
  for (const entry of entries) index.set(entry.vrid, [...(index.get(entry.vrid) ?? []), entry]);
  byVrid.set(entries, index);
  return index;
}

/** What a person calls a virtual router: the names that the configuration gives it, else `segment` and no name. */
export function describeRouter(
  config: Pick<Config, "virtual_routers">,
  id: VirtualRouterId,
  segment: string,
): { readonly segment: string; readonly name: string | null } {
  const known = expectationFor(config, id);
  return { segment: known?.segment ?? segment, name: known?.name ?? null };
}

/** The engine's options as the configuration has them. */
export function engineOptionsOf(config: Config): EngineOptions {
  const { tracking } = config;
  return {
    ...defaultEngineOptions,
    maxVirtualRouters: tracking.max_virtual_routers,
    maxSenders: tracking.max_senders,
    maxAddresses: tracking.max_addresses,
    forgetAfter: tracking.forget_after,
    expectedRouters: config.virtual_routers.flatMap(namedInFull),
    expected: (id) => {
      const entry = expectationFor(config, id);
      if (entry === null) return null;
      const addresses = (entry.addresses ?? []).filter((address) => familyOf(address) === id.family);
      return { addresses, instance: entry.instance ?? null };
    },
    downTimerAdverts: (id) => expectationFor(config, id)?.down_timer_adverts ?? tracking.down_timer_adverts,
    conditions: conditionSettingsOf(config),
    allowedSenders: (id) => {
      const senders = expectationFor(config, id)?.senders?.filter((sender) => familyOf(sender) === id.family) ?? [];
      // An entry for both families that lists senders of one says nothing of the other.
      return senders.length === 0 ? null : senders;
    },
  };
}

/** How conditions are judged: as `conditions` says, but for what the entry of the virtual router says. */
function conditionSettingsOf(config: Config): (id: VirtualRouterId) => ConditionSettings {
  const general = settingsOf((name) => config.conditions[name]);
  const special = new Map<VirtualRouterExpectation, ConditionSettings>();
  return (id) => {
    const entry = expectationFor(config, id);
    if (entry?.conditions === undefined) return general;
    const { conditions } = entry;
    let settings = special.get(entry);
    if (settings === undefined) {
      settings = settingsOf((name) => ({ ...config.conditions[name], ...conditions[name] }));
      special.set(entry, settings);
    }
    return settings;
  };
}

const settingsOf = (configured: (name: ConditionName) => Config["conditions"][ConditionName]): ConditionSettings =>
  Object.fromEntries(
    conditionNames.map((name) => {
      const { enabled, severity, ...options } = configured(name);
      return [name, { enabled, severity, options }];
    }),
  ) as ConditionSettings;

/** The virtual routers of an entry that says on which interface they are: those exist whether they are heard or not. */
function namedInFull(entry: VirtualRouterExpectation): VirtualRouterId[] {
  const { interface: name, vrid, vlan, inner_vlan: innerVlan } = entry;
  if (name === undefined) return [];
  const families = entry.family === undefined ? [...new Set((entry.addresses ?? []).map(familyOf))] : [entry.family];
  return families.map((family) => ({
    interface: name,
    ...(vlan !== undefined && { vlan }),
    ...(innerVlan !== undefined && { innerVlan }),
    family,
    vrid,
  }));
}
