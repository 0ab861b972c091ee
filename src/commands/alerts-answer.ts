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

export interface AlertsAnswer {
  readonly firing: readonly FiringRow[];
  readonly waiting: readonly DeliveryRow[];
  readonly dead: readonly DeliveryRow[];
  /** Whether what waits would survive a restart of the agent. */
  readonly durable: boolean;
  /** What is wrong with where it is kept; null: nothing. */
  readonly problem: string | null;
  /** Entries that this version does not understand. */
  readonly strange: number;
}

/** Reads what the agent answered: another version may run there than the one that asks. null: it is no such list. */
export function parseAlertsAnswer(value: object): AlertsAnswer | null {
  const { firing, waiting, dead, durable, problem } = value as Readonly<Record<string, unknown>>;
  if (!Array.isArray(firing) || !Array.isArray(waiting) || !Array.isArray(dead)) return null;
  if (typeof durable !== "boolean" || !isTextOrNull(problem)) return null;
  const rows = { firing: firing.filter(isFiringRow), waiting: waiting.filter(isDeliveryRow), dead: dead.filter(isDeliveryRow) };
  const understood = rows.firing.length + rows.waiting.length + rows.dead.length;
  return { ...rows, durable, problem, strange: firing.length + waiting.length + dead.length - understood };
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === "string";
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
