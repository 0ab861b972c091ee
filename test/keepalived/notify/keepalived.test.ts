import assert from "node:assert/strict";
import { lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { loadNative } from "../../../src/capture/native.ts";
import { NotifyIntake } from "../../../src/keepalived/notify/intake.ts";
import { root } from "../../contract/repository.ts";
import { daemonCommand } from "../../lab/framework/daemons.ts";
import type { Host } from "../../lab/framework/host.ts";
import { Lab } from "../../lab/framework/lab.ts";
import { kill, type LabProcess } from "../../lab/framework/processes.ts";
import { labSkip } from "../../lab/framework/requirements.ts";
import { Sink, waitFor } from "./harness.ts";

/** One instance in a group on a host of its own: nobody else claims the address, so it becomes master by itself. */
describe("a real keepalived", { skip: labSkip("keepalived") }, () => {
  let lab: Lab;
  let host: Host;
  let folder: string;
  let runs = 0;
  let intake: NotifyIntake | undefined;
  let keepalived: LabProcess | undefined;
  let sink: Sink;

  before(async () => {
    lab = await Lab.create();
    host = await lab.addHost("a", 1);
  });
  after(() => lab.close());
  afterEach(async () => {
    await intake?.close();
    if (keepalived?.running) await keepalived.stop();
  });

  const fifo = (): string => join(folder, "notify.fifo");
  const inode = (): number => lstatSync(fifo()).ino;

  function configure(priority: number, more = ""): void {
    writeFileSync(
      join(folder, "keepalived.conf"),
      `global_defs {
    script_user root
    vrrp_notify_fifo ${fifo()}
}
vrrp_sync_group "G 1" {
    group { "VI 1" }
}
vrrp_instance "VI 1" {
    interface eth0
    version 3
    virtual_router_id 51
    priority ${priority}
    advert_int 0.1
    ${more}
    virtual_ipaddress { 192.0.2.100/24 }
}
`,
    );
  }

  function newRun(): void {
    runs += 1;
    folder = lab.folder(`run-${runs}`);
    sink = new Sink();
    configure(100);
  }

  async function startKeepalived(): Promise<void> {
    const file = (name: string): string => join(folder, name);
    const command = [
      ...["keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", file("keepalived.conf")],
      ...["--pid", file("parent.pid"), "--vrrp_pid", file("vrrp.pid")],
      ...["--checkers_pid", file("checkers.pid"), "--bfd_pid", file("bfd.pid")],
    ];
    keepalived = host.start("keepalived", daemonCommand(command));
    await keepalived.says(/\(VI 1\) Entering MASTER STATE/, 10_000);
  }

  async function startIntake(): Promise<void> {
    intake = new NotifyIntake({ fifo: fifo(), socket: join(folder, "notify.sock"), group: null, makeFifo: loadNative().makeFifo }, sink);
    await intake.start();
    assert.equal(intake.view().fifo.problem, null);
  }

  async function reload(): Promise<void> {
    const reloads = (): number =>
      (keepalived?.stderr ?? "").split("Reloading").length + (keepalived?.stdout ?? "").split("Reloading").length;
    const was = reloads();
    kill(keepalived?.pid ?? assert.fail(), "SIGHUP");
    await waitFor("the reload", () => reloads() > was, { within: 10_000 });
  }

  /** Takes what was told so far. */
  function take(): string[] {
    const lines = sink.lines;
    sink.facts.length = 0;
    return lines;
  }
  /** Not told by the inode: its number may be used again once nobody has the old FIFO open. */
  const openings = (): number => sink.logged.filter(({ message }) => message === "the notify FIFO is open").length;
  const until = (line: string): Promise<unknown> =>
    waitFor(line, () => sink.lines.includes(line), { within: 10_000, every: 5, state: () => [sink.lines, sink.warnings] });

  const started = ['INSTANCE "VI 1" BACKUP 100', 'GROUP "G 1" BACKUP 0', 'INSTANCE "VI 1" MASTER 100', 'GROUP "G 1" MASTER 0'];
  const stopped = (priority: number): string[] => [`INSTANCE "VI 1" STOP ${priority}`, 'GROUP "G 1" STOP 0'];

  test("writes into a FIFO that the agent made, through reload and restart", async () => {
    newRun();
    await startIntake();
    const made = inode();
    await startKeepalived();
    await until('GROUP "G 1" MASTER 0');
    assert.deepEqual(take().toSorted(), started.toSorted());
    configure(90);
    await reload();
    await keepalived?.says(/Got SIGHUP|Reloading/, 5_000);
    await keepalived?.stop();
    await until('GROUP "G 1" STOP 0');
    assert.deepEqual(take().slice(-2), stopped(90));
    configure(100);
    await startKeepalived();
    await until('GROUP "G 1" MASTER 0');
    assert.deepEqual(take().toSorted(), started.toSorted());
    assert.equal(inode(), made);
    assert.deepEqual(sink.warnings, []);
  });

  test("writes into a FIFO of its own making, which it unlinks and makes anew: the agent follows", async () => {
    newRun();
    await startKeepalived();
    await startIntake();
    // Its log may be ahead of its last line.
    await until('GROUP "G 1" MASTER 0');
    assert.deepEqual(sink.lines.toSorted(), started.toSorted());
    const [first] = sink.facts;
    assert.ok(first?.kind === "notify" && first.happened === null);
    take();
    configure(90);
    await reload();
    await waitFor("a new FIFO that is open", () => openings() >= 2 && intake?.view().fifo.up, {
      within: 10_000,
      state: () => [intake?.view(), sink.logged],
    });
    await keepalived?.stop();
    await until('GROUP "G 1" STOP 0');
    assert.deepEqual(take().slice(-2), stopped(90));
    // keepalived has removed its own; the agent makes one, which keepalived takes from now on.
    await waitFor("the agent's own FIFO", () => intake?.view().fifo.up === true, { within: 10_000 });
    configure(100);
    await startKeepalived();
    await until('GROUP "G 1" MASTER 0');
    assert.deepEqual(take().toSorted(), started.toSorted());
    assert.deepEqual(sink.warnings, []);
  });

  test("goes on while the agent restarts: what it wrote meanwhile is delivered, without a time", async () => {
    newRun();
    await startIntake();
    await startKeepalived();
    await until('GROUP "G 1" MASTER 0');
    await intake?.close();
    take();
    await host.linkDown();
    await keepalived?.says(/Entering FAULT STATE/, 10_000);
    await startIntake();
    await host.linkUp();
    await until('INSTANCE "VI 1" MASTER 100');
    const lines = sink.lines;
    assert.ok(lines.includes('INSTANCE "VI 1" FAULT 100'), lines.join("\n"));
    assert.ok(lines.indexOf('INSTANCE "VI 1" FAULT 100') < lines.lastIndexOf('INSTANCE "VI 1" MASTER 100'));
    const fault = sink.facts.find((fact) => fact.kind === "notify" && fact.notify.event === "fault" && fact.notify.kind === "instance");
    assert.ok(fault?.kind === "notify" && fault.happened === null);
  });

  test("runs notify.sh and the socket has its calls, names with spaces included", async () => {
    newRun();
    const script = join(root, "deploy/notify.sh");
    configure(100, `notify "${script} --socket ${join(folder, "notify.sock")}"`);
    await startIntake();
    await startKeepalived();
    const fromScript = (): string[] =>
      sink.facts.flatMap((fact) => (fact.kind === "notify" && fact.source !== "fifo" ? [`${fact.notify.name} ${fact.notify.event}`] : []));
    await waitFor("the script's calls", () => fromScript().includes("VI 1 master"), {
      within: 10_000,
      state: () => [sink.lines, sink.warnings],
    });
    assert.ok(fromScript().includes("VI 1 backup"));
  });
});
