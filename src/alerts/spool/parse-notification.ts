import { parseRfc3339 } from "../../lib/rfc3339.ts";
import { type Alert, type Notification, notificationReasons } from "../alert.ts";

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTextOrNull: Check = (value) => value === null || isText(value);
const isTime: Check = (value) => typeof value === "string" && parseRfc3339(value).ok;
const isTimeOrNull: Check = (value) => value === null || isTime(value);
const isWhole =
  (least: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= least;
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts: Check = (value) => isFields(value) && Object.values(value).every(isText);
const isListOf =
  (check: Check, least: number): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);
const has =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isFields(value) && Object.entries(checks).every(([key, check]) => check(value[key]));

const isAnnotations = has({
  summary: isText,
  description: isText,
  runbook_url: isText,
  reporter: isText,
  interface: optional(isText),
  cause: optional(isText),
  incident: optional(isText),
  incident_folder: optional(isText),
  damped: optional(isText),
});

const isDetails = has({
  condition: isText,
  cause: isTextOrNull,
  virtual_router: has({
    interface: isTextOrNull,
    vlan: optional(isWhole(0)),
    inner_vlan: optional(isWhole(0)),
    segment: isText,
    family: isOneOf("ipv4", "ipv6"),
    vrid: isWhole(0),
    name: isTextOrNull,
    addresses: isListOf(isText, 0),
  }),
  master: isTextOrNull,
  evidence: isFields,
  incident_id: isTextOrNull,
});

const alertChecks = {
  fingerprint: isText,
  status: isOneOf("firing", "resolved"),
  labels: isTexts,
  annotations: isAnnotations,
  starts_at: isTime,
  ends_at: isTimeOrNull,
  sequence: isWhole(0),
  times: isWhole(1),
  vrrp: isDetails,
} satisfies Record<keyof Alert, Check>;

const checks = {
  id: isText,
  receiver: isText,
  reason: isOneOf(...notificationReasons),
  group_key: isText,
  group_labels: isTexts,
  created_at: isTime,
  alerts: isListOf(has(alertChecks), 1),
  truncated: isWhole(0),
} satisfies Record<keyof Notification, Check>;

/** Whether a value from the disk is a notification in every field that others rely on: the disk is not believed either. Never throws. */
export const isNotification = (value: unknown): value is Notification => has(checks)(value);
