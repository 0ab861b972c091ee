import type { Json } from "./alert.ts";

/** What became of a command on one delivery. */
export type CommandOutcome = "done" | "unknown" | "not_dead";

/** What `vrrpwatch alerts` asks for, on the control socket. */
export interface AlertControl {
  /**
   * `{ firing: [...], waiting: [...], dead: [...], more: {...}, receivers: [...] }`: alerts, deliveries by receiver, how many of each are left
   * out, and how each receiver is doing. Never a URL or a secret.
   */
  list(): Promise<Json>;
  /** Puts a delivery that a receiver refused back into its queue. */
  retry(id: string): Promise<CommandOutcome>;
  /** Gives up a delivery, waiting or dead. */
  drop(id: string): Promise<CommandOutcome>;
}
