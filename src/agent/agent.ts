import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AlertCenter } from "../alerts/center.ts";
import type { Heartbeat } from "../alerts/heartbeat.ts";
import { describeRouter, engineOptionsOf } from "../config/expectations.ts";
import type { Config } from "../config/schema.ts";
import { configuredSilences } from "../config/silences.ts";
import { Engine } from "../core/engine.ts";
import { eventJson } from "../core/event-json.ts";
import type { Event, VirtualRouterId } from "../core/events.ts";
import type { HostFact } from "../core/host-facts.ts";
import type { ControlSocket } from "../http/control-socket.ts";
import type { HttpDeps } from "../http/deps.ts";
import { EventHub } from "../http/event-hub.ts";
import type { HttpServer } from "../http/server.ts";
import type { IncidentRecorder } from "../incidents/recorder.ts";
import type { Hearing } from "../incidents/timeline.ts";
import type { AlertsView } from "../lib/alerts-view.ts";
import type { Clock } from "../lib/clock.ts";
import { formatListen, type ListenAddress } from "../lib/listen.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import { type Duration, type Instant, micros, seconds, since, toSeconds, type WallTime } from "../lib/time.ts";
import type { WebView } from "../lib/web-view.ts";
import type { AgentInterfaceView, AgentView, BuildView, RouterDescription, SilencesView } from "../metrics/agent-view.ts";
import { SilenceFile } from "../silences/file.ts";
import { silencesFor } from "../silences/match.ts";
import { type SilenceLog, SilenceStore } from "../silences/store.ts";
import { openAlerts, openHeartbeat } from "./alerts.ts";
import { isAlive, wantedInterfaces } from "./alive.ts";
import { EarlyEvents } from "./early-events.ts";
import { eventLog } from "./event-log.ts";
import { HostWatch } from "./host-watch.ts";
import { incidentRecorder } from "./incidents.ts";
import { LiveCapture } from "./live-capture.ts";
import { HINT_AFTER_SECONDS, noAdvertHint } from "./no-advert-hint.ts";
import { Pump } from "./pump.ts";
import { runbooksOf } from "./runbooks.ts";
import { Segments } from "./segments.ts";
import { SyncGroupSegments } from "./sync-group-segments.ts";
import { followWebConfig, type GoodWebConfig, type WebConfigFile } from "./web-config-file.ts";

/** Addresses seldom change, and only the name of a segment hangs on them. */
const SEGMENT_REFRESH = seconds(10);

/** Shorter ones happen on any busy host. */
const NOTABLE_PAUSE = seconds(1);

/** Between two attempts to store silences that could not be stored. */
const SILENCE_RETRY = seconds(60);
/** How often incidents are looked after, and written. */
const INCIDENT_BEAT = seconds(1);
const INCIDENT_FAREWELL_MS = 2_000;

/** Events before the first receiver can be told: the first moments of a thousand virtual routers. */
const MOST_UNTOLD = 8_192;

/** What scrapes leave behind in malloc is 3 MB; giving it back takes less than a millisecond. */
const MEMORY_TRIM = seconds(5);

export interface AgentDeps {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly build: BuildView;
  /** The web configuration file, read and checked; null or left out where the configuration names none. */
  readonly web?: GoodWebConfig | null;
}

/**
 * The composition root: builds, starts and stops everything.
 *
 *   capture -> Pump (decode, engine) -> sinks: log, hub, incidents, own state
 *   engine.snapshot() -> metrics, API, landing page
 */
export class Agent {
  readonly #deps: AgentDeps;
  readonly #engine: Engine;
  readonly #hub: EventHub;
  readonly #pump: Pump;
  readonly #segments = new Segments();
  readonly #syncGroups = new SyncGroupSegments((id) => this.#describe(id).segment);
  /** null where the configuration wants no incidents. */
  readonly incidents: IncidentRecorder | null;
  readonly #started: Instant;
  readonly #startedWall: WallTime;
  #capture: LiveCapture | undefined;
  #host: HostWatch | undefined;
  #server: HttpServer | undefined;
  #control: ControlSocket | undefined;
  #webConfig: WebConfigFile | null = null;
  /** Whoever is told that the agent is ready can also command it. */
  #controlTried = false;
  readonly #silences: SilenceStore;
  /** null where nobody is to be told. */
  #alerts: AlertCenter | null = null;
  #heartbeat: Heartbeat | null = null;
  /** What happened before those who tell of it were ready. */
  readonly #early: EarlyEvents;
  #tells = false;
  #hostPause = micros(0);
  #heardAdvert = false;
  readonly #stopTimers: (() => void)[] = [];

  constructor(deps: AgentDeps) {
    const { clock, config, log } = deps;
    this.#deps = deps;
    this.#started = clock.now();
    this.#startedWall = clock.wall();
    this.#engine = new Engine(engineOptionsOf(config));
    this.#silences = new SilenceStore({
      configured: configuredSilences(config),
      file: new SilenceFile(join(config.state_directory, "silences.json")),
      clock,
      log: fieldsFirst(componentLogger(log, "silences")),
    });
    this.#early = new EarlyEvents(MOST_UNTOLD, () => {
      if (config.alerts.receivers.length > 0)
        log.warn({ kept: MOST_UNTOLD }, "too much happens while the agent starts: nobody is told of what is beyond that");
    });
    this.#hub = new EventHub({ eventJson, runId: clock.wall().toString(36) });
    // A link that fails takes both families with it: that is one incident, so a segment without the user's name has IPv4's subnet.
    this.incidents = incidentRecorder(
      config,
      log,
      (id) => describeRouter(config, id, this.#segments.nameOf({ ...id, family: "ipv4" })).segment,
    );
    const sinks = [
      eventLog(componentLogger(log, "core"), clock),
      (event: Event) => this.#hub.publish(event),
      (event: Event) => this.incidents?.event(event),
      (event: Event) => this.#tell(event),
      (event: Event) => this.#note(event),
    ];
    const captureLog = componentLogger(log, "capture");
    this.#pump = new Pump({
      engine: this.#engine,
      clock,
      ...(this.incidents !== null && { tap: this.incidents.frame.bind(this.incidents) }),
      sink: (event) => {
        for (const sink of sinks) sink(event);
      },
      paused: (pause) => this.#paused(pause),
      dropped: (count) => {
        captureLog.warn({ count }, "the kernel dropped frames: conclusions from silence are held back");
        this.#remark({ kind: "frames_dropped", count });
      },
      hearing: (name, state, why) => {
        captureLog.info({ interface: name, why }, state === "hearing" ? "capturing" : "not capturing any more");
        this.#remark({ kind: "capture", interface: name, state, why });
      },
    });
  }

  /**
   * Captures first and serves then: the first advert counts before anybody can ask for it.
   * @returns where it serves HTTP.
   * @throws CaptureError, NetlinkError, HttpError, each with what to do.
   */
  async start(): Promise<readonly ListenAddress[]> {
    const { config, log } = this.#deps;
    const captureLog = componentLogger(log, "capture");
    this.#capture = await LiveCapture.prepare({
      backend: config.capture.backend,
      patterns: config.capture.interfaces,
      joinGroups: config.capture.join_groups,
      expectedInterfaces: config.virtual_routers.flatMap((entry) => (entry.interface === undefined ? [] : [entry.interface])),
      warn: (message, error) => captureLog.warn(error === undefined ? {} : { error }, message),
    });
    this.#pump.start(this.#capture.source);
    this.#capture.joinGroups();
    this.#host = new HostWatch({
      config,
      log,
      clock: this.#deps.clock,
      links: this.#capture.links,
      native: this.#capture.native,
      deliver: (fact) => this.#fact(fact),
    });
    const watching = this.#host.start();
    this.#every(SEGMENT_REFRESH, () => {
      this.#segments.refresh();
      this.#syncGroups.renamed();
    });
    void this.incidents?.start(this.#deps.clock.wall());
    this.#every(INCIDENT_BEAT, () => this.incidents?.tick(this.#deps.clock.now(), this.#deps.clock.wall()));
    this.#every(MEMORY_TRIM, () => this.#capture?.trimMemory());
    this.#stopTimers.push(this.#deps.clock.after(seconds(HINT_AFTER_SECONDS), () => this.#logHint()));

    this.#every(SILENCE_RETRY, () => void this.#silences.tick());

    const [{ createServer }, { PageFolder }, { ControlSocket }, { ProcessMetrics }] = await Promise.all([
      import("../http/server.ts"),
      import("../http/page-folder.ts"),
      import("../http/control-socket.ts"),
      import("../metrics/process.ts"),
    ]);
    // Before anybody can add one to them, and before anybody is told of what they hold back.
    await this.#silences.load();
    await this.#startAlerts();
    const httpLog = componentLogger(log, "http");
    const served: HttpDeps = {
      snapshot: () => this.#snapshot(),
      agentView: () => this.view(),
      events: this.#hub,
      silences: this.#silences,
      processMetrics: new ProcessMetrics(),
      pages: new PageFolder(new URL("docs/", import.meta.url)),
      log: fieldsFirst(httpLog),
    };
    const web = this.#deps.web ?? null;
    this.#server = createServer({ listen: config.web.listen, hostName: hostname(), web: web?.config ?? null }, served, {
      clock: this.#deps.clock,
      incidents: this.incidents,
    });
    this.#webConfig = web === null ? null : followWebConfig(web, this.#server, this.#deps.clock, httpLog);
    this.#control = new ControlSocket(
      { path: config.web.control_socket, hostName: hostname() },
      served,
      { silences: this.#silences, incidents: this.incidents, alerts: this.#alerts },
      fieldsFirst(httpLog),
    );
    const listening = await this.#server.listen();
    this.#webConfig?.start();
    await Promise.all([this.#control.start(), watching]);
    this.#controlTried = true;
    for (const address of listening) httpLog.info({ listen: formatListen(address) }, "serving");
    this.#heartbeat?.start();
    return listening;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stopTimers) stop();
    await this.#webConfig?.close();
    await Promise.all([this.#server?.close(), this.#control?.close()]);
    await this.#silences.close();
    await this.#host?.close();
    this.#pump.stop();
    this.#capture?.close();
    await Promise.all([this.#alerts?.stop(), this.#heartbeat?.stop()]);
    // A disk that hangs does not keep the agent from ending.
    await Promise.race([
      this.incidents?.stop(this.#deps.clock.now(), this.#deps.clock.wall()),
      delay(INCIDENT_FAREWELL_MS, undefined, { ref: false }),
    ]);
  }

  view(): AgentView {
    const interfaces = this.#interfaces();
    const capturing = interfaces.filter((i) => i.capturing);
    return {
      build: this.#deps.build,
      readiness: this.#readiness(interfaces),
      interfaces,
      capture: this.#capture?.source.counts() ?? { packets: new Map(), drops: new Map() },
      hostPause: this.#hostPause,
      configReload: { successful: true, lastSuccess: this.#startedWall },
      hint: this.#hint(capturing.map((i) => i.name)),
      notify: this.#host?.view() ?? null,
      silences: this.#silencesView(),
      incidents: this.incidents?.view() ?? null,
      alerts: this.#alertsView(),
      runbooks: runbooksOf(this.#deps.config, this.#secure),
      web: this.#webView(),
      compat: this.#deps.config.compat.keepalived_exporter,
      describe: (id) => this.#describe(id),
    };
  }

  /** The web configuration file that is followed; null where the configuration names none. For a reload of everything. */
  get webConfig(): WebConfigFile | null {
    return this.#webConfig;
  }

  get #secure(): boolean {
    return (this.#deps.web?.config.tls ?? null) !== null;
  }

  #webView(): WebView | null {
    if (this.#server === undefined) return null;
    return { reload: null, certificateNotAfter: null, ...this.#server.view(), ...this.#webConfig?.view() };
  }

  #silencesView(): SilencesView {
    const active = this.#silences.active();
    const wall = this.#silences.wall();
    return {
      active: active.length,
      storeFailures: this.#silences.failures,
      of: (id) => (active.length === 0 ? [] : silencesFor(active, id, this.#describe(id).segment, wall).map((silence) => silence.id)),
    };
  }

  #describe(id: VirtualRouterId): RouterDescription {
    return describeRouter(this.#deps.config, id, this.#segments.nameOf(id));
  }

  #snapshot(): ReturnType<Engine["snapshot"]> {
    this.#pump.catchUp();
    return this.#engine.snapshot(this.#deps.clock.now());
  }

  #interfaces(): AgentInterfaceView[] {
    return (this.#capture?.source.choices() ?? [])
      .filter(({ chosen }) => chosen)
      .map(({ link, captured, why }) => ({
        name: link.name,
        up: link.up,
        capturing: captured,
        why: captured ? null : why,
        absentGroups: this.#capture?.absentGroups(link.name) ?? [],
      }));
  }

  #readiness(interfaces: readonly AgentInterfaceView[]): AgentView["readiness"] {
    const failure = this.#capture?.source.failure ?? null;
    if (failure !== null) return { ready: false, reason: failure.message };
    if (!this.#controlTried) return { ready: false, reason: "the agent is starting" };
    return interfaces.some(({ capturing }) => capturing) ? { ready: true, reason: null } : { ready: false, reason: notReady(interfaces) };
  }

  #isAlive(): boolean {
    const { source } = this.#capture ?? {};
    if (source === undefined || source.failure !== null) return false;
    const captured = source.choices().flatMap(({ link, captured: isCaptured }) => (isCaptured ? [link.name] : []));
    const { routers, config } = this.#engine.snapshot().host;
    return isAlive({
      now: this.#deps.clock.now(),
      judgedUntil: this.#engine.now,
      captured,
      wanted: wantedInterfaces({ routers, expected: this.#deps.config.virtual_routers, instances: config?.config?.instances ?? [] }),
    });
  }

  #fact(fact: HostFact): void {
    this.incidents?.fact(fact, this.#deps.clock.now(), this.#deps.clock.wall());
    // Before the engine says what follows from it.
    if (fact.kind === "keepalived_config") this.#syncGroups.configured(fact.state.config);
    this.#pump.fact(fact);
    if (fact.kind !== "keepalived_config") return;
    // keepalived's own process joins the groups for a multicast instance while it runs; we do it besides, so that we hear all the time.
    for (const { interface: name, unicastPeers } of fact.state.config?.instances ?? [])
      if (unicastPeers.length === 0) this.#capture?.expect(name);
  }

  #note(event: Event): void {
    if (event.kind !== "virtual_router_seen") return;
    this.#heardAdvert = true;
    if (event.router.interface !== null) this.#capture?.expect(event.router.interface);
  }

  #tell(event: Event): void {
    if (this.#tells) this.#alerts?.event(event);
    else this.#early.add(event);
  }

  async #startAlerts(): Promise<void> {
    const { config, clock, log, build } = this.#deps;
    const deps = {
      config,
      clock,
      log: fieldsFirst(componentLogger(log, "alerts")),
      version: build.version,
      started: this.#started,
      snapshot: () => this.#snapshot(),
      describeRouter: (id: VirtualRouterId) => this.#describe(id),
      joined: () => this.#syncGroups.joined,
      secure: this.#secure,
      isSilenced: (id: VirtualRouterId) => this.#silencesView().of(id).length > 0,
      incidentOf: (id: VirtualRouterId) => this.incidents?.openOf(id) ?? null,
      alive: () => this.#isAlive(),
    };
    [this.#alerts, this.#heartbeat] = await Promise.all([openAlerts(deps), openHeartbeat(deps)]);
    await this.#alerts?.start();
    this.#tells = true;
    for (const event of this.#early.kept) this.#alerts?.event(event);
    this.#early.clear();
  }

  #alertsView(): AlertsView | null {
    const heartbeat = this.#heartbeat === null ? null : { sent: this.#heartbeat.sent, failed: this.#heartbeat.failed };
    if (this.#alerts !== null) {
      const view = this.#alerts.view(heartbeat);
      return { ...view, evicted: view.evicted + this.#early.lost };
    }
    if (heartbeat === null) return null;
    return { receivers: [], firing: { critical: 0, warning: 0, info: 0 }, evicted: 0, storeFailures: 0, heartbeat };
  }

  #remark(what: Hearing): void {
    this.incidents?.hearing(what, this.#deps.clock.now(), this.#deps.clock.wall());
  }

  #paused(pause: Duration): void {
    this.#remark({ kind: "paused", pause });
    this.#hostPause = micros(this.#hostPause + pause);
    this.#deps.log[pause < NOTABLE_PAUSE ? "debug" : "warn"](
      { seconds: toSeconds(pause) },
      "this host or process stood still: conclusions from silence are held back",
    );
  }

  #hint(interfaces: readonly string[]): AgentView["hint"] {
    const { clock, config } = this.#deps;
    if (this.#heardAdvert || since(clock.now(), this.#started) < seconds(HINT_AFTER_SECONDS)) return null;
    let rejected = 0;
    let carp = 0;
    for (const counts of this.#engine.snapshot().interfaces) {
      for (const n of counts.rejected.values()) rejected += n;
      carp += counts.carp.ipv4 + counts.carp.ipv6;
    }
    return noAdvertHint({ since: this.#startedWall, interfaces, joins: config.capture.join_groups, carp, rejected });
  }

  #logHint(): void {
    const { hint } = this.view();
    if (hint !== null) this.#deps.log.warn({ interfaces: hint.interfaces, reasons: hint.reasons }, "no VRRP advert heard yet");
  }

  #every(interval: Duration, action: () => void): void {
    let stop = (): void => {};
    const again = (): void => {
      stop = this.#deps.clock.after(interval, () => {
        action();
        again();
      });
    };
    again();
    this.#stopTimers.push(() => stop());
  }
}

function notReady(interfaces: readonly AgentInterfaceView[]): string {
  if (interfaces.length === 0) return "no interface fits capture.interfaces";
  return `no interface can be captured: ${interfaces.map((i) => `${i.name} is ${i.why ?? "not captured"}`).join(", ")}`;
}

/** A part's log: facts first, then the phrase. */
function fieldsFirst(log: Logger): SilenceLog {
  return {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}
