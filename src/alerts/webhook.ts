import type { Clock } from "../lib/clock.ts";
import type { Result } from "../lib/result.ts";
import type { Notification } from "./alert.ts";
import type { Format, FormatContext } from "./formats/format.ts";
import type { Attempt } from "./outcome.ts";
import { Poster, type ShownRequest } from "./webhook/poster.ts";
import type { PostOptions, Render } from "./webhook/prepare.ts";
import type { Environment } from "./webhook/proxy.ts";

export interface WebhookDeps {
  readonly format: Format;
  /** The routing key is read from its file at each attempt. */
  readonly context: Omit<FormatContext, "routingKey">;
  readonly clock: Clock;
  /** Where the proxy variables are: `process.env`. */
  readonly environment: Environment;
}

/** Tells one receiver. It is one attempt only: when to try again, and in which order, is decided by whoever calls. */
export class Webhook {
  readonly #poster: Poster;
  readonly #deps: WebhookDeps;

  constructor(options: PostOptions, deps: WebhookDeps) {
    this.#deps = deps;
    this.#poster = new Poster(options, { clock: deps.clock, environment: deps.environment, version: deps.context.agent.version });
  }

  readonly attempt: Attempt = (notification, signal) => this.#poster.post(notification.id, this.#render(notification), signal);

  /** What `attempt` would send now, with all secrets replaced; nothing is sent. The error says which setting cannot be used, and why. */
  request(notification: Notification): Promise<Result<ShownRequest, string>> {
    return this.#poster.show(notification.id, this.#render(notification));
  }

  /** Ends every attempt, and waits until they are over. */
  close(): Promise<void> {
    return this.#poster.close();
  }

  #render(notification: Notification): Render {
    const { format, context } = this.#deps;
    return (routingKey) => format.body(notification, { ...context, routingKey });
  }
}
