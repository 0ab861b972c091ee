import { testCases } from "./case.ts";
import { cases } from "./cases/unauthorized-sender.ts";

testCases("unauthorized_sender", cases);
