/**
 * What is said of a condition, in the shape in which it waits on the disk: times are RFC 3339 in UTC. Nothing here is secret.
 */

export type Labels = Readonly<Record<string, string>>;
export type Json = Readonly<Record<string, unknown>>;

/** One condition of one virtual router (or one change of its master), as somebody is told of it. */
export interface Alert {
  /** Of all labels but severity: the same from every agent that sees it (contract: Webhooks). */
  readonly fingerprint: string;
  readonly status: "firing" | "resolved";
  /** `alertname`, `severity`, `segment`, `vrid`, `family`, … and the user's own. */
  readonly labels: Labels;
  readonly annotations: Annotations;
  readonly starts_at: string;
  /** null while it fires. */
  readonly ends_at: string | null;
  /** Grows with each change of this alert: of two deliveries the one with the lower number is older. */
  readonly sequence: number;
  /** How often it began since somebody was told of it last: more than 1 where it came and went meanwhile. */
  readonly times: number;
  readonly vrrp: AlertDetails;
}

/** Texts for people. Nothing in them identifies the alert. */
export interface Annotations {
  /** At most 120 characters, and complete by itself: a phone's lock screen shows no more. */
  readonly summary: string;
  /** Who, since when, the cause, the evidence and the remedy; several lines. */
  readonly description: string;
  readonly runbook_url: string;
  /** The host name of the agent that says it. */
  readonly reporter: string;
  readonly interface?: string;
  readonly cause?: string;
  /** Id and folder of the incident's files on the reporter. */
  readonly incident?: string;
  readonly incident_folder?: string;
  /** Set where too many notifications of it are held back: what that means, for a person. */
  readonly damped?: string;
}

/** The same for programs. */
export interface AlertDetails {
  /** The condition's name, or `master_changed`. */
  readonly condition: string;
  readonly cause: string | null;
  readonly virtual_router: {
    readonly interface: string | null;
    readonly vlan?: number;
    readonly inner_vlan?: number;
    readonly segment: string;
    readonly family: "ipv4" | "ipv6";
    readonly vrid: number;
    /** The user's name; null: none. */
    readonly name: string | null;
    readonly addresses: readonly string[];
  };
  /** null: nobody, or not known. */
  readonly master: string | null;
  readonly evidence: Json;
  readonly incident_id: string | null;
}

/** Why a notification is sent: something began or ended, nothing did for `repeat_interval`, an alert changes too often, or somebody asked. */
export const notificationReasons = ["changed", "repeat", "damped", "test"] as const;
export type NotificationReason = (typeof notificationReasons)[number];

/** What one receiver is told at once. */
export interface Notification {
  /** `webhook-id`: the same for every attempt; another one once its content has changed. */
  readonly id: string;
  readonly receiver: string;
  readonly reason: NotificationReason;
  /** The same for all notifications of a group. */
  readonly group_key: string;
  readonly group_labels: Labels;
  readonly created_at: string;
  /** What it is about: firing before resolved, the most severe first. At least one. */
  readonly alerts: readonly Alert[];
  /** How many more there were than the receiver takes at once. */
  readonly truncated: number;
}

export const isFiring = (notification: Notification): boolean => notification.alerts.some(({ status }) => status === "firing");
