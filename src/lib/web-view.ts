import type { WallTime } from "./time.ts";

/** Why a request or a connection of `web.listen` was refused before anything was served. */
export const webRefusals = [
  "client_certificate",
  "connection_limit",
  "credentials_missing",
  "credentials_wrong",
  "password_queue",
  "rate_limit",
] as const;
export type WebRefusal = (typeof webRefusals)[number];

/** Each reason at zero. */
export const noRefusals = (): Record<WebRefusal, number> =>
  Object.fromEntries(webRefusals.map((reason) => [reason, 0])) as Record<WebRefusal, number>;

/** How the HTTP side does, over all addresses of `web.listen`. */
export interface WebView {
  readonly connections: number;
  readonly refused: Readonly<Record<WebRefusal, number>>;
  /** null where no web configuration file is given. */
  readonly reload: { readonly successful: boolean; readonly lastSuccess: WallTime } | null;
  /** The end of the server certificate's time; null without TLS. */
  readonly certificateNotAfter: WallTime | null;
}
