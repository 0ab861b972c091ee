import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { EventHub, HubEntry } from "./event-hub.ts";

/**
 * Bytes that may wait for a consumer before it is cut; what it missed it can ask for with Last-Event-ID. More than the whole ring
 * of recent events usually is, so that a slow client which takes a stream up again is not cut for what it asked for.
 */
const maxBacklog = 1024 * 1024;

interface EventStreamsOptions {
  readonly heartbeatMs: number;
  readonly maxStreams: number;
}

const message = (entry: HubEntry): string => `id: ${entry.id}\ndata: ${entry.json}\n\n`;

/** The open streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), over all listeners. */
export class EventStreams {
  readonly #hub: EventHub;
  readonly #options: EventStreamsOptions;
  readonly #open = new Set<ServerResponse>();
  #unsubscribe: (() => void) | null = null;
  #heartbeat: NodeJS.Timeout | null = null;

  constructor(hub: EventHub, options: EventStreamsOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  get full(): boolean {
    return this.#open.size >= this.#options.maxStreams;
  }

  has(response: ServerResponse): boolean {
    return this.#open.has(response);
  }

  /**
   * Answers with a stream that lasts until either side ends it. Ask `full` first.
   * @param lastEventId the last event that the client has; undefined begins with the next one
   */
  start(request: IncomingMessage, response: ServerResponse, headers: OutgoingHttpHeaders, lastEventId: string | undefined): void {
    this.#open.add(response);
    response.once("close", () => this.#forget(response));
    // An answer that waits behind another one on its connection is not told of the end.
    request.socket.once("close", () => this.#forget(response));
    response.on("error", () => this.#forget(response));
    request.socket.setKeepAlive(true, 30_000);
    request.socket.setNoDelay(true);
    response.writeHead(200, headers);
    // A comment first, so that a client and every proxy between see the answer begin.
    response.write(`retry: 2000\n: vrrpwatch events\n\n${this.#missed(lastEventId)}`);
    this.#listen();
  }

  /** Ends every stream and its connection; clients come back by themselves. */
  close(): void {
    for (const response of [...this.#open]) {
      this.#forget(response);
      const { socket } = response;
      // And with it the connection: whoever comes back comes in by what holds then.
      response.end(() => socket?.end());
    }
  }

  #missed(lastEventId: string | undefined): string {
    if (lastEventId === undefined) return "";
    const { entries, complete } = this.#hub.after(lastEventId);
    const gap = complete ? "" : 'event: gap\ndata: {"message":"events between the last one you have and the next may be missing"}\n\n';
    return gap + entries.map(message).join("");
  }

  #listen(): void {
    this.#unsubscribe ??= this.#hub.subscribe((entry) => this.#send(message(entry)));
    this.#heartbeat ??= setInterval(() => this.#send(": still here\n\n"), this.#options.heartbeatMs).unref();
  }

  #forget(response: ServerResponse): void {
    this.#open.delete(response);
    if (this.#open.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
  }

  #send(text: string): void {
    for (const response of [...this.#open]) this.#write(response, text);
  }

  #write(response: ServerResponse, text: string): void {
    response.write(text);
    if (response.writableLength <= maxBacklog) return;
    this.#forget(response);
    response.destroy();
  }
}
