import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** How one request is answered; `hangs`: not at all. */
export type Mood = "takes" | "is slow" | "refuses" | "hangs";

/** The receivers behind one real server on loopback: `/NAME` each. They answer as `mood` says, and tell of every whole request in its order. */
export class MoodyReceiver {
  readonly #server = createServer((request, response) => void this.#receive(request, response));
  readonly #mood: (name: string) => Mood;
  readonly #received: (name: string, body: unknown, mood: Mood) => void;

  /** @param received called when the whole request is there, before it is answered */
  constructor(mood: (name: string) => Mood, received: (name: string, body: unknown, mood: Mood) => void) {
    this.#mood = mood;
    this.#received = received;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  url(name: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${name}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The sender was killed in the middle of it: nobody has received it.
      return;
    }
    const name = request.url?.slice(1) ?? "";
    const mood = this.#mood(name);
    this.#received(name, JSON.parse(Buffer.concat(chunks).toString()), mood);
    if (mood === "hangs") return;
    if (mood === "is slow") await delay(60);
    response.writeHead(mood === "refuses" ? 500 : 200).end();
  }
}
