import { type Duration, seconds } from "../lib/time.ts";
import { type ConditionName, conditionNames, type Severity, type VirtualRouterId } from "./events.ts";
import type { HostOptions } from "./host/host-state.ts";

/** The engine's settings; the configuration fills them. */
export interface EngineOptions extends HostOptions {
  readonly maxVirtualRouters: number;
  readonly maxSenders: number;
  readonly maxAddresses: number;
  readonly maxInterfaces: number;
  /** Without any advert for so long, a sender or virtual router is gone and its series are dropped. */
  readonly forgetAfter: Duration;
  /** keepalived's `down_timer_adverts`, per virtual router. */
  readonly downTimerAdverts: (id: VirtualRouterId) => number;
  readonly conditions: Readonly<Record<ConditionName, ConditionOptions>>;
}

export interface ConditionOptions {
  readonly enabled: boolean;
  readonly severity: Severity;
}

export const defaultSeverities: Readonly<Record<ConditionName, Severity>> = { no_master: "critical" };

export const defaultEngineOptions: EngineOptions = {
  maxVirtualRouters: 512,
  maxSenders: 8,
  maxAddresses: 16,
  maxInterfaces: 1_024,
  forgetAfter: seconds(86_400),
  downTimerAdverts: () => 3,
  expectedRouters: [],
  expected: () => null,
  conditions: Object.fromEntries(
    conditionNames.map((name) => [name, { enabled: true, severity: defaultSeverities[name] }]),
  ) as EngineOptions["conditions"],
};
