import type { KeepalivedConfig } from "../../core/keepalived-config.ts";
import type { Statement } from "./statement.ts";
import { flag, keyword, wholeNumber } from "./words.ts";

type Fifo = KeepalivedConfig["notifyFifo"];

/** What `global_defs` sets of what an instance and the agent need, with the defaults of keepalived 2.2.7. */
export interface GlobalDefs {
  version: 2 | 3;
  defaultInterface: string;
  downTimerAdverts: number;
  strict: boolean;
  vmacPrefix: string;
  notifyFifo: string | null;
  notifyFifoScript: boolean;
  vrrpNotifyFifo: string | null;
  vrrpNotifyFifoScript: boolean;
  scriptUser: string | null;
}

export const newGlobalDefs = (): GlobalDefs => ({
  version: 2,
  defaultInterface: "eth0",
  downTimerAdverts: 3,
  strict: false,
  vmacPrefix: "vrrp",
  notifyFifo: null,
  notifyFifoScript: false,
  vrrpNotifyFifo: null,
  vrrpNotifyFifoScript: false,
  scriptUser: null,
});

/** Takes one `global_defs` block; several add up. */
export function readGlobalDefs(block: readonly Statement[], defs: GlobalDefs): void {
  for (const statement of block) {
    const value = statement.words[1];
    switch (keyword(statement)) {
      case "vrrp_version":
        if (value === "2" || value === "3") defs.version = value === "2" ? 2 : 3;
        break;
      case "default_interface":
        defs.defaultInterface = value ?? defs.defaultInterface;
        break;
      case "vrrp_down_timer_adverts":
        defs.downTimerAdverts = wholeNumber(value, 1, 100) ?? defs.downTimerAdverts;
        break;
      case "vrrp_strict":
        defs.strict = flag(value) ?? defs.strict;
        break;
      case "vmac_prefix":
        defs.vmacPrefix = value ?? defs.vmacPrefix;
        break;
      case "notify_fifo":
        defs.notifyFifo ??= value ?? null;
        break;
      case "notify_fifo_script":
        defs.notifyFifoScript = true;
        break;
      case "vrrp_notify_fifo":
        defs.vrrpNotifyFifo ??= value ?? null;
        break;
      case "vrrp_notify_fifo_script":
        defs.vrrpNotifyFifoScript = true;
        break;
      case "script_user":
        defs.scriptUser = value ?? defs.scriptUser;
        break;
    }
  }
}

export const fifoOf = (path: string | null, script: boolean): Fifo => (path === null ? null : { path, script });
