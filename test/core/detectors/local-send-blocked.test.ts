import { testCases } from "./case.ts";
import { cases } from "./cases/local-send-blocked.ts";

testCases("local_send_blocked", cases);
