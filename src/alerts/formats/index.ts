import { alertmanager } from "./alertmanager.ts";
import { discord } from "./discord.ts";
import type { Format } from "./format.ts";
import { oneuptime } from "./oneuptime.ts";
import { pagerduty } from "./pagerduty.ts";
import { raw } from "./raw.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";

/** The formats that need nothing of a receiver but its name, as the configuration spells them. */
export const formats = { alertmanager, pagerduty, slack, teams, discord, oneuptime, raw } as const satisfies Readonly<
  Record<string, Format>
>;

export type FormatName = keyof typeof formats;
