import { type Duration, seconds } from "../lib/time.ts";
import { defaultConditionSettings } from "./conditions/settings.ts";
import type { VirtualRouterId } from "./events.ts";
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
}

export const defaultEngineOptions: EngineOptions = {
  maxVirtualRouters: 512,
  maxSenders: 8,
  maxAddresses: 16,
  maxInterfaces: 1_024,
  forgetAfter: seconds(86_400),
  downTimerAdverts: () => 3,
  expectedRouters: [],
  expected: () => null,
  conditions: () => defaultConditionSettings,
  allowedSenders: () => null,
};
