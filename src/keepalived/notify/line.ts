import type { Notify, NotifyEvent, NotifyKind } from "../../core/host-facts.ts";
import { err, ok, type Result } from "../../lib/result.ts";

/** Why a line is none of keepalived's. */
export type LineProblem = "too_long" | "control_characters" | "not_notify" | "no_name" | "unknown_event" | "bad_priority";

/** What is wrong, as the rest of a sentence that begins with the line. */
export const lineProblemTexts: Readonly<Record<LineProblem, string>> = {
  too_long: "is longer than 4096 bytes",
  control_characters: "holds control characters",
  not_notify: 'is not of the form INSTANCE "NAME" STATE PRIORITY or GROUP "NAME" STATE PRIORITY',
  no_name: "has an empty name",
  unknown_event: "has a state that keepalived does not have",
  bad_priority: "has a priority that is no number from 0 to 255",
};

/** What keepalived says of instances and groups (keepalived/vrrp/vrrp_notify.c). */
const stateEvents: ReadonlyMap<string, NotifyEvent> = new Map([
  ["MASTER", "master"],
  ["BACKUP", "backup"],
  ["FAULT", "fault"],
  ["STOP", "stop"],
  ["DELETED", "deleted"],
  ["MASTER_RX_LOWER_PRI", "master_rx_lower_pri"],
  ["MASTER_PRIORITY", "master_priority"],
  ["BACKUP_PRIORITY", "backup_priority"],
]);

const serverEvents: ReadonlyMap<string, NotifyEvent> = new Map([
  ["UP", "up"],
  ["DOWN", "down"],
]);

const words = { instance: "INSTANCE", group: "GROUP", virtual_server: "VS", real_server: "RS" } as const satisfies Record<
  NotifyKind,
  string
>;

/**
 * Reads one line as keepalived writes it into its FIFO, without the line end. Names are not escaped there and may hold spaces, quotes and
 * dots: the last quote ends the name. The priority may be missing, as in what a script with fixed arguments can tell. The lines of virtual
 * and real servers, which share a `notify_fifo`, keep their addresses as name. Never throws.
 */
export function parseLine(line: string): Result<Notify, LineProblem> {
  if (hasControl(line)) return err("control_characters");
  if (line.startsWith('INSTANCE "')) return parseQuoted("instance", line, 10);
  if (line.startsWith('GROUP "')) return parseQuoted("group", line, 7);
  if (line.startsWith("VS ")) return parseServer("virtual_server", line);
  if (line.startsWith("RS ")) return parseServer("real_server", line);
  return err("not_notify");
}

function parseQuoted(kind: NotifyKind, line: string, start: number): Result<Notify, LineProblem> {
  const end = line.lastIndexOf('"');
  if (end < start || line[end + 1] !== " ") return err("not_notify");
  const space = line.indexOf(" ", end + 2);
  return checked(
    kind,
    line.slice(start, end),
    line.slice(end + 2, space < 0 ? undefined : space),
    space < 0 ? null : line.slice(space + 1),
  );
}

function parseServer(kind: NotifyKind, line: string): Result<Notify, LineProblem> {
  const end = line.lastIndexOf(" ");
  const name = line.slice(3, end);
  if (end < 3 || name.trim() === "") return err("no_name");
  const event = serverEvents.get(line.slice(end + 1));
  return event === undefined ? err("unknown_event") : ok({ kind, name, event, priority: null });
}

function checked(kind: NotifyKind, name: string, state: string, priorityText: string | null): Result<Notify, LineProblem> {
  if (name === "") return err("no_name");
  const event = stateEvents.get(state);
  if (event === undefined) return err("unknown_event");
  const priority = priorityText === null ? null : /^\d{1,3}$/.test(priorityText) ? Number(priorityText) : 256;
  if (priority !== null && priority > 255) return err("bad_priority");
  return ok({ kind, name, event, priority });
}

/**
 * Reads the arguments of a notify script: the last four that keepalived appends to those of `notify` (kind, name, state, priority), or the
 * last three where they were written by hand, as for `notify_master`. What stands before them is the user's own. Never throws.
 */
export function parseArguments(args: readonly string[]): Result<Notify, LineProblem> {
  const [fourth = "", kind = "", name = "", last = ""] = args.slice(-4);
  if (args.length >= 4 && isKind(fourth) && /^\d/.test(last)) return fromWords(fourth, kind, name, last);
  const [first = "", second = "", third = ""] = args.slice(-3);
  return args.length >= 3 && isKind(first) ? fromWords(first, second, third, null) : err("not_notify");
}

const isKind = (word: string): word is "INSTANCE" | "GROUP" => word === "INSTANCE" || word === "GROUP";

function fromWords(kind: "INSTANCE" | "GROUP", name: string, state: string, priority: string | null): Result<Notify, LineProblem> {
  if (hasControl(name)) return err("control_characters");
  return checked(kind === "GROUP" ? "group" : "instance", name, state, priority);
}

/** The line that `parseLine` reads back to the same call; without line end. */
export function formatLine({ kind, name, event, priority }: Notify): string {
  const word = words[kind];
  const state = event.toUpperCase();
  if (kind === "virtual_server" || kind === "real_server") return `${word} ${name} ${state}`;
  return `${word} "${name}" ${state}${priority === null ? "" : ` ${priority}`}`;
}

/** C0, DEL and C1: nothing that a name needs, and what terminals obey. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}
