import assert from "node:assert/strict";
import { once } from "node:events";
import type { Agent as HttpAgent, IncomingHttpHeaders } from "node:http";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { TestContext } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { HttpOptions, WebDeps } from "../../../src/http/deps.ts";
import { createServer, type HttpServer } from "../../../src/http/server.ts";
import type { ListenAddress } from "../../../src/lib/listen.ts";
import type { WebConfig } from "../../../src/lib/web-config.ts";
import { accepted } from "../../config/web-file/kit.ts";
import { type HarnessFields, type LogLine, sampleDeps, sampleWebDeps } from "../harness.ts";

export const loopback: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 0 };

export interface Started {
  readonly server: HttpServer;
  readonly addresses: readonly ListenAddress[];
  readonly port: number;
  readonly log: readonly LogLine[];
  /** Takes over another web configuration. */
  replace(content: object): Promise<string | null>;
}

/** A server with this web configuration file; it ends with the test. */
export async function serve(
  t: TestContext,
  content: object | null,
  options: Partial<HttpOptions> & { readonly fields?: HarnessFields; readonly web?: never; readonly deps?: Partial<WebDeps> } = {},
): Promise<Started> {
  const { fields, deps: more, ...rest } = options;
  const deps = sampleDeps(fields);
  const web: WebConfig | null = content === null ? null : await accepted(JSON.stringify(content));
  const server = createServer({ listen: [loopback], hostName: null, ...rest, web }, deps, sampleWebDeps(more));
  t.after(() => server.close());
  const addresses = await server.listen();
  return {
    server,
    addresses,
    port: addresses[0]?.kind === "tcp" ? addresses[0].port : 0,
    log: deps.log.lines,
    replace: async (next) => server.replaceWebConfig(await accepted(JSON.stringify(next))),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask extends Omit<ConnectionOptions, "path"> {
  readonly path?: string | undefined;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** user:password */
  readonly auth?: string;
  readonly agent?: HttpAgent | false;
}

/** One request, over TLS where a `ca` says whom to trust. Rejects where no answer comes. */
export function ask(where: { readonly port: number } | { readonly socketPath: string }, options: Ask = {}): Promise<Answer> {
  const { path = "/-/healthy", ...rest } = options;
  return new Promise((resolve, reject) => {
    const all = { host: "127.0.0.1", agent: false as const, ...where, ...rest, path };
    const sent = options.ca === undefined ? plainRequest(all) : tlsRequest({ servername: "localhost", ...all });
    sent.on("error", reject);
    sent.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.end();
  });
}

/** What a raw connection reads until the other side ends it or `until` has come. */
export async function read(socket: NodeJS.ReadableStream, until?: RegExp): Promise<string> {
  let text = "";
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      if (until?.test(text)) break;
    }
  } catch (error) {
    // A connection that was cut has said what it has said.
    assert.ok(error instanceof Error && "code" in error, String(error));
  }
  return text;
}

/** A TLS connection whose handshake is done on this side. */
export async function connected(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ...options });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}
