import { Conversation } from "./conversation.ts";
import type { ReceiverRule } from "./receiver-rule.ts";
import type { AlertGroup, StandingAlert } from "./standing-alert.ts";

/** The alerts that are told of together, and what each receiver knows of them. */
export class Group {
  readonly named: AlertGroup;
  readonly alerts = new Set<StandingAlert>();
  readonly conversations = new Map<string, Conversation>();

  constructor(named: AlertGroup) {
    this.named = named;
  }

  conversationWith(receiver: ReceiverRule): Conversation {
    const known = this.conversations.get(receiver.name);
    if (known !== undefined) return known;
    const conversation = new Conversation(receiver);
    this.conversations.set(receiver.name, conversation);
    return conversation;
  }

  /** The receivers are these from now on, by name: what one of them knows stays, what another knew is forgotten. */
  retain(receivers: ReadonlyMap<string, ReceiverRule>): void {
    for (const [name, conversation] of this.conversations) {
      const receiver = receivers.get(name);
      if (receiver === undefined) this.conversations.delete(name);
      else conversation.receiver = receiver;
    }
  }

  *alertsFor(receiver: ReceiverRule): IterableIterator<StandingAlert> {
    for (const alert of this.alerts) if (alert.wantedBy.has(receiver)) yield alert;
  }

  forget(alert: StandingAlert): void {
    this.alerts.delete(alert);
    for (const { told } of this.conversations.values()) told.delete(alert.kind.fingerprint);
  }
}
