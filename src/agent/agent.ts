import { setTimeout as delay } from "node:timers/promises";
import { describeRouter, engineOptionsOf } from "../config/expectations.ts";
import type { Config } from "../config/schema.ts";
import { Engine } from "../core/engine.ts";
import { eventJson } from "../core/event-json.ts";
import type { Event, VirtualRouterId } from "../core/events.ts";
import type { HostFact } from "../core/host-facts.ts";
import { EventHub } from "../http/event-hub.ts";
import type { ReloadAnswer } from "../http/reload-route.ts";
import type { IncidentRecorder } from "../incidents/recorder.ts";
import type { Clock } from "../lib/clock.ts";
import type { ListenAddress } from "../lib/listen.ts";
import { componentLogger, type Logger } from "../lib/log.ts";
import { type Instant, seconds } from "../lib/time.ts";
import type { AgentView, BuildView, RouterDescription, SilencesView } from "../metrics/agent-view.ts";
import type { SilenceStore } from "../silences/store.ts";
import { AdvertWatch } from "./advert-watch.ts";
import { isCapturingAlive } from "./alive.ts";
import { interfaceViews, readinessOf } from "./capture-view.ts";
import type { ConfigSource } from "./config-source.ts";
import { ConfigWatch } from "./config-watch.ts";
import { eventLog } from "./event-log.ts";
import { fieldsFirst } from "./fields-first.ts";
import { HostWatch } from "./host-watch.ts";
import { HttpService } from "./http-service.ts";
import { incidentRecorder } from "./incidents.ts";
import { Lapses } from "./lapses.ts";
import { captureOptionsOf, LiveCapture } from "./live-capture.ts";
import { HINT_AFTER_SECONDS } from "./no-advert-hint.ts";
import { prepareConfig } from "./prepare-config.ts";
import type { Privileges } from "./privileges/privileges.ts";
import { Pump } from "./pump.ts";
import { ConfigReload, type ReloadDeps, type ReloadTrigger } from "./reload.ts";
import type { ReloadError } from "./reload-error.ts";
import { runbooksOf } from "./runbooks.ts";
import { Segments } from "./segments.ts";
import { silenceStore, silencesView } from "./silences.ts";
import { spawnFlock } from "./state-lock/spawn-flock.ts";
import { StateLock } from "./state-lock/state-lock.ts";
import { SyncGroupSegments } from "./sync-group-segments.ts";
import { Telling } from "./telling.ts";
import { Timers } from "./timers.ts";
import type { GoodWebConfig } from "./web-config-file.ts";

/** Addresses seldom change, and only the name of a segment hangs on them. */
const SEGMENT_REFRESH = seconds(10);
/** Between two attempts to store silences that could not be stored. */
const SILENCE_RETRY = seconds(60);
/** How often incidents are looked after, and written. */
const INCIDENT_BEAT = seconds(1);
const INCIDENT_FAREWELL_MS = 2_000;
/** What scrapes leave behind in malloc is 3 MB; giving it back takes less than a millisecond. */
const MEMORY_TRIM = seconds(5);

export interface AgentDeps {
  readonly config: Config;
  /** Where it came from, to be read again. */
  readonly source: ConfigSource;
  readonly log: Logger;
  readonly clock: Clock;
  readonly build: BuildView;
  /** The web configuration file, read and checked; null or left out where the configuration names none. */
  readonly web?: GoodWebConfig | null;
  /** Left out where the process keeps what it has, as in tests. */
  readonly privileges?: Pick<Privileges, "captured" | "serving"> | undefined;
}

/**
 * The composition root: builds, starts and stops everything.
 *
 *   capture ─┐
 *   host ────┴▶ Pump (decode, engine) ─▶ sinks: log, hub, incidents, telling, own state
 *   engine.snapshot() ─▶ metrics, API, landing page
 *   configuration file, SIGHUP, POST /-/reload ─▶ ConfigReload ─▶ each of them
 */
export class Agent {
  /** Resolves where the agent cannot go on as it is: whoever runs it stops it. */
  readonly broken: Promise<ReloadError>;
  readonly #deps: AgentDeps;
  readonly #engine: Engine;
  readonly #hub: EventHub;
  readonly #pump: Pump;
  readonly #segments = new Segments();
  readonly #syncGroups = new SyncGroupSegments((id) => this.#describe(id).segment);
  /** null where the configuration wants no incidents. */
  readonly #incidents: IncidentRecorder | null;
  readonly #silences: SilenceStore;
  readonly #telling: Telling;
  readonly #lapses: Lapses;
  readonly #adverts: AdvertWatch;
  readonly #timers: Timers;
  readonly #reload: ConfigReload;
  readonly #configWatch: ConfigWatch;
  #break: (error: ReloadError) => void = () => {};
  #capture: LiveCapture | undefined;
  #host: HostWatch | undefined;
  #http: HttpService | undefined;
  /** Whoever is told that the agent is ready can also command it. */
  #isServing = false;
  /** null while it has none, as where the directory cannot be written to. */
  #stateLock: StateLock | null = null;

  constructor(deps: AgentDeps) {
    const { clock, config, log } = deps;
    this.#deps = deps;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
    this.#reload = this.#createReload();
    this.#configWatch = new ConfigWatch({
      source: deps.source,
      changed: () => void this.reload("file"),
      warn: (fields, message) => componentLogger(log, "config").warn(fields, message),
    });
    this.#timers = new Timers(clock);
    this.#engine = new Engine(engineOptionsOf(config));
    this.#silences = silenceStore(config, log, clock);
    this.#telling = this.#createTelling(clock.now());
    this.#hub = new EventHub({ eventJson, runId: clock.wall().toString(36) });
    // A link that fails takes both families with it: that is one incident, so a segment without the user's name has IPv4's subnet.
    this.#incidents = incidentRecorder(
      config,
      log,
      (id) => describeRouter(this.#config, id, this.#segments.nameOf({ ...id, family: "ipv4" })).segment,
    );
    this.#lapses = new Lapses({ clock, log, incidents: this.#incidents });
    this.#adverts = new AdvertWatch({
      clock,
      joins: () => this.#config.capture.join_groups,
      captured: () => interfaceViews(this.#capture).flatMap(({ name, capturing }) => (capturing ? [name] : [])),
      counts: () => this.#engine.snapshot().interfaces,
    });
    this.#pump = this.#createPump();
  }

  /**
   * Captures first and serves then: the first advert counts before anybody can ask for it.
   * @returns where it serves HTTP.
   * @throws CaptureError, NetlinkError, StateDirectoryError, PrivilegeError, HttpError, each with what to do.
   */
  async start(): Promise<readonly ListenAddress[]> {
    await this.#openCapture();
    const watching = this.#watchHost();
    this.#startTimers();
    // Before anybody can add one to them, and before anybody is told of what they hold back.
    await this.#silences.load();
    await this.#telling.start();
    this.#http = await this.#createHttp();
    const listening = await this.#http.listen(() => this.#deps.privileges?.serving());
    await watching;
    this.#isServing = true;
    this.#telling.beat();
    this.#reload.open();
    this.#configWatch.start();
    return listening;
  }

  /** Takes up the configuration anew, whole or not at all; while the agent starts that waits. Never rejects. */
  reload(trigger: ReloadTrigger): Promise<ReloadAnswer> {
    return this.#reload.request(trigger);
  }

  async stop(): Promise<void> {
    const { clock } = this.#deps;
    this.#timers.stop();
    this.#configWatch.close();
    await this.#reload.close();
    await this.#http?.close();
    await this.#silences.close();
    await this.#host?.close();
    this.#pump.stop();
    this.#capture?.close();
    await this.#telling.stop();
    // A disk that hangs does not keep the agent from ending.
    await Promise.race([this.#incidents?.stop(clock.now(), clock.wall()), delay(INCIDENT_FAREWELL_MS, undefined, { ref: false })]);
    this.#stateLock?.release();
  }

  view(): AgentView {
    const interfaces = interfaceViews(this.#capture);
    return {
      build: this.#deps.build,
      readiness: readinessOf(this.#capture, interfaces, this.#isServing),
      interfaces,
      capture: this.#capture?.source.counts() ?? { packets: new Map(), drops: new Map() },
      hostPause: this.#lapses.hostPause,
      configReload: this.#reload.view(),
      hint: this.#adverts.hint(),
      notify: this.#host?.view() ?? null,
      silences: this.#silencesView(),
      incidents: this.#incidents?.view() ?? null,
      alerts: this.#telling.view(),
      runbooks: runbooksOf(this.#config, this.#secure),
      web: this.#http?.view() ?? null,
      compat: this.#config.compat.keepalived_exporter,
      describe: (id) => this.#describe(id),
    };
  }

  get #secure(): boolean {
    return (this.#deps.web?.config.tls ?? null) !== null;
  }

  get #config(): Config {
    return this.#reload.config;
  }

  #createReload(): ConfigReload {
    const { config, source, clock, log } = this.#deps;
    const prepare: ReloadDeps["prepare"] = (next, changed) =>
      prepareConfig(next, changed, {
        clock,
        webConfig: this.#http?.webConfig ?? null,
        log,
        telling: this.#telling,
        silences: this.#silences,
        incidents: this.#incidents,
        syncGroups: this.#syncGroups,
        capture: this.#capture,
        pump: this.#pump,
      });
    return new ConfigReload({ config, source, clock, log: componentLogger(log, "config"), prepare, broken: this.#break });
  }

  #createTelling(started: Instant): Telling {
    const { config, clock, log, build } = this.#deps;
    return new Telling(config, {
      clock,
      log: fieldsFirst(componentLogger(log, "alerts")),
      version: build.version,
      started,
      snapshot: () => this.#snapshot(),
      describeRouter: (id) => this.#describe(id),
      joined: () => this.#syncGroups.joined,
      secure: this.#secure,
      isSilenced: (id) => this.#silencesView().of(id).length > 0,
      incidentOf: (id) => this.#incidents?.openOf(id) ?? null,
      alive: () => isCapturingAlive(this.#capture, this.#engine, clock, this.#config.virtual_routers),
    });
  }

  #createPump(): Pump {
    const { clock, log } = this.#deps;
    const incidents = this.#incidents;
    const sinks = [
      eventLog(componentLogger(log, "core"), clock),
      (event: Event) => this.#hub.publish(event),
      (event: Event) => incidents?.event(event),
      (event: Event) => this.#telling.event(event),
      (event: Event) => this.#note(event),
    ];
    return new Pump({
      engine: this.#engine,
      clock,
      ...(incidents !== null && { tap: incidents.frame.bind(incidents) }),
      sink: (event) => {
        for (const sink of sinks) sink(event);
      },
      paused: (pause) => this.#lapses.paused(pause),
      dropped: (count) => this.#lapses.dropped(count),
      hearing: (name, state, why) => this.#lapses.hearing(name, state, why),
    });
  }

  async #openCapture(): Promise<void> {
    const { config, log, clock } = this.#deps;
    const captureLog = componentLogger(log, "capture");
    this.#capture = await LiveCapture.prepare({
      backend: config.capture.backend,
      ...captureOptionsOf(config),
      warn: (message, error) => captureLog.warn(error === undefined ? {} : { error }, message),
    });
    this.#pump.start(this.#capture.source);
    this.#deps.privileges?.captured();
    this.#capture.joinGroups();
    // As the user that the agent is from now on, and before anything is read or written there.
    this.#stateLock = await StateLock.take(config.state_directory, {
      tryLock: this.#capture.native?.tryLock ?? spawnFlock,
      wall: clock.wall(),
      log: fieldsFirst(componentLogger(log, "state")),
    });
  }

  /** Resolves when all that is so now is known. */
  #watchHost(): Promise<void> {
    const { config, log, clock } = this.#deps;
    if (this.#capture === undefined) return Promise.resolve();
    const { links, native } = this.#capture;
    this.#host = new HostWatch({ config, log, clock, links, native, deliver: (fact) => this.#fact(fact) });
    return this.#host.start();
  }

  #startTimers(): void {
    const { clock } = this.#deps;
    this.#timers.every(SEGMENT_REFRESH, () => {
      if (!this.#segments.refresh()) this.#deps.log.warn({}, "the addresses of this host could not be read: segments keep their names");
      this.#syncGroups.renamed();
    });
    void this.#incidents?.start(clock.wall());
    this.#timers.every(INCIDENT_BEAT, () => this.#incidents?.tick(clock.now(), clock.wall()));
    this.#timers.every(MEMORY_TRIM, () => this.#capture?.trimMemory());
    this.#timers.once(seconds(HINT_AFTER_SECONDS), () => this.#logHint());
    this.#timers.every(SILENCE_RETRY, () => void this.#silences.tick());
  }

  #createHttp(): Promise<HttpService> {
    const { config, log, clock, web = null } = this.#deps;
    const silences = this.#silences;
    return HttpService.prepare(
      config.web,
      log,
      clock,
      web,
      { snapshot: () => this.#snapshot(), agentView: () => this.view(), events: this.#hub, silences },
      { silences, incidents: this.#incidents, alerts: this.#telling, configuration: { reload: () => this.reload("request") } },
    );
  }

  #silencesView(): SilencesView {
    return silencesView(this.#silences, (id) => this.#describe(id).segment);
  }

  #describe(id: VirtualRouterId): RouterDescription {
    return describeRouter(this.#config, id, this.#segments.nameOf(id));
  }

  #snapshot(): ReturnType<Engine["snapshot"]> {
    this.#pump.catchUp();
    return this.#engine.snapshot(this.#deps.clock.now());
  }

  #fact(fact: HostFact): void {
    const { clock } = this.#deps;
    this.#incidents?.fact(fact, clock.now(), clock.wall());
    // Before the engine says what follows from it.
    if (fact.kind === "keepalived_config") {
      this.#segments.configured(fact.state.config);
      this.#syncGroups.configured(fact.state.config);
    }
    this.#pump.fact(fact);
    if (fact.kind !== "keepalived_config") return;
    // keepalived's own process joins the groups for a multicast instance while it runs; we do it besides, so that we hear all the time.
    for (const { interface: name, unicastPeers } of fact.state.config?.instances ?? [])
      if (unicastPeers.length === 0) this.#capture?.expect(name);
  }

  #note(event: Event): void {
    if (event.kind !== "virtual_router_seen") return;
    this.#adverts.heard();
    if (event.router.interface !== null) this.#capture?.expect(event.router.interface);
  }

  #logHint(): void {
    const hint = this.#adverts.hint();
    if (hint !== null) this.#deps.log.warn({ interfaces: hint.interfaces, reasons: hint.reasons }, "no VRRP advert heard yet");
  }
}
