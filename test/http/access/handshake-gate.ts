import { once } from "node:events";
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** A way to a TLS server that lets the client's greeting and the server's answer pass, and all else of the client once it is opened. */
export class HandshakeGate {
  readonly port: number;
  /** The server has answered the greeting: its side of the handshake is under way. */
  readonly greeted: Promise<unknown>;
  #open: () => void = () => {};

  private constructor(port: number, connection: Promise<Socket>, target: NetConnectOpts) {
    this.port = port;
    this.greeted = connection.then(async (inner) => {
      const outer = connect(target);
      for (const [one, other] of [[inner, outer] as const, [outer, inner] as const]) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
      const [greeting] = await once(inner, "data");
      inner.pause();
      this.#open = () => inner.pipe(outer);
      const answered = once(outer, "readable");
      outer.write(greeting);
      await answered;
      outer.pipe(inner);
    });
  }

  static async before(t: TestContext, target: NetConnectOpts): Promise<HandshakeGate> {
    const server = createServer();
    t.after(() => server.close());
    const connection = once(server, "connection").then(([socket]) => socket as Socket);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new HandshakeGate((server.address() as AddressInfo).port, connection, target);
  }

  open(): void {
    this.#open();
  }
}
