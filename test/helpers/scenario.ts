import { Engine } from "../../src/core/engine.ts";
import type { Event } from "../../src/core/events.ts";
import type { HostFact } from "../../src/core/host-facts.ts";
import type { Input } from "../../src/core/input.ts";
import { defaultEngineOptions, type EngineOptions } from "../../src/core/options.ts";
import { type Duration, instant, micros, millis, toSeconds, wallTime } from "../../src/lib/time.ts";
import type { AddressClaim, Advert } from "../../src/wire/decoded.ts";
import type { Direction } from "../../src/wire/frame.ts";

/** Wall time of instant 0 in every scenario: 2026-01-01T00:00:00Z. */
export const EPOCH_US = Date.UTC(2026, 0, 1) * 1_000;

export interface AdvertSpec extends Partial<Omit<Advert, "interval">> {
  readonly interval?: Duration;
  readonly interface?: string | null;
  readonly direction?: Direction;
  readonly ipId?: number | null;
}

export function makeAdvert(source: string, priority: number, spec: Partial<Advert> = {}): Advert {
  const family = source.includes(":") ? "ipv6" : "ipv4";
  return {
    family,
    version: 3,
    vrid: 51,
    priority,
    interval: millis(1_000),
    addresses: family === "ipv4" ? ["192.0.2.100"] : ["fe80::100", "2001:db8::100"],
    auth: "none",
    checksum: "pseudo_header",
    source,
    destination: family === "ipv4" ? "224.0.0.18" : "ff02::12",
    mac: "02:00:00:00:00:01",
    ttl: 255,
    flags: [],
    ...spec,
  };
}

export function advertInput(atMs: number, source: string, priority: number, spec: AdvertSpec = {}): Extract<Input, { kind: "advert" }> {
  const { interface: name = "eth0", direction = "in", ipId = null, ...advert } = spec;
  const at = instant(Math.round(atMs * 1_000));
  return {
    kind: "advert",
    at,
    wall: wallTime(EPOCH_US + at),
    interface: name,
    direction,
    advert: makeAdvert(source, priority, advert),
    ipId,
  };
}

/** Drives an engine by hand through a timeline in milliseconds and keeps what it reports. */
export class Scenario {
  readonly engine: Engine;
  readonly events: Event[] = [];

  constructor(options: Partial<EngineOptions> = {}) {
    this.engine = new Engine(options);
  }

  advert(atMs: number, source: string, priority: number, spec: AdvertSpec = {}): this {
    return this.input(advertInput(atMs, source, priority, spec));
  }

  /** Adverts of one sender at a steady interval, the first at `fromMs`, none after `untilMs`. */
  adverts(fromMs: number, untilMs: number, source: string, priority: number, spec: AdvertSpec = {}): this {
    const step = (spec.interval ?? micros(1_000_000)) / 1_000;
    for (let at = fromMs; at <= untilMs; at += step) this.advert(at, source, priority, spec);
    return this;
  }

  capture(atMs: number, state: "deaf" | "hearing", name: string | null = "eth0"): this {
    return this.input({ kind: "capture", state, interface: name, at: instant(atMs * 1_000), wall: wallTime(EPOCH_US + atMs * 1_000) });
  }

  /** From `atMs` to `untilMs` something may have been missed. */
  gap(atMs: number, untilMs: number, name: string | null = null): this {
    const at = instant(atMs * 1_000);
    return this.input({ kind: "gap", interface: name, at, wall: wallTime(EPOCH_US + at), until: instant(untilMs * 1_000) });
  }

  input(input: Input): this {
    this.events.push(...this.engine.handle(input));
    return this;
  }

  /** Somebody announces an address of the virtual router. */
  announce(
    atMs: number,
    mac: string,
    spec: { readonly address?: string; readonly how?: AddressClaim["how"]; readonly direction?: Direction } = {},
  ): this {
    const { address = "192.0.2.100", how = "gratuitous_arp", direction = "in" } = spec;
    const at = instant(Math.round(atMs * 1_000));
    const family = address.includes(":") ? "ipv6" : "ipv4";
    const claim = { family, address, mac, linkSource: mac, how } as const;
    return this.input({ kind: "claim", at, wall: wallTime(EPOCH_US + at), interface: "eth0", direction, claim });
  }

  /** A fact of this host becomes known. */
  fact(atMs: number, fact: HostFact): this {
    const at = instant(Math.round(atMs * 1_000));
    this.events.push(...this.engine.handleHost({ ...fact, at, wall: wallTime(EPOCH_US + at) }));
    return this;
  }

  /** The user wants something else from then on. @param abandoned interfaces that are not listened on any more */
  reconfigure(atMs: number, options: Partial<EngineOptions>, abandoned: readonly string[] = []): this {
    const at = instant(atMs * 1_000);
    this.events.push(...this.engine.reconfigure({ ...defaultEngineOptions, ...options }, at, wallTime(EPOCH_US + at), abandoned));
    return this;
  }

  /** Lets time pass without any input. */
  idle(untilMs: number): this {
    this.events.push(...this.engine.advance(instant(untilMs * 1_000)));
    return this;
  }

  /** One line an event: `at what`, master changes as `from>to reason gap`. */
  trace(): string[] {
    return this.events.map((event) => `${event.at / 1_000} ${describe(event)}`);
  }

  masterChanges(): string[] {
    return this.events.filter((e) => e.kind === "master_changed").map((event) => `${event.at / 1_000} ${describe(event)}`);
  }
}

const suspectText = ({ suspect }: { readonly suspect?: { readonly name: string } }): string =>
  suspect === undefined ? "" : ` (${suspect.name})`;

function describe(event: Event): string {
  switch (event.kind) {
    case "virtual_router_seen":
      return `seen ${event.master ?? "-"}`;
    case "master_changed":
      return `${event.from ?? "-"}>${event.to ?? "-"} ${event.reason}${event.gap === null ? "" : ` ${toSeconds(event.gap)}`}`;
    case "failover":
      return `failover ${event.from ?? "-"}>${event.to} ${event.planned ? "planned" : "unplanned"}`;
    case "priority_changed":
      return `${event.sender} ${event.from}->${event.to}${suspectText(event)}`;
    case "router_state_changed":
      return `${event.instance} ${event.from}->${event.to} by ${event.by}${suspectText(event)}`;
    case "effective_priority_changed":
      return `${event.instance} priority ${event.from}->${event.to}${suspectText(event)}`;
    case "address_changed":
      return `${event.address} ${event.action} ${event.dev}`;
    default:
      return `${event.kind} ${event.condition}`;
  }
}
