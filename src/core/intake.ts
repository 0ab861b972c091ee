import type { Decoded } from "../wire/decoded.ts";
import type { Frame } from "../wire/frame.ts";
import type { Input } from "./input.ts";

/** What a decoded frame tells the engine; undefined where it only says that time has passed. */
export function toInput(frame: Frame, decoded: Decoded): Input | undefined {
  const { at, wall, direction } = frame;
  const name = frame.interface;
  switch (decoded.kind) {
    case "advert":
      return { kind: "advert", at, wall, interface: name, direction, advert: decoded.advert, ipId: decoded.ipId };
    case "rejected":
      return { kind: "rejected", at, wall, interface: name, reason: decoded.reason, partial: decoded.partial };
    case "carp":
      return { kind: "carp", at, wall, interface: name, carp: decoded.carp };
    case "claim":
      return { kind: "claim", at, wall, interface: name, direction, claim: decoded.claim };
    case "join":
      return { kind: "join", at, wall, interface: name, join: decoded.join };
    case "other":
      return undefined;
  }
}
