import { testCases } from "./case.ts";
import { cases } from "./cases/carp-vhid-conflict.ts";

testCases("carp_vhid_conflict", cases);
