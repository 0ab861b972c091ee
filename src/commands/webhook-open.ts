import { err } from "../lib/result.ts";
import type { OpenWebhook } from "./webhook-test.ts";

/** Makes of a receiver of the configuration who sends to it. */
export const openWebhook: OpenWebhook = async () => err("sending is not active in this version");
