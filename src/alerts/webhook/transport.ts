import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent, request } from "undici";
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
}

export type Sent =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly retryAfter: string | null;
      /** Of the body at most 64 kB; nothing of a compressed one. */
      readonly beginning: Uint8Array;
      /** Why the body ended early; null: it is whole, or longer than is read. */
      readonly broken: unknown;
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
  let dispatcher: Dispatcher | undefined;
  try {
    dispatcher = dispatcherFor(way, connection.signal);
    const answer = await request(outgoing.url, {
      dispatcher,
      method: "POST",
      headers: outgoing.headers,
      body: outgoing.body,
      signal: connection.signal,
      reset: true,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const { bytes, broken } = await readBeginning(answer.body);
    const plain = (answer.headers["content-encoding"] ?? "identity") === "identity";
    const retryAfter = answer.headers["retry-after"];
    return {
      kind: "answered",
      status: answer.statusCode,
      retryAfter: typeof retryAfter === "string" ? retryAfter : null,
      beginning: plain ? bytes : new Uint8Array(),
      broken,
    };
  } catch (error) {
    return { kind: "failed", error };
  } finally {
    signal.removeEventListener("abort", end);
    end();
    await dispatcher?.destroy();
  }
}

/** No timeouts of undici's own: whoever calls ends all of it by one signal. */
function dispatcherFor({ tls, proxy }: Way, signal: AbortSignal): Dispatcher {
  const own = { signal, timeout: 0, maxCachedSessions: 0 };
  if (proxy === null) return new Agent({ connect: { ...tls, ...own } });
  return new ProxyAgent({
    uri: `${proxy.origin}/`,
    ...proxyCredentials(proxy),
    // A receiver without TLS is asked for by its whole URL: many proxies open tunnels to port 443 only.
    proxyTunnel: false,
    // Our certificate is for the receiver, not for the proxy.
    proxyTls: own,
    requestTls: { ...tls, ...own },
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: 0 }),
    factory: (origin, options) => new Pool(origin, { ...options, connect: connectOnce(options) }),
  });
}

function proxyCredentials({ username, password }: URL): { readonly token?: string } {
  if (username === "" && password === "") return {};
  const pair = [username, password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { token: `Basic ${Buffer.from(pair.join(":")).toString("base64")}` };
}

/** undici takes some failures of a connection for passing ones and connects again without end: they are given another code. */
function connectOnce(options: object): buildConnector.connector {
  const inner: unknown = "connect" in options ? options.connect : undefined;
  if (typeof inner !== "function") return buildConnector({ timeout: 0 });
  return (target, callback) => {
    inner(target, (error: Error | null, socket: unknown) => {
      const passing = error !== null && ["UND_ERR_SOCKET", "UND_ERR_INFO"].includes(systemCode(error) ?? "");
      const failure = passing ? Object.assign(new Error("the proxy ended the connection"), { code: "PROXY_CLOSED" }) : error;
      Reflect.apply(callback, undefined, [failure, socket]);
    });
  };
}

async function readBeginning(body: AsyncIterable<unknown>): Promise<{ readonly bytes: Uint8Array; readonly broken: unknown }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let broken: unknown = null;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_ANSWER_BYTES) break;
    }
  } catch (error) {
    broken = error;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES), broken };
}
