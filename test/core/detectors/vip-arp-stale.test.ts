import { testCases } from "./case.ts";
import { cases } from "./cases/vip-arp-stale.ts";

testCases("vip_arp_stale", cases);
