import { testCases } from "./case.ts";
import { cases } from "./cases/local-receive-blocked.ts";

testCases("local_receive_blocked", cases);
