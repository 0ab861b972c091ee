/** From the start of the process to the first advert that /metrics shows, on a segment with 500 adverts/s of 2 virtual routers. */
import { agentFailure, Client, spawnAgent } from "../lib/agent.mjs";
import { spread } from "../lib/numbers.mjs";
import { Segment, stopSending } from "../lib/segment.mjs";
import { sleep, stop } from "../lib/session.mjs";

export const name = "start";
export const needs = { root: true, programs: ["ip", "taskset", "cc"], agent: true };

export async function run(context) {
  const segment = await Segment.create(context.session, context.sender);
  const client = await Client.start(context.session, segment.listener.namespace);
  const sender = segment.start({ rate: 500, seconds: 300, routers: 2 });
  const counted = [];
  const listening = [];
  for (let i = 0; i < context.sizes.starts; i++) {
    context.note(`start ${i + 1} of ${context.sizes.starts}`);
    const answer = client.call("firstAdvert", { limit: 15_000 });
    await sleep(100);
    const begun = process.hrtime.bigint();
    const child = spawnAgent(context.session, segment.listener.namespace, context);
    try {
      const first = await answer;
      counted.push(Number(BigInt(first.at) - begun) / 1e6);
      listening.push(Number(BigInt(first.listening) - begun) / 1e6);
    } catch (error) {
      throw new Error(`${error.message}. ${agentFailure(child)}`);
    }
    await stop(child);
  }
  await stopSending(sender);
  await client.stop();
  await segment.remove();
  return { firstAdvertMs: spread(counted), firstAnswerMs: spread(listening) };
}
