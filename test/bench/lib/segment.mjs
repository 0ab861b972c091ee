import { inNamespace, stop } from "./session.mjs";

/** Two namespaces joined by a veth pair: adverts are sent in one on CPU 0 and listened to in the other on CPU 1. */
export class Segment {
  static async create(session, sender) {
    const segment = new Segment();
    segment.session = session;
    segment.binary = sender;
    segment.sender = { namespace: await session.namespace("a"), device: "vwb-a" };
    segment.listener = { namespace: await session.namespace("b"), device: "vwb-b" };
    await session.link(segment.sender, segment.listener);
    return segment;
  }

  /** Starts the sender; its `finished` is the end. Options as in sender.c. */
  start({ rate, count, seconds, routers = 2, hostile = false, seed = 1 }) {
    const amount = count === undefined ? ["--seconds", String(seconds)] : ["--count", String(count)];
    const more = ["--routers", String(routers), "--seed", String(seed), ...(hostile ? ["--hostile"] : [])];
    const [command, args] = inNamespace(this.sender.namespace, 0, [
      this.binary,
      this.sender.device,
      "--rate",
      String(rate),
      ...amount,
      ...more,
    ]);
    return this.session.spawn(command, args);
  }

  /** Sends and waits for the end: what was sent and what the link delivered to the listener's side. */
  async send(options) {
    const before = await this.session.received(this.listener.namespace, this.listener.device);
    const child = this.start(options);
    const { code } = await child.finished;
    if (code !== 0) throw new Error(`the sender: ${child.errors.trim()}`);
    const after = await this.session.received(this.listener.namespace, this.listener.device);
    const sent = JSON.parse(child.output);
    return { ...sent, delivered: after.packets - before.packets, rate: Math.round(sent.sent / sent.seconds) };
  }

  async remove() {
    await this.session.removeNamespace(this.sender.namespace);
    await this.session.removeNamespace(this.listener.namespace);
  }
}

/** Ends a sender that runs in the background. */
export const stopSending = (child) => stop(child, "SIGTERM", 2_000);
