import { accepts, outranks, type Packet, type SpeakerConfig, skew } from "./speaker-config.ts";

export type SpeakerState = "off" | "init" | "backup" | "master" | "fault";

/** What keepalived does between exec and its first state, before any timer runs: measured 17 ms. */
const BOOKKEEPING = 17_000;

/** What a speaker needs of the world around it; times in microseconds of true time. */
export interface SpeakerContext {
  readonly now: number;
  at(at: number, run: () => void): void;
  transmit(packet: Packet): void;
  /** How late this wake-up of the process is. */
  wakeDelay(): number;
  /** Of a timer and packets that are due together, whether the timer is served first. */
  timerFirst(): boolean;
  /** Between the advert with the old and the one with the new configuration at a reload. */
  reloadTime(): number;
  changed(): void;
}

/**
 * One VRRP instance of keepalived 2.2.7 as a process: a state, one timer, a socket whose queue outlives a freeze.
 *
 * Its one peculiarity that matters most: a master's advert timer starts anew with every packet of the VRID, rejected ones
 * included, unless `lower_prio_no_advert` is set.
 */
export class Speaker {
  readonly #context: SpeakerContext;
  /** The rate of its clock: 1.01 counts a second in 990 ms. */
  readonly #clock: number;
  #config: SpeakerConfig;
  #state: SpeakerState = "off";
  #paused = false;
  #priority: number;
  /** The interval that a backup reckons with: its own, or the one learned from a VRRPv3 master. */
  #masterInterval: number;
  #preemptFrom: number | undefined;
  #ipId = 0;
  #timer: number | undefined;
  #inbox: Packet[] = [];
  #waking = false;
  /** The configuration that a reload is about to bring. */
  #loading: SpeakerConfig | undefined;
  /** Counts the lives of the process: what an earlier life had planned does not happen. */
  #life = 0;

  constructor(config: SpeakerConfig, clock: number, context: SpeakerContext) {
    this.#config = config;
    this.#clock = clock;
    this.#context = context;
    this.#priority = config.priority;
    this.#masterInterval = config.interval;
  }

  get config(): SpeakerConfig {
    return this.#config;
  }

  get state(): SpeakerState {
    return this.#state;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get priority(): number {
    return this.#priority;
  }

  start(): void {
    if (this.#state !== "off") return;
    this.#life += 1;
    this.#ipId = 0;
    this.#priority = this.#config.priority;
    this.#enter("init");
    this.#later(BOOKKEEPING, () => {
      if (this.#state === "init") this.#becomeBackup();
    });
  }

  /** SIGTERM: a master says so. */
  stop(): void {
    if (this.#state === "off" || this.#paused) return;
    if (this.#state === "master") this.#send(0);
    this.crash();
  }

  /** kill -9, or the power goes. */
  crash(): void {
    this.#life += 1;
    this.#timer = undefined;
    this.#inbox = [];
    this.#waking = false;
    this.#loading = undefined;
    this.#paused = false;
    this.#preemptFrom = undefined;
    this.#enter("off");
  }

  /** SIGSTOP, or the virtual machine is paused: nothing runs, the socket's queue fills. */
  pause(): void {
    if (this.#state === "off" || this.#paused) return;
    this.#paused = true;
    this.#context.changed();
  }

  /** @param keeping whether the packets that came meanwhile are in the queue, or were lost with the machine's. */
  resume(keeping: boolean): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!keeping) this.#inbox = [];
    this.#context.changed();
    this.#wake();
  }

  /** A tracked script or interface fails: a master resigns twice in the same millisecond. */
  fault(): void {
    if (this.#paused || this.#state === "off" || this.#state === "fault" || this.#state === "init") return;
    if (this.#state === "master") {
      this.#send(0);
      this.#send(0);
    }
    this.#timer = undefined;
    this.#enter("fault");
  }

  recover(): void {
    if (!this.#paused && this.#state === "fault") this.#becomeBackup();
  }

  /** A tracked weight moves the effective priority: a master announces it with its next advert. */
  setPriority(priority: number): void {
    if (!this.#paused) this.#priority = priority;
  }

  /** SIGHUP: a master sends one advert with the old configuration and, soon after, one with the new. */
  reload(config: SpeakerConfig): void {
    if (this.#paused || this.#state === "off" || this.#state === "init") return;
    const wasMaster = this.#state === "master";
    if (wasMaster) this.#send(this.#priority);
    this.#timer = undefined;
    this.#loading = config;
    this.#later(wasMaster ? this.#context.reloadTime() : 0, () => this.#wake());
  }

  #load(config: SpeakerConfig): void {
    this.#loading = undefined;
    this.#config = config;
    this.#priority = config.priority;
    this.#ipId = 0;
    if (this.#state === "master") this.#advertise();
    else if (this.#state === "backup") this.#becomeBackup();
  }

  receive(packet: Packet): void {
    if (this.#state === "off") return;
    this.#inbox.push(packet);
    this.#wake();
  }

  /** Everything that is due is served at the next wake-up, however late that is. */
  #wake(): void {
    if (this.#waking || this.#paused) return;
    this.#waking = true;
    this.#later(this.#context.wakeDelay(), () => {
      this.#waking = false;
      if (!this.#paused) this.#serve();
    });
  }

  #serve(): void {
    if (this.#loading !== undefined) this.#load(this.#loading);
    if (this.#isDue && this.#context.timerFirst()) this.#expire();
    for (let packet = this.#inbox.shift(); packet !== undefined; packet = this.#inbox.shift()) this.#read(packet);
    if (this.#isDue) this.#expire();
  }

  get #isDue(): boolean {
    return this.#timer !== undefined && this.#timer <= this.#context.now;
  }

  #expire(): void {
    this.#timer = undefined;
    if (this.#state === "master") this.#advertise();
    else if (this.#state === "backup") this.#becomeMaster();
  }

  #read(packet: Packet): void {
    if (this.#state === "backup") this.#readAsBackup(packet);
    else if (this.#state === "master") this.#readAsMaster(packet);
  }

  #readAsBackup(packet: Packet): void {
    if (!accepts(this.#config, packet)) return;
    if (packet.priority === 0) {
      this.#setTimer(skew(this.#config.version, this.#priority, this.#masterInterval));
      return;
    }
    if (packet.priority >= this.#priority) this.#preemptFrom = undefined;
    else {
      this.#preemptFrom ??= this.#context.now + this.#inTrueTime(this.#config.preemptDelay);
      if (!this.#config.nopreempt && this.#context.now >= this.#preemptFrom) return;
    }
    this.#learn(packet);
    this.#setTimer(this.#masterDown());
  }

  #readAsMaster(packet: Packet): void {
    if (!accepts(this.#config, packet)) {
      this.#restartAdvertTimer();
      return;
    }
    if (packet.priority === 0) this.#advertise();
    else if (outranks(packet, { priority: this.#priority, source: this.#config.source })) {
      if (this.#config.higherPrioSendAdvert) this.#send(this.#priority);
      this.#learn(packet);
      this.#enter("backup");
      this.#setTimer(this.#masterDown());
    } else if (!this.#config.lowerPrioNoAdvert) this.#advertise();
  }

  #restartAdvertTimer(): void {
    if (!this.#config.lowerPrioNoAdvert) this.#setTimer(this.#config.interval);
  }

  #becomeBackup(): void {
    this.#masterInterval = this.#config.interval;
    this.#preemptFrom = undefined;
    this.#enter("backup");
    this.#setTimer(this.#masterDown());
  }

  #becomeMaster(): void {
    this.#masterInterval = this.#config.interval;
    this.#preemptFrom = undefined;
    this.#enter("master");
    this.#advertise();
  }

  #advertise(): void {
    this.#send(this.#priority);
    this.#setTimer(this.#config.interval);
  }

  #send(priority: number): void {
    this.#ipId = (this.#ipId + 1) & 0xffff;
    const { source, version, interval, addresses, password } = this.#config;
    this.#context.transmit({ source, version, priority, interval, addresses, password, ipId: this.#ipId });
  }

  #learn(packet: Packet): void {
    if (this.#config.version === 3) this.#masterInterval = packet.interval;
  }

  #masterDown(): number {
    return 3 * this.#masterInterval + skew(this.#config.version, this.#priority, this.#masterInterval);
  }

  #setTimer(duration: number): void {
    const due = this.#context.now + this.#inTrueTime(duration);
    this.#timer = due;
    this.#later(due - this.#context.now, () => {
      if (this.#timer === due) this.#wake();
    });
  }

  #inTrueTime(duration: number): number {
    return Math.round(duration / this.#clock);
  }

  #later(delay: number, run: () => void): void {
    const life = this.#life;
    this.#context.at(this.#context.now + delay, () => {
      if (life === this.#life) run();
    });
  }

  #enter(state: SpeakerState): void {
    this.#state = state;
    this.#context.changed();
  }
}
