import { testCases } from "./case.ts";
import { cases } from "./cases/master-without-vip.ts";

testCases("master_without_vip", cases);
