/** An alert that fires, as the API shows it. */
export interface FiringRow {
  readonly fingerprint: string;
  readonly alertname: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly starts_at: string;
  readonly summary: string;
}

/** A delivery that waits or is dead. */
export interface DeliveryRow {
  readonly id: string;
  readonly receiver: string;
  readonly queued_at: string;
  readonly attempts: number;
  readonly severity: string;
  /** The names of the alerts in it. */
  readonly alerts: readonly string[];
  /** What the last attempt said; null: nothing, or there was none. */
  readonly problem: string | null;
}

/** How a receiver is doing. */
export interface ReceiverRow {
  readonly name: string;
  readonly format: string;
  /** Why it cannot be reached or refuses; null: nothing is wrong, as far as is known. */
  readonly problem: string | null;
  readonly waiting: number;
  readonly dead: number;
}

/** How many rows the agent left out of each part. */
export type LeftOut = Readonly<Record<"firing" | "waiting" | "dead", number>>;

export interface AlertsAnswer {
  readonly firing: readonly FiringRow[];
  readonly waiting: readonly DeliveryRow[];
  readonly dead: readonly DeliveryRow[];
  readonly more: LeftOut;
  readonly receivers: readonly ReceiverRow[];
  /** Whether what waits would survive a restart of the agent. */
  readonly durable: boolean;
  /** What is wrong with where it is kept; null: nothing. */
  readonly problem: string | null;
  /** Entries that this version does not understand. */
  readonly strange: number;
}

/** Reads what the agent answered: another version may run there than the one that asks. null: it is no such list. */
export function parseAlertsAnswer(value: object): AlertsAnswer | null {
  // Older agents do not tell of the receivers, nor leave anything out.
  const { firing, waiting, dead, durable, problem, receivers = [], more = {} } = value as Fields;
  if (!Array.isArray(firing) || !Array.isArray(waiting) || !Array.isArray(dead) || !Array.isArray(receivers)) return null;
  if (typeof durable !== "boolean" || !isTextOrNull(problem) || !isFields(more)) return null;
  const rows = {
    firing: firing.filter(isFiringRow),
    waiting: waiting.filter(isDeliveryRow),
    dead: dead.filter(isDeliveryRow),
    receivers: receivers.filter(isReceiverRow),
  };
  const count = (parts: readonly (readonly unknown[])[]): number => parts.reduce((sum, { length }) => sum + length, 0);
  const strange = count([firing, waiting, dead, receivers]) - count(Object.values(rows));
  const leftOut = { firing: countOf(more["firing"]), waiting: countOf(more["waiting"]), dead: countOf(more["dead"]) };
  return { ...rows, more: leftOut, durable, problem, strange };
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
const countOf = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0);
const areTexts = (values: readonly unknown[]): boolean => values.every((value) => typeof value === "string");

function isFiringRow(value: unknown): value is FiringRow {
  if (!isFields(value)) return false;
  const { fingerprint, alertname, severity, labels, starts_at: startsAt, summary } = value;
  return areTexts([fingerprint, alertname, severity, startsAt, summary]) && isFields(labels) && areTexts(Object.values(labels));
}

function isDeliveryRow(value: unknown): value is DeliveryRow {
  if (!isFields(value)) return false;
  const { id, receiver, queued_at: queuedAt, attempts, severity, alerts, problem } = value;
  const listed = Array.isArray(alerts) && areTexts(alerts);
  return areTexts([id, receiver, queuedAt, severity]) && typeof attempts === "number" && listed && isTextOrNull(problem);
}

function isReceiverRow(value: unknown): value is ReceiverRow {
  if (!isFields(value)) return false;
  const { name, format, problem, waiting, dead } = value;
  return areTexts([name, format]) && isTextOrNull(problem) && typeof waiting === "number" && typeof dead === "number";
}
