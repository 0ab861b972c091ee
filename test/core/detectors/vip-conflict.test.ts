import { testCases } from "./case.ts";
import { cases } from "./cases/vip-conflict.ts";

testCases("vip_conflict", cases);
