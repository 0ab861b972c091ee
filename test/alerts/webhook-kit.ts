import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { TlsOptions } from "node:tls";
import type { Notification } from "../../src/alerts/alert.ts";
import type { Format } from "../../src/alerts/formats/format.ts";
import type { Outcome } from "../../src/alerts/outcome.ts";
import type { PostOptions } from "../../src/alerts/webhook/prepare.ts";
import type { Environment } from "../../src/alerts/webhook/proxy.ts";
import { Webhook } from "../../src/alerts/webhook.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

export const sampleNotification: Notification = {
  id: "msg_1",
  receiver: "ops",
  reason: "changed",
  group_key: "{}",
  group_labels: {},
  created_at: "2026-01-01T00:00:00.000000Z",
  alerts: [],
  truncated: 0,
};

export const plainFormat: Format = {
  perAlert: false,
  body: ({ id, receiver }, { routingKey }) => ({ id, receiver, ...(routingKey === null ? {} : { routing_key: routingKey }) }),
};

export interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A real server on loopback that keeps what it was sent. */
export class Receiver {
  readonly received: Received[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  readonly server: Server;
  readonly #scheme: string;

  constructor(answer: RequestListener, tls: TlsOptions | null) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.received.push({ request, body: Buffer.concat(chunks).toString() });
        answer(request, response);
        this.server.emit("received");
      });
    };
    this.server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
    this.#scheme = tls === null ? "http" : "https";
    this.server.on("connection", (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.on("error", () => {}); // a client that ends an attempt is what is tested
      socket.once("close", () => {
        this.sockets.delete(socket);
        this.server.emit("left");
      });
    });
    this.server.on("tlsClientError", () => {});
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path = "/hook", host = "127.0.0.1"): string {
    return `${this.#scheme}://${host}:${this.port}${path}`;
  }

  /** Waits until every connection is over. */
  async empty(): Promise<void> {
    while (this.sockets.size > 0) await once(this.server, "left");
  }
}

export async function startReceiver(t: TestContext, answer: RequestListener, tls: TlsOptions | null = null): Promise<Receiver> {
  const receiver = new Receiver(answer, tls);
  receiver.server.listen(0, "127.0.0.1");
  await once(receiver.server, "listening");
  t.after(() => {
    receiver.server.close();
    for (const socket of receiver.sockets) socket.destroy();
  });
  return receiver;
}

export const answering =
  (status: number, body = "", headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

export interface Made {
  readonly webhook: Webhook;
  readonly send: (signal?: AbortSignal) => Promise<Outcome>;
}

export function makeWebhook(options: PostOptions, environment: Environment = {}, clock: Clock = new FakeClock()): Made {
  const context = { externalUrl: "", agent: { host: "lb1", version: "1.2.3" } };
  const webhook = new Webhook(options, { format: plainFormat, context, clock, environment });
  return { webhook, send: (signal = new AbortController().signal) => webhook.attempt(sampleNotification, signal) };
}

/** Why an attempt was not a delivery, with the kind before it; or `delivered`. */
export const told = (outcome: Outcome): string => (outcome.kind === "delivered" ? "delivered" : `${outcome.kind}: ${outcome.why}`);

/** A directory that ends with the test, and a way to put a file into it. */
export function scratch(t: TestContext): (name: string, text: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "vrrpwatch-webhook-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return (name, text) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
}
