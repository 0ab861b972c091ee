import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Answer, Order, Report } from "./protocol.ts";

/** One child, from its birth to its death. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<Answer["kind"], (answer: Answer) => void>();
  readonly warm: Promise<unknown>;
  readonly ended: Promise<unknown>;

  /** @param command with its arguments @param log a file that what it logs is added to */
  constructor(command: readonly string[], log: string, environment: NodeJS.ProcessEnv = process.env) {
    const [program = "", ...args] = command;
    const file = openSync(log, "a");
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", file], env: environment });
    closeSync(file);
    this.ended = once(this.#child, "exit");
    // A line may be on its way to one that is dead.
    this.#child.stdin?.on("error", () => {});
    this.warm = this.#answer("warm");
    if (this.#child.stdout === null) throw new Error("a child without a standard output");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.kind)?.(answer);
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("a child that did not start");
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  tell(order: Order): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async report(): Promise<Report> {
    const answered = this.#answer("report");
    this.tell({ kind: "report" });
    const answer = await answered;
    if (answer.kind !== "report") throw new Error("another answer was asked for");
    return answer.report;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  async stop(): Promise<void> {
    this.tell({ kind: "stop" });
    await this.ended;
  }

  #answer(kind: Answer["kind"]): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(kind, resolve));
    const died = this.ended.then(() => {
      throw new Error(`the child ended before it said "${kind}"`);
    });
    died.catch(() => {});
    return Promise.race([answered, died]);
  }
}

/** Children one after another. A few wait with their code loaded, so that hundreds do not take minutes. */
export class Agents {
  readonly #make: () => Agent;
  readonly #spares: Agent[];
  readonly #all = new Set<Agent>();

  constructor(command: readonly string[], log: string, spares: number) {
    this.#make = () => {
      const agent = new Agent(command, log);
      this.#all.add(agent);
      void agent.ended.then(() => this.#all.delete(agent));
      return agent;
    };
    this.#spares = Array.from({ length: spares }, this.#make);
  }

  /** One that has read its code and nothing else. */
  async next(): Promise<Agent> {
    this.#spares.push(this.#make());
    const agent = this.#spares.shift();
    if (agent === undefined) throw new Error("there is no child");
    await agent.warm;
    return agent;
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#all].map((agent) => agent.kill()));
  }
}
