import type { Detector } from "../conditions/definition.ts";
import { type ConditionName, conditionNames } from "../events.ts";
import { addressMismatch } from "./address-mismatch.ts";
import { authMismatch } from "./auth-mismatch.ts";
import { backupWithVip } from "./backup-with-vip.ts";
import { captureBlind } from "./capture-blind.ts";
import { carpVhidConflict } from "./carp-vhid-conflict.ts";
import { checksumMismatch } from "./checksum-mismatch.ts";
import { configDrift } from "./config-drift.ts";
import { dadFailed } from "./dad-failed.ts";
import { equalPriority } from "./equal-priority.ts";
import { flapping } from "./flapping.ts";
import { intervalMismatch } from "./interval-mismatch.ts";
import { keepalivedDown } from "./keepalived-down.ts";
import { localReceiveBlocked } from "./local-receive-blocked.ts";
import { localSendBlocked } from "./local-send-blocked.ts";
import { masterWithoutVip } from "./master-without-vip.ts";
import { noMaster } from "./no-master.ts";
import { slowAdverts } from "./slow-adverts.ts";
import { splitBrain } from "./split-brain.ts";
import { stateInconsistent } from "./state-inconsistent.ts";
import { syncGroupSplit } from "./sync-group-split.ts";
import { ttlViolation } from "./ttl-violation.ts";
import { unauthorizedSender } from "./unauthorized-sender.ts";
import { versionMismatch } from "./version-mismatch.ts";
import { vipArpStale } from "./vip-arp-stale.ts";
import { vipConflict } from "./vip-conflict.ts";
import { vridConflict } from "./vrid-conflict.ts";

const byName: Readonly<Record<ConditionName, Detector>> = {
  split_brain: splitBrain,
  no_master: noMaster,
  flapping,
  slow_adverts: slowAdverts,
  vrid_conflict: vridConflict,
  address_mismatch: addressMismatch,
  interval_mismatch: intervalMismatch,
  version_mismatch: versionMismatch,
  auth_mismatch: authMismatch,
  checksum_mismatch: checksumMismatch,
  equal_priority: equalPriority,
  vip_conflict: vipConflict,
  vip_arp_stale: vipArpStale,
  unauthorized_sender: unauthorizedSender,
  ttl_violation: ttlViolation,
  carp_vhid_conflict: carpVhidConflict,
  master_without_vip: masterWithoutVip,
  backup_with_vip: backupWithVip,
  dad_failed: dadFailed,
  local_receive_blocked: localReceiveBlocked,
  local_send_blocked: localSendBlocked,
  state_inconsistent: stateInconsistent,
  keepalived_down: keepalivedDown,
  sync_group_split: syncGroupSplit,
  config_drift: configDrift,
  capture_blind: captureBlind,
};

/** Every detector, in the order of the names: the wire's before those of the host. */
export const detectors: readonly Detector[] = conditionNames.map((name) => byName[name]);
