import { connect, createServer, type Server } from "node:net";

/**
 * Hands TCP connections on this machine's loopback to the socket of an agent, whose namespace has no way out. While nobody answers there,
 * a connection is closed at once.
 * @param port 0: any that is free
 * @returns null where the port is taken
 */
export function forward(socketPath: string, port = 0): Promise<Server | null> {
  const server = createServer((client) => {
    const upstream = connect(socketPath);
    client.pipe(upstream).pipe(client);
    const close = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on("error", close).on("close", close);
    upstream.on("error", close).on("close", close);
  });
  return new Promise((resolve) => {
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
