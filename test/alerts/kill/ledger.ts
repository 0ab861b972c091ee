import type { ReceiverName, Told } from "./protocol.ts";

/** What one receiver was told of one alert, in the order in which it came. */
interface Account {
  readonly told: Told[];
  /** Of those, the latest that it took. */
  taken: Told | null;
}

const rank = ({ startsAt, status }: Told): string => `${startsAt} ${status === "firing" ? 0 : 1}`;

/** What every receiver was told, and what is wrong with it. */
export class Ledger {
  readonly complaints: string[] = [];
  readonly #accounts = new Map<string, Account>();
  /** `startsAt` of each episode of each virtual router, as it was said first. */
  readonly #starts = new Map<string, string>();
  deliveries = 0;

  note(receiver: ReceiverName, told: Told, isTaken: boolean): void {
    this.deliveries += 1;
    const account = this.#account(receiver, told.vrid);
    const before = account.told.at(-1);
    if (before !== undefined && before.fingerprint !== told.fingerprint) this.#complain(receiver, told, "has another fingerprint", before);
    if (before !== undefined && rank(told) < rank(before)) this.#complain(receiver, told, "is older than what was told before", before);
    if (before !== undefined && told.episode < before.episode) this.#complain(receiver, told, "is of an earlier episode", before);
    const episode = `${told.vrid} ${told.episode}`;
    const startsAt = this.#starts.get(episode) ?? told.startsAt;
    this.#starts.set(episode, startsAt);
    if (startsAt !== told.startsAt) this.#complain(receiver, told, `began at ${startsAt} before`, before);
    account.told.push(told);
    if (isTaken) account.taken = told;
  }

  /** Whether the receiver has taken the news. */
  knows(receiver: ReceiverName, vrid: number, episode: number, holds: boolean): boolean {
    const { taken } = this.#account(receiver, vrid);
    return taken !== null && taken.episode === episode && (taken.status === "firing") === holds;
  }

  /** How often a receiver was told that it began, and that it ended. */
  counts(receiver: ReceiverName, vrid: number): { readonly firing: number; readonly resolved: number } {
    const { told } = this.#account(receiver, vrid);
    const of = (status: Told["status"]): number =>
      new Set(told.filter((each) => each.status === status).map(({ episode }) => episode)).size;
    return { firing: of("firing"), resolved: of("resolved") };
  }

  #account(receiver: ReceiverName, vrid: number): Account {
    const key = `${receiver} ${vrid}`;
    const account = this.#accounts.get(key) ?? { told: [], taken: null };
    this.#accounts.set(key, account);
    return account;
  }

  #complain(receiver: ReceiverName, told: Told, what: string, before: Told | undefined): void {
    this.complaints.push(`${receiver}: ${JSON.stringify(told)} ${what}; before it: ${JSON.stringify(before ?? null)}`);
  }
}

type AlertmanagerBody = {
  readonly alerts: readonly { readonly fingerprint: string; readonly status: Told["status"]; readonly startsAt: string }[];
  readonly vrrp: {
    readonly alerts: readonly {
      readonly virtual_router: { readonly vrid: number };
      readonly evidence: { readonly episode: number };
    }[];
  };
};

type SingleBody = {
  readonly alert: Omit<AlertmanagerBody["alerts"][number], "startsAt"> & {
    readonly starts_at: string;
    readonly vrrp: AlertmanagerBody["vrrp"]["alerts"][number];
  };
};

/** Reads the body that a receiver was sent. */
export function toldIn(receiver: ReceiverName, body: unknown): Told[] {
  if (receiver === "singles") {
    const { fingerprint, status, starts_at: startsAt, vrrp } = (body as SingleBody).alert;
    return [{ fingerprint, status, startsAt, vrid: vrrp.virtual_router.vrid, episode: vrrp.evidence.episode }];
  }
  const { alerts, vrrp } = body as AlertmanagerBody;
  return alerts.flatMap(({ fingerprint, status, startsAt }, i) => {
    const details = vrrp.alerts[i];
    return details === undefined
      ? []
      : [{ fingerprint, status, startsAt, vrid: details.virtual_router.vrid, episode: details.evidence.episode }];
  });
}
