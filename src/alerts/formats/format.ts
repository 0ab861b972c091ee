import type { Json, Notification } from "../alert.ts";

/** What a format may know besides the notification. */
export interface FormatContext {
  /** Where the agent's own page is, for links; an empty string where nobody said. */
  readonly externalUrl: string;
  /** Host name of the agent, and its version. */
  readonly agent: { readonly host: string; readonly version: string };
  /** PagerDuty's integration key; null where the receiver has none. */
  readonly routingKey: string | null;
}

/** The shape that one kind of receiver wants. A pure function of its arguments. */
export interface Format {
  /** Each alert goes by itself: the receiver knows no lists. */
  readonly perAlert: boolean;
  /** @returns the body, to be sent as JSON */
  readonly body: (notification: Notification, context: FormatContext) => Json | readonly Json[];
}
