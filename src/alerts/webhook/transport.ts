import type { LookupFunction } from "node:net";
import { TLSSocket } from "node:tls";
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import { systemCode } from "../../lib/system-code.ts";
import type { TlsIdentity } from "./tls-files.ts";

/** Of a longer answer the rest is not waited for. */
const MAX_ANSWER_BYTES = 65_536;

export interface Outgoing {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How the receiver is reached. */
export interface Way {
  readonly tls: TlsIdentity;
  /** null: directly. */
  readonly proxy: URL | null;
  /** How the name of either is resolved. */
  readonly lookup: LookupFunction;
}

export type Sent =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly retryAfter: string | null;
      /** As the server says it, with any parameters. */
      readonly type: string | null;
      /** Of the body at most 64 kB, and what came of it before it broke off; nothing of a compressed one, and of a 2xx. */
      readonly beginning: Uint8Array;
    }
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * Posts once, on a connection of its own that is ended before this returns: none is left open, and none that the server has closed meanwhile
 * is used again. Follows no redirect, keeps no cookie, asks for no compression. Never rejects.
 * @param signal ends it at once, whatever it waits for
 */
export async function post(outgoing: Outgoing, way: Way, signal: AbortSignal): Promise<Sent> {
  const connection = new AbortController();
  // undici itself looks at a request's signal only once it is connected, and would let a connection that is still being made run on.
  const end = (): void => connection.abort();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const alerts: unknown[] = [];
  let dispatcher: Dispatcher | undefined;
  try {
    dispatcher = dispatcherFor(outgoing.url, way, connection.signal, alerts);
    const answer = await dispatcher.request({
      ...addressed(outgoing, way),
      method: "POST",
      body: outgoing.body,
      signal: connection.signal,
      reset: true,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // What becomes of it is told by reading it, or of no interest.
    answer.body.on("error", () => {});
    const plain = (answer.headers["content-encoding"] ?? "identity") === "identity";
    return {
      kind: "answered",
      status: answer.statusCode,
      retryAfter: single(answer.headers["retry-after"]),
      type: single(answer.headers["content-type"]),
      beginning: plain && !isTaken(answer.statusCode) ? await readBeginning(answer.body) : new Uint8Array(),
    };
  } catch (error) {
    return { kind: "failed", error: alertAmong(alerts) ?? error };
  } finally {
    signal.removeEventListener("abort", end);
    end();
    await dispatcher?.destroy();
  }
}

const single = (header: string | string[] | undefined): string | null => (typeof header === "string" ? header : null);

/** Its body is not waited for: a receiver that never ends it, or breaks it off, would be told again and again of what it has. */
const isTaken = (status: number): boolean => status >= 200 && status < 300;

/** Without TLS on either side a proxy is sent the request itself: many open tunnels to port 443 only. */
const isForwarded = (url: URL, proxy: URL): boolean => url.protocol === "http:" && proxy.protocol === "http:";

function addressed({ url, headers }: Outgoing, { proxy }: Way): Pick<Dispatcher.RequestOptions, "origin" | "path" | "headers"> {
  const path = `${url.pathname}${url.search}`;
  if (proxy === null || !isForwarded(url, proxy)) return { origin: url.origin, path, headers };
  const token = proxyToken(proxy);
  const forProxy = { host: url.host, ...(token === null ? {} : { "proxy-authorization": token }) };
  // RFC 9112 §3.2.2: the absolute form.
  return { origin: proxy.origin, path: `${url.origin}${path}`, headers: { ...headers, ...forProxy } };
}

/** No timeouts of undici's own: whoever calls ends all of it by one signal. */
function dispatcherFor(url: URL, { tls, proxy, lookup }: Way, signal: AbortSignal, alerts: unknown[]): Dispatcher {
  const own = { signal, timeout: 0, maxCachedSessions: 0, lookup };
  if (proxy === null || isForwarded(url, proxy)) return new Agent({ connect: watched(buildConnector({ ...tls, ...own }), alerts) });
  const token = proxyToken(proxy);
  return new ProxyAgent({
    uri: `${proxy.origin}/`,
    ...(token === null ? {} : { token }),
    // Our certificate is for the receiver, not for the proxy.
    proxyTls: own,
    requestTls: { ...tls, ...own },
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: 0 }),
    factory: (origin, options) =>
      new Pool(origin, { ...options, connect: watched("connect" in options ? options.connect : undefined, alerts) }),
  });
}

function proxyToken({ username, password }: URL): string | null {
  if (username === "" && password === "") return null;
  const pair = [username, password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return `Basic ${Buffer.from(pair.join(":")).toString("base64")}`;
}

/**
 * undici takes some failures of a connection for passing ones and connects again without end: they are given another code. And it tells of
 * an alert that TLS 1.3 sends after the handshake, such as that a certificate is wanted, as of a closed connection: it is kept.
 */
function watched(inner: unknown, alerts: unknown[]): buildConnector.connector {
  return (target, callback) => {
    if (typeof inner !== "function") throw new TypeError("undici has changed: a pool is made without a connector");
    inner(target, (error: Error | null, socket: unknown) => {
      const passing = error !== null && ["UND_ERR_SOCKET", "UND_ERR_INFO"].includes(systemCode(error) ?? "");
      const failure = passing ? Object.assign(new Error("the proxy ended the connection"), { code: "PROXY_CLOSED" }) : error;
      if (socket instanceof TLSSocket) socket.on("error", (alert) => alerts.push(alert));
      Reflect.apply(callback, undefined, [failure, socket]);
    });
  };
}

const alertAmong = (errors: readonly unknown[]): unknown => errors.find((error) => /^ERR_SSL_/.test(systemCode(error) ?? ""));

/** Up to the limit, its end or its failure. */
async function readBeginning(body: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // Broken off, or out of time: what has come is shown.
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES);
}
